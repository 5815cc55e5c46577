import { listPayoutLimits } from '@tributary/contracts';
import { decodeCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { z } from 'zod';
import type { Parts } from '../parts.js';
import { limitsView, listLimitRows } from './limit-store.js';

const cursorKey = z.strictObject({ brandId: z.string(), currency: z.string(), version: z.int() });

export const listLimitsRoute = ({ db }: Parts): Route =>
  query(listPayoutLimits, ({ query: { brandId, currency, cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      // What would be stopped is not told to who might like to know.
      const rows =
        scope.partnerId !== undefined
          ? []
          : await listLimitRows(tx, { brandId, currency, after: decodeCursor(cursor, cursorKey), limit: limit + 1 });
      const key = (row: (typeof rows)[number]) => ({ brandId: row.brandId, currency: row.currency, version: row.version });
      return ok(page(rows, limit, key, limitsView));
    }),
  );
