import { getActivity } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { decodeCursor, ok, page, query } from '@tributary/service-kit';
import { z } from 'zod';
import type { ActivityRow, ActivityStore } from './activity-store.js';

const cursorKey = z.tuple([z.string(), z.string(), z.string(), z.string()]);

/** Counters by day in the brand's time zone, per brand or per partner of it. */
export const getActivityRoute = (activity: ActivityStore) =>
  query(getActivity, async ({ query: { limit, cursor, ...question }, scope }) => {
    const rows = await activity.read(scope, question, limit + 1, decodeCursor(cursor, cursorKey));
    return ok(page(rows, limit, (row) => [row.day, row.brandId, row.partnerId ?? '', row.currency ?? ''], view));
  });

const view = (row: ActivityRow) => ({
  ...row,
  clicks: Number(row.clicks),
  conversions: Number(row.conversions),
  refunds: Number(row.refunds),
  accrued: toWireAmount(row.accrued),
  approved: toWireAmount(row.approved),
  paid: toWireAmount(row.paid),
});
