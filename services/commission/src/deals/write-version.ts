import { createHash } from 'node:crypto';
import { canonicalJson, type DealTerms } from '@tributary/contracts';
import type { Terms } from '@tributary/engine';
import type { EventContext, NewEvent, Outbox, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Effect, RateAgain } from '../shared/rate-again.js';
import { insertChange, insertVersions } from './deal-store.js';
import { dealView } from './deal-view.js';
import { counts, type DealVersionRecord } from './domain/deal.js';
import { type StatusChange, stageOf } from './domain/lifecycle.js';

export interface DealParts {
  outbox: Outbox;
  rateAgain: RateAgain;
}

/** The hash that names a document of terms: SHA-256 of its canonical JSON. */
export const hashTerms = (terms: Terms): string => createHash('sha256').update(canonicalJson(terms)).digest('hex');

/**
 * Writes a version, tells it, and rates again the conversions that occurred since it counts. The brand's books are locked: what is
 * posted later is posted by it.
 */
export async function writeVersion(tx: Tx, parts: DealParts, deal: DealVersionRecord, context: EventContext, now: Date) {
  await insertVersions(tx, [deal]);
  for (const change of deal.changes) await insertChange(tx, deal, change);
  const [event] = await parts.outbox.append(tx, context, [
    versionedEvent(deal, now),
    ...deal.changes.map((change) => changedEvent(deal, change)),
  ]);
  return written(tx, parts, deal, event === undefined ? context : { ...context, causationId: event.id }, now);
}

/** Writes what became of a version and tells it. Once it counts, what occurred since its `effectiveFrom` is rated again. */
export async function writeChange(
  tx: Tx,
  parts: DealParts,
  deal: DealVersionRecord,
  change: StatusChange,
  context: EventContext,
  now: Date,
) {
  await insertChange(tx, deal, change);
  const [event] = await parts.outbox.append(tx, context, [changedEvent(deal, change)]);
  return written(tx, parts, deal, event === undefined ? context : { ...context, causationId: event.id }, now);
}

async function written(tx: Tx, { rateAgain }: DealParts, deal: DealVersionRecord, caused: EventContext, now: Date) {
  const { brandId, partnerId, dealId, effectiveFrom: from } = deal;
  const effect: Effect = counts(deal)
    ? await rateAgain(tx, { brandId, partnerId, dealId, from }, caused, now)
    : { conversions: 0, entries: [] };
  return { ...dealView(deal, stageOf(deal, [deal], now.toISOString())), effect: effectView(effect) };
}

/** The fact that a version was written. */
export function versionedEvent(deal: DealVersionRecord, now: Date): NewEvent {
  const { dealId, partnerId, brandId, changes: _changes, writtenAt: _writtenAt, ...rest } = deal;
  const data = { ...rest, dealId, partnerId, brandId, terms: deal.terms as DealTerms };
  return { type: 'commission.deal.versioned.v1', subject: dealId, partnerId, brandId, time: now, data };
}

function changedEvent({ dealId, version, partnerId, brandId }: DealVersionRecord, change: StatusChange): NewEvent {
  return {
    type: 'commission.deal.status-changed.v1',
    subject: dealId,
    partnerId,
    brandId,
    time: new Date(change.at),
    data: { dealId, version, partnerId, brandId, ...change },
  };
}

function effectView({ conversions, entries }: Effect) {
  if (entries === null) return { conversions, entries: null, amounts: null };
  const byCurrency = new Map<string, bigint>();
  for (const { currency, amount } of entries) byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + amount);
  const amounts = [...byCurrency].sort().map(([currency, amount]) => ({ amount: toWireAmount(amount), currency }));
  return { conversions, entries: entries.length, amounts };
}
