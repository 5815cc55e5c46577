import { bucketRange } from '@tributary/calendar';
import { getCommissionsAsOf } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { type Database, ok, query, type Route, reject } from '@tributary/service-kit';
import { changesBetween } from '../accrual/domain/causes.js';
import { findBrand } from '../profiles/brand-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import { type LaterEntry, recordedBetween, type Standing, standingAt } from './as-of-store.js';

/** Causes shown of one reason. */
const causesShown = 200;

/**
 * What was owed for a month as known at an instant, and why it differs now. What belongs to a month is what occurred in it, in the
 * brand's zone, wherever in the books it was posted: a sale that came late stands in a later month of the books, and in its own here.
 */
export const getCommissionsAsOfRoute = (db: Database): Route =>
  query(getCommissionsAsOf, async ({ query: { partnerId, brandId, period, knownAt }, scope, now }) => {
    const found = await db.tx(scope, async (tx) => {
      const brand = await findBrand(tx, brandId);
      if (brand === undefined) return undefined;
      const stretch = { brandId, partnerId, ...bucketRange(period, brand.timeZone) };
      const then = new Date(knownAt);
      return {
        known: await standingAt(tx, stretch, then),
        present: await standingAt(tx, stretch, now),
        later: await recordedBetween(tx, stretch, then, now),
      };
    });
    if (found === undefined) return reject('not-found');
    const { known, present, later } = found;
    const since = [...groupBy(later, ({ reason, currency }) => `${reason} ${currency}`)].sort(([a], [b]) => (a < b ? -1 : 1));
    return ok({
      partnerId,
      brandId,
      period,
      knownAt: new Date(knownAt).toISOString(),
      now: now.toISOString(),
      known: standingView(known),
      present: standingView(present),
      since: since.map(([, entries]) => reasonView(entries)),
    });
  });

const standingView = (lines: readonly Standing[]) => ({
  entries: lines.reduce((sum, { entries }) => sum + entries, 0),
  amounts: lines.map(({ component, currency, amount }) => ({ component, currency, amount: toWireAmount(amount) })),
});

function reasonView(entries: readonly LaterEntry[]) {
  return {
    reason: entries[0]?.reason ?? '',
    currency: entries[0]?.currency ?? '',
    entries: entries.length,
    amount: toWireAmount(entries.reduce((sum, { amount }) => sum + amount, 0n)),
    causes: entries.slice(0, causesShown).map((entry) => ({
      ...causeOf(entry),
      recordedAt: entry.recordedAt.toISOString(),
      component: entry.component,
      amount: toWireAmount(entry.amount),
      period: entry.period,
    })),
  };
}

function causeOf(entry: LaterEntry) {
  const { reason, scope, conversionId, causeConversionId } = entry;
  if (reason === 'adjustment') return { kind: 'adjustment', id: scope, changed: [] };
  if (causeConversionId !== null) return { kind: 'conversion', id: causeConversionId, changed: [] };
  if (reason === 'amendment') {
    const { dealId, dealVersion } = entry.withdrawn?.dealId ? entry.withdrawn : entry;
    return { kind: 'deal-version', id: `${dealId}/${dealVersion}`, changed: [] };
  }
  if (conversionId === null) return { kind: 'statement', id: scope, changed: [] };
  return { kind: 'circumstances', id: conversionId, changed: changesBetween(entry.foldBefore, entry.fold) };
}
