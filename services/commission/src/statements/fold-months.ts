import { foldMonth, type MonthInput, type MonthResult, type MonthState, noState } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { Brand } from '../profiles/brand-store.js';
import type { DealMonth } from './domain/deal-months.js';
import { otherEarningsOf, sumsOf } from './month-sums.js';
import { ratesFor } from './rates.js';

/** A month of a deal as facts and terms say now. */
export interface FoldedMonth extends DealMonth {
  result: MonthResult;
}

/** Months of many deals, each opening with its own state. Set-based: three statements, however many deals. */
export async function foldMonths(
  tx: Tx,
  brand: Brand,
  months: readonly DealMonth[],
  openings: ReadonlyMap<string, MonthState>,
): Promise<FoldedMonth[]> {
  const sums = await sumsOf(tx, brand.brandId, months);
  const others = await otherEarningsOf(tx, brand.brandId, months);
  const wanted = months.flatMap(({ currency }, index) =>
    (sums[index] ?? []).flatMap((sum) =>
      sum.currency === null || sum.date === null ? [] : [{ from: sum.currency, to: currency, date: sum.date }],
    ),
  );
  const rates = await ratesFor(tx, wanted);
  return months.map((month, index) => {
    const { deal, period, currency, versions } = month;
    const input: MonthInput = {
      dealId: deal.dealId,
      partnerId: deal.partnerId,
      brandId: brand.brandId,
      period,
      currency,
      versions,
      facts: sums[index] ?? [],
      otherEarnings: others[index] ?? {},
      opening: openings.get(deal.dealId) ?? noState,
    };
    return { ...month, result: foldMonth(input, rates) };
  });
}
