import { hash } from 'node:crypto';
import { type ConversionData, newId, type TrackingEventBody, trackingEvent } from '@tributary/contracts';
import { problemErrors } from '@tributary/service-kit';
import { flawOfEvent } from './domain/check-event.js';
import { type Content, contentOf, type Hmac } from './domain/content.js';
import { detailsOf } from './domain/details.js';
import type { Actor, Incoming, RejectedOutcome } from './incoming.js';
import { rejected } from './intake.js';

/** Where an event comes from. */
export interface Origin {
  now: Date;
  source: ConversionData['source'];
  traceparent: string;
  cameFrom?: Incoming['cameFrom'];
  actor: Actor;
  /** The brands that the caller may speak for; empty means all. */
  brandIds: readonly string[];
}

/** Checks what a sender sent, as far as that needs no database. */
export function readEvent(
  body: unknown,
  origin: Origin,
  hmac: Hmac,
  options: { eventHasNoTime?: boolean } = {},
): Incoming | RejectedOutcome {
  const parsed = trackingEvent.safeParse(body);
  if (!parsed.success) {
    const negative = parsed.error.issues.some(({ path, code }) => path[0] === 'amount' && path.length === 1 && code === 'too_small');
    return rejected(eventIdIn(body), negative ? 'amount-negative' : 'request-invalid', problemErrors(parsed.error, 'body'));
  }
  const event = parsed.data;
  if (origin.brandIds.length > 0 && !origin.brandIds.includes(event.brandId)) return rejected(event.eventId ?? null, 'not-found');
  const flaw = flawOfEvent(event, origin.now);
  if (flaw) return rejected(event.eventId ?? null, flaw);

  return incomingEvent(event, origin, hmac, options);
}

/** An event that was found in order, or made here. */
export function incomingEvent(event: TrackingEventBody, origin: Origin, hmac: Hmac, options: { eventHasNoTime?: boolean } = {}): Incoming {
  const conversionId = newId('conversion');
  const content = contentOf(event, conversionId, { sha256, hmac }, options.eventHasNoTime ? { occurredAt: true } : {});
  return incomingOf(event, conversionId, content, origin);
}

const sha256 = (text: string): string => hash('sha256', text, 'hex');

function incomingOf(event: TrackingEventBody, conversionId: string, content: Content, origin: Origin): Incoming {
  return {
    conversionId,
    brandId: event.brandId,
    // Nothing will ever repeat an event without a key, so any unique one will do.
    eventId: event.eventId ?? `unkeyed:${conversionId}`,
    kind: event.type,
    programId: event.programId ?? null,
    clickRef: event.clickId ?? null,
    customerHash: content.customerHash,
    hasCoupon: event.couponCode !== undefined,
    namedPartnerId: event.partnerId ?? null,
    originalEventId: event.originalEventId ?? null,
    occurredAt: new Date(event.occurredAt),
    amount: event.amount ?? null,
    currency: event.currency ?? null,
    contentHash: content.hash,
    content: content.text,
    attributesCommitment: content.attributesCommitment,
    details: detailsOf(event),
    receivedAt: origin.now,
    source: origin.source,
    traceparent: origin.traceparent,
    cameFrom: origin.cameFrom,
    actor: origin.actor,
  };
}

function eventIdIn(body: unknown): string | null {
  const eventId = (body as { eventId?: unknown } | null)?.eventId;
  return typeof eventId === 'string' ? eventId.slice(0, 200) : null;
}
