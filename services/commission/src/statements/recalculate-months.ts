import { type MonthState, noState } from '@tributary/engine';
import { closedPeriodsOf } from '../periods/period-store.js';
import { findBrand } from '../profiles/brand-store.js';
import type { RecalculateMonths } from '../shared/months.js';
import { dealMonth } from './domain/deal-months.js';
import { foldMonths } from './fold-months.js';
import { monthDealsOf } from './month-deal-store.js';
import { scopesOf } from './postings.js';
import { closingsBefore, currentStatements, netsOf } from './statement-store.js';

/**
 * What the scopes of a partner's closed month come to now, from the sums of its facts and the state that the month before it closed with,
 * beside what the journal holds for them.
 */
export const recalculateMonths: RecalculateMonths = async (tx, { brandId, partnerId, period }) => {
  const brand = await findBrand(tx, brandId);
  const closed = (await closedPeriodsOf(tx, [brandId])).get(brandId);
  if (brand === undefined || !closed?.has(period)) return [];
  const deals = await monthDealsOf(tx, brandId, [partnerId]);
  const dealIds = deals.map(({ dealId }) => dealId);
  const openings = new Map<string, MonthState>(await closingsBefore(tx, dealIds, period));
  const current = await currentStatements(tx, dealIds, period);
  const months = deals.map((deal) => dealMonth(deal, brand, period));
  const folded = await foldMonths(tx, brand, months, new Map(dealIds.map((id) => [id, openings.get(id) ?? noState])));
  const recomputed = new Map<string, { currency: string; amount: bigint }>();
  for (const month of folded) {
    if (month.versions.length === 0 && !current.has(month.deal.dealId)) continue;
    const keys = scopesOf(month, current.get(month.deal.dealId));
    const entitled = new Map(month.result.components.map(({ entitlement }, index) => [keys[index], entitlement]));
    for (const key of keys) recomputed.set(key, { currency: month.currency, amount: entitled.get(key) ?? 0n });
  }
  const nets = await netsOf(tx, [...recomputed.keys()]);
  return [...recomputed].map(([scope, { currency, amount }]) => ({ scope, currency, net: nets.get(scope) ?? 0n, recomputed: amount }));
};
