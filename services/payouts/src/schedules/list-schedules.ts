import { listPayoutSchedules } from '@tributary/contracts';
import { decodeCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { z } from 'zod';
import type { Parts } from '../parts.js';
import { listScheduleRows, scheduleView } from './schedule-store.js';

const cursorKey = z.strictObject({ brandId: z.string(), currency: z.string(), version: z.int() });

export const listSchedulesRoute = ({ db }: Parts): Route =>
  query(listPayoutSchedules, ({ query: { brandId, currency, cursor, limit }, scope, now }) =>
    db.tx(scope, async (tx) => {
      const rows = await listScheduleRows(tx, { brandId, currency, after: decodeCursor(cursor, cursorKey), limit: limit + 1 });
      const key = (row: (typeof rows)[number]) => ({ brandId: row.brandId, currency: row.currency, version: row.version });
      return ok(page(rows, limit, key, (row) => scheduleView(row, now)));
    }),
  );
