import { nextPeriod, periodOf } from '@tributary/calendar';
import { monthRange } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { Entry } from '../accrual/domain/entry.js';
import { ensurePartitions } from '../accrual/journal-store.js';
import { closedPeriodsOf } from '../periods/period-store.js';
import { brandsById } from '../profiles/brand-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import type { TouchedMonth } from '../shared/months.js';
import type { Rating } from '../shared/rating.js';
import type { MonthDeal } from './domain/deal-months.js';
import { foldChain } from './month-chain.js';
import { monthDealsOf } from './month-deal-store.js';
import { lockMonths } from './statement-store.js';

/**
 * Brings the statements of closed months to what facts and terms say now, and with them the months after: differences go into the open
 * month, each statement that changed gets its next revision. Months that are open are left alone: their close folds them.
 *
 * Call it with the books of the brands shared or locked, after everything that the months are made of has been written.
 */
export async function refoldStatements(tx: Tx, rating: Rating, touched: readonly TouchedMonth[]): Promise<Entry[]> {
  const brandIds = [...new Set(touched.map(({ brandId }) => brandId))].sort();
  const closed = await closedPeriodsOf(tx, brandIds);
  const late = touched.flatMap((one) => closedMonthsOf(one, closed.get(one.brandId)));
  const posted: Entry[] = [];
  if (late.length === 0) return posted;
  const brands = await brandsById(tx, brandIds);
  await ensurePartitions(tx, rating.now);
  for (const [brandId, ofBrand] of groupBy(late, (one) => one.brandId)) {
    const brand = brands.get(brandId);
    if (brand === undefined) continue;
    const deals = await monthDealsOf(tx, brandId, [...new Set(ofBrand.map(({ partnerId }) => partnerId))]);
    const months = new Map<string, Set<string>>();
    for (const { partnerId, dealIds, period } of ofBrand) {
      for (const deal of deals.filter((one) => one.partnerId === partnerId && (dealIds?.includes(one.dealId) ?? true)))
        months.set(deal.dealId, new Set([...(months.get(deal.dealId) ?? []), ...monthsAround(deal, period, brand.timeZone)]));
    }
    if (months.size === 0) continue;
    await lockMonths(tx, [...months.keys()]);
    const [reason, makesMissing] = rating.trigger === 'terms' ? (['amendment', true] as const) : (['late-fact', false] as const);
    const options = { closed: closed.get(brandId) ?? new Set<string>(), closing: null, reason, makesMissing };
    posted.push(...(await foldChain(tx, rating, brand, deals, months, options)).posted);
  }
  return posted;
}

/** A brand's month as months of the deal: on the clocks of another zone its edges lie in the months beside it. */
function monthsAround({ versions }: MonthDeal, period: string, timeZone: string): string[] {
  if (versions.every(({ terms }) => (terms.timeZone ?? timeZone) === timeZone)) return [period];
  const { from } = monthRange(period, timeZone);
  const before = periodOf(new Date(Date.parse(from) - 1).toISOString(), timeZone);
  return [before, period, nextPeriod(period)];
}

/** The closed months of what was touched. */
function closedMonthsOf(touched: TouchedMonth, closed: ReadonlySet<string> = new Set()): TouchedMonth[] {
  if (!touched.andLater) return closed.has(touched.period) ? [touched] : [];
  return [...closed].filter((period) => period >= touched.period).map((period) => ({ ...touched, period }));
}
