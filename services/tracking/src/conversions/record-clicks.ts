import type { Outbox, Tx } from '@tributary/messaging';
import { eventIdOfClick } from './domain/check-event.js';
import type { Hmac } from './domain/content.js';
import type { Incoming, Outcome } from './incoming.js';
import { intake } from './intake.js';
import { incomingEvent } from './read-event.js';

/** A click that is to be a conversion by itself. */
export interface ClickToRecord {
  id: string;
  brandId: string;
  clickedAt: Date;
  traceparent: string;
}

/** Records clicks as conversions of kind `click`, through the one way in for events. A click that is one already stays the one it is. */
export async function recordClicks(tx: Tx, outbox: Outbox, hmac: Hmac, clicks: readonly ClickToRecord[], now: Date): Promise<Outcome[]> {
  const events = clicks.map((click) => eventOf(click, hmac, now));
  return events.length === 0 ? [] : intake(tx, outbox, events, now);
}

function eventOf({ id, brandId, clickedAt, traceparent }: ClickToRecord, hmac: Hmac, now: Date): Incoming {
  const event = { type: 'click', eventId: eventIdOfClick(id), brandId, clickId: id, occurredAt: clickedAt.toISOString() };
  const actor = { actorId: 'system:tracking', actorKind: 'system' as const };
  return incomingEvent(event, { now, source: 'click', traceparent, actor, brandIds: [] }, hmac);
}
