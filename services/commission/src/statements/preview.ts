import { nextPeriod, periodOf } from '@tributary/calendar';
import type { MonthState } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { closedPeriodsOf } from '../periods/period-store.js';
import { type Brand, findBrand } from '../profiles/brand-store.js';
import { dealMonth, type MonthDeal } from './domain/deal-months.js';
import { type FoldedMonth, foldMonths } from './fold-months.js';
import { monthDealsOf } from './month-deal-store.js';
import { closingsBefore } from './statement-store.js';

/** Open months that a preview folds on the way, at most. */
const monthsAtMost = 36;

export interface OpenMonth {
  brandId: string;
  partnerId: string;
  period: string;
}

/** A partner's open month folded on the spot, after every open month before it; null when the month is closed or has not begun. */
export async function previewOf(tx: Tx, { brandId, partnerId, period }: OpenMonth, now: Date): Promise<FoldedMonth[] | null> {
  const brand = await findBrand(tx, brandId);
  if (brand === undefined || period > periodOf(now.toISOString(), brand.timeZone)) return null;
  const closed = (await closedPeriodsOf(tx, [brandId])).get(brandId) ?? new Set<string>();
  if (closed.has(period)) return null;
  const folded = await foldOpenMonths(tx, brand, await monthDealsOf(tx, brandId, [partnerId]), closed, period);
  return folded.filter((month) => month.period === period && month.versions.length > 0);
}

/** Every open month of these deals up to one, oldest first: each opens with what the one before it closes with. */
export async function foldOpenMonths(
  tx: Tx,
  brand: Brand,
  deals: readonly MonthDeal[],
  closed: ReadonlySet<string>,
  period: string,
): Promise<FoldedMonth[]> {
  const months = openMonths(deals, closed, period, brand.timeZone).filter((month) => !closed.has(month));
  let openings: Map<string, MonthState> = await closingsBefore(
    tx,
    deals.map(({ dealId }) => dealId),
    months[0] ?? period,
  );
  const all: FoldedMonth[] = [];
  for (const month of months) {
    const ofDeals = deals.map((deal) => dealMonth(deal, brand, month));
    const folded = await foldMonths(tx, brand, ofDeals, openings);
    openings = new Map([...openings, ...folded.map(({ deal, result }) => [deal.dealId, result.closing] as const)]);
    all.push(...folded);
  }
  return all;
}

/** The open months up to one: from the last closed one before it, else from the first in which there was a deal. */
function openMonths(deals: readonly MonthDeal[], closed: ReadonlySet<string>, period: string, timeZone: string): string[] {
  const lastClosed = [...closed]
    .filter((one) => one < period)
    .sort()
    .at(-1);
  const starts = deals.flatMap(({ versions }) => versions.map(({ effectiveFrom }) => periodOf(effectiveFrom, timeZone))).sort();
  const first = lastClosed === undefined ? (starts[0] ?? period) : nextPeriod(lastClosed);
  const months: string[] = [];
  for (let month = first; month < period; month = nextPeriod(month)) months.push(month);
  return [...months, period].slice(-monthsAtMost);
}
