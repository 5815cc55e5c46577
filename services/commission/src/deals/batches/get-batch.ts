import { getDealBatch } from '@tributary/contracts';
import { type Database, ok, query, type Route, reject } from '@tributary/service-kit';
import { findBatch } from './batch-store.js';

export const getBatchRoute = (db: Database): Route =>
  query(getDealBatch, async ({ params, scope }) => {
    const found = await db.tx(scope, (tx) => findBatch(tx, params.batchId));
    if (found === undefined) return reject('not-found');
    const {
      batch: { batchId, ...batch },
      items,
      end,
    } = found;
    const deals = items.flatMap(({ dealId, version, baseVersion }) => (version === null ? [] : [{ dealId, version, baseVersion }]));
    const exceptions = items.flatMap(({ dealId, exception }) => (exception === null ? [] : [{ dealId, reason: exception }]));
    return ok({ id: batchId, ...batch, amended: deals.length, deals, exceptions, superseded: end });
  });
