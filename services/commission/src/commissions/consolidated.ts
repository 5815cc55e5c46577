import { getConsolidatedCommissions } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { type Database, ok, query, type Route, reject } from '@tributary/service-kit';
import { ratesFor } from '../fx/rate-store.js';
import { consolidate, type Exchanged } from './domain/consolidate.js';
import { amountsByBrand, isEnrolled } from './entry-store.js';

/** What the brands that the caller sees owe, each in its own currency and together in one, at the stored rates of a day. */
export const getConsolidatedCommissionsRoute = (db: Database): Route =>
  query(getConsolidatedCommissions, async ({ query: { currency, partnerId, from, to, by, on = '' }, scope, now }) => {
    const date = on || now.toISOString().slice(0, 10);
    const found = await db.tx(scope, async (tx) => {
      if (partnerId !== undefined && !(await isEnrolled(tx, partnerId))) return undefined;
      const amounts = await amountsByBrand(tx, { partnerId, from, to, byLicence: by === 'licence' });
      const questions = amounts.map((line) => ({ from: line.currency, to: currency, date }));
      return consolidate(amounts, currency, date, await ratesFor(tx, questions));
    });
    if (found === undefined) return reject('not-found');
    const { brands, total, missing } = found;
    return ok({
      partnerId: partnerId ?? null,
      from: from === undefined ? null : new Date(from).toISOString(),
      to: to === undefined ? null : new Date(to).toISOString(),
      on: date,
      currency,
      brands: brands.map(lineView),
      total: toWireAmount(total),
      missing,
    });
  });

const lineView = ({ amount, exchange, ...line }: Exchanged) => ({
  ...line,
  amount: toWireAmount(amount),
  exchange: exchange && {
    rate: exchange.rate,
    rates: exchange.rates.map(({ base, quote, date, rate, source }) => ({ base, quote, date, rate, source })),
    amount: toWireAmount(exchange.amount),
  },
});
