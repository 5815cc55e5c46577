import { explainCommission, listCommissions, listOutcomes } from '@tributary/contracts';
import { recomputePosting } from '@tributary/engine';
import { toWireAmount } from '@tributary/money';
import { type Database, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import { findOutcome } from '../accrual/fact-store.js';
import { type EntryWithStatus, findEntries, findExplained } from './entry-store.js';

const entryView = ({ entryId, scope: _scope, posting: _posting, amount, occurredAt, recordedAt, maturesAt, ...entry }: EntryWithStatus) => {
  const { explanationHash: _hash, ...shown } = entry as typeof entry & { explanationHash?: string };
  return {
    id: entryId,
    ...shown,
    amount: toWireAmount(amount),
    occurredAt: occurredAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    maturesAt: maturesAt.toISOString(),
  };
};

export const listCommissionsRoute = (db: Database): Route =>
  query(listCommissions, async ({ query: { limit, cursor, ...filter }, scope, now }) => {
    const before = decodeIdCursor(cursor);
    const entries = await db.tx(scope, (tx) => findEntries(tx, now, { ...filter, before, limit: limit + 1 }));
    return ok(page(entries, limit, ({ entryId }) => entryId, entryView));
  });

/** Why this amount: the stored explanation, and what comes out of it when it is worked out again on the spot. */
export const explainCommissionRoute = (db: Database): Route =>
  query(explainCommission, async ({ params, scope }) => {
    const entry = await db.tx(scope, (tx) => findExplained(tx, params.entryId));
    if (entry === undefined) return reject('not-found');
    const { explanation } = entry;
    const again = recomputePosting(explanation);
    return ok({
      entryId: entry.entryId,
      amount: toWireAmount(entry.amount),
      currency: entry.currency,
      dealId: entry.dealId,
      dealVersion: entry.dealVersion,
      engineVersion: entry.engineVersion,
      scope: entry.scope,
      explanation,
      postedBefore: toWireAmount(BigInt(explanation.postedBefore)),
      recomputed: {
        entitlement: toWireAmount(again.entitlement),
        amount: toWireAmount(again.amount),
        matches: again.agrees && again.amount === entry.amount,
      },
    });
  });

/** The one outcome of a conversion, and the entries that it made. */
export const getOutcomeRoute = (db: Database): Route =>
  query(listOutcomes, async ({ params: { conversionId }, scope, now }) => {
    const found = await db.tx(scope, async (tx) => {
      const outcome = await findOutcome(tx, conversionId);
      return outcome && { outcome, entries: await findEntries(tx, now, { conversionId: outcome.rootId, limit: 500 }) };
    });
    if (found === undefined) return reject('not-found');
    const { outcome, entries } = found;
    const own = outcome.rootId === conversionId ? entries : entries.filter(({ causeConversionId }) => causeConversionId === conversionId);
    return ok({ conversionId, outcome: outcome.outcome, reason: outcome.reason, entries: own.map(entryView) });
  });
