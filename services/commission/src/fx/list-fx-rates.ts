import { listFxRates } from '@tributary/contracts';
import { type Database, decodeCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { z } from 'zod';
import { listRates } from './rate-store.js';

const cursorKey = z.tuple([z.iso.date(), z.string().max(3), z.string().max(3), z.string().max(40)]);

/** Every rate that is known, also those that do not count. */
export const listFxRatesRoute = (db: Database): Route =>
  query(listFxRates, async ({ query: { base, quote, from, to, cursor, limit }, scope }) => {
    const after = decodeCursor(cursor, cursorKey);
    const rates = await db.tx(scope, (tx) => listRates(tx, { base, quote, from, to, after, limit: limit + 1 }));
    return ok(page(rates, limit, (rate) => [rate.date, rate.base, rate.quote, rate.source]));
  });
