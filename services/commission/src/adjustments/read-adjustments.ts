import { listAdjustments } from '@tributary/contracts';
import { type Database, decodeIdCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { findAdjustments } from './adjustment-store.js';
import { adjustmentView } from './adjustment-view.js';

export const listAdjustmentsRoute = (db: Database): Route =>
  query(listAdjustments, async ({ query: { partnerId, brandId, limit, cursor }, scope, now }) => {
    const before = decodeIdCursor(cursor);
    const found = await db.tx(scope, (tx) => findAdjustments(tx, now, { partnerId, brandId, before, limit: limit + 1 }));
    return ok(page(found, limit, ({ adjustmentId }) => adjustmentId, adjustmentView));
  });
