import type { Tx } from '@tributary/messaging';
import { type Holder, holdersOf } from './conversion-store.js';
import { isReversal } from './domain/check-event.js';
import type { Incoming } from './incoming.js';

const findReversals = /* sql */ `
SELECT k.brand_id AS "brandId", k.event_id AS "eventId" FROM unnest($1::text[], $2::text[]) w (brand_id, event_id)
JOIN conversion_keys k ON k.brand_id = w.brand_id AND k.event_id = w.event_id JOIN conversions c ON c.id = k.conversion_id
WHERE c.kind = ANY ('{refund,chargeback}')`;

const keyOf = (brandId: string, eventId: string): string => `${brandId} ${eventId}`;

/**
 * Conversion ids of the events that would take back a refund or chargeback, one of this batch or one that is known. What was accepted
 * before its original came to light stays accepted, so that sending it again is a duplicate and no refusal.
 */
export async function reversalsOfReversals(tx: Tx, batch: readonly Incoming[]): Promise<ReadonlySet<string>> {
  const reversals = batch.filter(({ kind, originalEventId }) => isReversal(kind) && originalEventId !== null);
  if (reversals.length === 0) return new Set();
  const { rows } = await tx.query<Pick<Holder, 'brandId' | 'eventId'>>(findReversals, [
    reversals.map(({ brandId }) => brandId),
    reversals.map(({ originalEventId }) => originalEventId),
  ]);
  const taken = new Set([...rows, ...batch.filter(({ kind }) => isReversal(kind))].map(({ brandId, eventId }) => keyOf(brandId, eventId)));
  const suspects = reversals.filter(({ brandId, originalEventId }) => taken.has(keyOf(brandId, originalEventId ?? '')));
  if (suspects.length === 0) return new Set();
  const held = new Set((await holdersOf(tx, suspects)).map(({ brandId, eventId }) => keyOf(brandId, eventId)));
  return new Set(suspects.filter(({ brandId, eventId }) => !held.has(keyOf(brandId, eventId))).map(({ conversionId }) => conversionId));
}
