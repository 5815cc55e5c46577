import { type ConversionData, type RejectionCode, rejections } from '@tributary/contracts';
import type { Outbox, Tx } from '@tributary/messaging';
import { attributeWaiting } from './attribute-waiting.js';
import { type Arrival, rememberAwaited, waitingFor } from './awaited-store.js';
import { bind, claim, conversionData, customerOf, customersOf, type Holder, holdersOf, insertNew } from './conversion-store.js';
import { isReversal } from './domain/check-event.js';
import { diffOf } from './domain/content.js';
import { type BatchDecision, decideBatch } from './domain/decide-batch.js';
import type { Incoming, Outcome, RejectedOutcome } from './incoming.js';
import { reversalsOfReversals } from './reversals-of-reversals.js';
import { readWorld } from './world-store.js';

const wakeMost = 1000;

/** A named "no" to one event. */
export function rejected(
  eventId: string | null,
  code: RejectionCode,
  errors?: RejectedOutcome['errors'],
  why: string = rejections[code].title,
): RejectedOutcome {
  return { outcome: 'rejected', eventId, code, why, ...(errors ? { errors } : {}) };
}

/**
 * The one way in for events, single or in batches: takes the keys that are free, finds the partners, writes conversions and their
 * events, all set-based and in the caller's transaction. One outcome per event, in order.
 */
export async function intake(tx: Tx, outbox: Outbox, events: readonly Incoming[], now: Date): Promise<Outcome[]> {
  const firsts = firstOfEachKey(events);
  const candidates = [...firsts.values()];
  const impossible = await reversalsOfReversals(tx, candidates);
  const possible = candidates.filter((event) => !impossible.has(event.conversionId));
  const claimed = await claim(tx, possible);
  const fresh = possible.filter((event) => claimed.has(event.conversionId));
  const partners = fresh.length === 0 ? new Map<string, string | null>() : await record(tx, outbox, fresh, now);
  const holders = await holdersByKey(
    tx,
    possible.filter((event) => !claimed.has(event.conversionId)),
  );
  return events.map((event) => {
    const first = firsts.get(keyOf(event));
    if (first && impossible.has(first.conversionId)) return rejected(event.eventId, 'original-is-reversal');
    return outcomeOf(event, first, claimed, partners, holders);
  });
}

/** Brands that this service has heard of, for the events of those that it has not. */
const findBrands = /* sql */ `SELECT b.brand_id AS id FROM unnest($1::text[]) w (brand_id) JOIN brands b USING (brand_id)`;

export async function knownBrands(tx: Tx, brandIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(findBrands, [[...new Set(brandIds)]]);
  return rows.map((row) => row.id);
}

const keyOf = (event: { brandId: string; eventId: string }): string => `${event.brandId} ${event.eventId}`;

function firstOfEachKey(events: readonly Incoming[]): Map<string, Incoming> {
  const firsts = new Map<string, Incoming>();
  for (const event of events) {
    const key = keyOf(event);
    if (!firsts.has(key)) firsts.set(key, event);
  }
  return firsts;
}

/** Writes events whose keys are theirs; answers each one's partner. */
async function record(tx: Tx, outbox: Outbox, fresh: readonly Incoming[], now: Date): Promise<Map<string, string | null>> {
  const customerIds = await customersOf(tx, fresh, now);
  // What is added comes first: added to the end of a spread it would cost ten times as much.
  const recorded = fresh.map((event) => ({
    isReversal: isReversal(event.kind),
    customerId: event.customerHash === null ? null : (customerIds.get(customerOf(event)) ?? null),
    ...event,
  }));
  const world = await readWorld(tx, recorded);
  const batch = decideBatch(recorded, world, now);
  const waiting: Parameters<typeof rememberAwaited>[1][number][] = [];
  const data = recorded.map((conversion) => {
    const decision = batch.decisions.get(conversion.conversionId);
    if (!decision) throw new Error(`conversion ${conversion.conversionId} was not decided`);
    if (decision.awaits.length > 0) waiting.push({ ...conversion, decision, attempts: 0 });
    if (decision.attribution?.clickTraceparent) conversion.cameFrom?.(decision.attribution.clickTraceparent);
    return conversionData(conversion, decision);
  });
  await insertNew(tx, fresh, data);
  await bind(tx, batch, now);
  await rememberAwaited(tx, waiting);
  await publish(tx, outbox, fresh, data, now);
  const due = [...world.waiting, ...(await waitingFor(tx, boundIn(batch), wakeMost))];
  const others = due.filter(({ conversionId }) => !batch.decisions.has(conversionId));
  if (others.length > 0) await attributeWaiting(tx, outbox, others, now);
  return new Map(data.map((conversion) => [conversion.conversionId, conversion.partnerId]));
}

async function publish(tx: Tx, outbox: Outbox, fresh: readonly Incoming[], data: readonly ConversionData[], now: Date): Promise<void> {
  await outbox.append(
    tx,
    { correlationId: 'intake', actorId: 'system:tracking', actorKind: 'system' },
    fresh.map((event, index) => {
      const conversion = data[index] as ConversionData;
      return {
        type: 'tracking.conversion.recorded.v1',
        subject: event.conversionId,
        brandId: event.brandId,
        time: now,
        data: conversion,
        traceparent: event.traceparent,
        context: { correlationId: event.conversionId, actorId: event.actor.actorId, actorKind: event.actor.actorKind },
        ...(conversion.partnerId === null ? {} : { partnerId: conversion.partnerId }),
      };
    }),
  );
}

/** The customers that earlier conversions may have waited for. */
function boundIn(batch: BatchDecision): Arrival[] {
  const brandOf = new Map(batch.touches.map((touch) => [touch.customerId, touch.brandId]));
  return batch.bindings.map(({ customerId }) => ({ kind: 'customer', key: customerId, brandId: brandOf.get(customerId) ?? '' }));
}

async function holdersByKey(tx: Tx, events: readonly Incoming[]): Promise<Map<string, Holder>> {
  if (events.length === 0) return new Map();
  return new Map((await holdersOf(tx, events)).map((holder) => [keyOf(holder), holder]));
}

function outcomeOf(
  event: Incoming,
  first: Incoming | undefined,
  claimed: ReadonlySet<string>,
  partners: ReadonlyMap<string, string | null>,
  holders: ReadonlyMap<string, Holder>,
): Outcome {
  const { eventId } = event;
  if (first && claimed.has(first.conversionId)) {
    if (event === first)
      return { outcome: 'accepted', eventId, conversionId: event.conversionId, partnerId: partners.get(event.conversionId) ?? null };
    if (event.contentHash === first.contentHash) return { outcome: 'duplicate', eventId, duplicateOf: first.conversionId };
    return rejected(eventId, 'event-id-reused', diffOf(first.content, event.content));
  }
  const holder = holders.get(keyOf(event));
  // Nobody holds the key and it was not taken: its brand (known, or the caller would have been told) has no such programme.
  if (!holder) return rejected(eventId, 'program-not-of-brand');
  if (holder.contentHash === event.contentHash) return { outcome: 'duplicate', eventId, duplicateOf: holder.conversionId };
  return rejected(eventId, 'event-id-reused', diffOf(holder.content, event.content));
}
