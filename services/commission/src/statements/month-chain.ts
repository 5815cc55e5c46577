import { openPeriodFrom } from '@tributary/calendar';
import { canonicalJson } from '@tributary/contracts';
import { type MonthState, noState, type PostingReason } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { Brand } from '../profiles/brand-store.js';
import type { Issued } from '../shared/months.js';
import type { Rating } from '../shared/rating.js';
import { dealMonth, type MonthDeal } from './domain/deal-months.js';
import { foldMonths } from './fold-months.js';
import { issueStatements } from './issue-statements.js';
import { closingsBefore, currentStatements } from './statement-store.js';

export interface ChainOptions {
  /** The closed months, and the one being closed. */
  closed: ReadonlySet<string>;
  /** The month that is being closed: every deal in force in it gets its statement, posted into the month itself. */
  closing: string | null;
  /** Why anything else is posted. */
  reason: PostingReason;
  /** Whether a closed month gets a statement that it did not have: terms that reach back make some. */
  makesMissing: boolean;
}

/**
 * Folds months of deals again, each deal from the first month in which something of it was touched: that month, and every closed month
 * after it for as long as the state with which a month closes is another one than before.
 */
export async function foldChain(
  tx: Tx,
  rating: Rating,
  brand: Brand,
  deals: readonly MonthDeal[],
  touched: ReadonlyMap<string, ReadonlySet<string>>,
  options: ChainOptions,
): Promise<Issued> {
  const issued: Issued = { statements: 0, entries: 0, posted: [] };
  const first = [...touched.values()].flatMap((months) => [...months]).sort()[0];
  if (first === undefined) return issued;
  const months = [...options.closed].filter((month) => month >= first).sort();
  const passedOn = new Map<string, MonthState>();
  for (const period of months) {
    const wanted = deals.filter(({ dealId }) => passedOn.has(dealId) || touched.get(dealId)?.has(period));
    if (wanted.length === 0) continue;
    const dealIds = wanted.map(({ dealId }) => dealId);
    const current = await currentStatements(tx, dealIds, period);
    const makes = options.makesMissing || period === options.closing;
    const due = wanted
      .map((deal) => dealMonth(deal, brand, period))
      .filter(({ deal, versions }) => current.has(deal.dealId) || (makes && versions.length > 0));
    const openings = new Map([...(await closingsBefore(tx, dealIds, period)), ...passedOn]);
    const folded = await foldMonths(tx, brand, due, openings);
    const late = { into: openPeriodFrom(period, options.closed), reason: options.reason };
    // A close that is run again finds its statements there: what has changed since is late.
    const done = await issueStatements(tx, rating, brand, folded, current, ({ deal }) =>
      period === options.closing && !current.has(deal.dealId) ? { into: period, reason: 'statement' } : late,
    );
    issued.statements += done.statements;
    issued.entries += done.entries;
    if (options.closing === null) issued.posted.push(...done.posted);
    if (period === months.at(-1)) break;
    for (const { deal, result } of folded) {
      const before = current.get(deal.dealId)?.closing ?? openings.get(deal.dealId) ?? noState;
      if (canonicalJson(before) === canonicalJson(result.closing)) passedOn.delete(deal.dealId);
      else passedOn.set(deal.dealId, result.closing);
    }
  }
  return issued;
}
