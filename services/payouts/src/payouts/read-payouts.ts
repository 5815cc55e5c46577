import { getPayout, listPayouts, type PayoutCharge } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import type { PayoutRouting } from '../routing/domain/route-payout.js';
import { payoutView } from '../shared/run-view.js';

/** Prisma does not know what lies in the columns. */
const typed = <P extends { charges: unknown; routing: unknown }>(payout: P) => ({
  ...payout,
  charges: payout.charges as readonly PayoutCharge[],
  routing: payout.routing as PayoutRouting | null,
});

const withLines = { lines: { orderBy: { itemId: 'asc' } } } as const;

export const getPayoutRoute = ({ db }: Parts): Route =>
  query(getPayout, async ({ params: { payoutId }, scope }) => {
    const payout = await db.read(scope, (prisma) => prisma.payout.findUnique({ where: { id: payoutId }, include: withLines }));
    return payout ? ok(payoutView(typed(payout), payout.lines)) : reject('not-found');
  });

/** Newest first. */
export const listPayoutsRoute = ({ db }: Parts): Route =>
  query(listPayouts, async ({ query: { runId, partnerId, brandId, status, cursor, limit }, scope }) => {
    const before = decodeIdCursor(cursor);
    const where = {
      ...(runId && { runId }),
      ...(partnerId && { partnerId }),
      ...(brandId && { brandId }),
      ...(status && { status }),
      ...(before && { id: { lt: before } }),
    };
    const rows = await db.read(scope, (prisma) =>
      prisma.payout.findMany({ where, include: withLines, orderBy: { id: 'desc' }, take: limit + 1 }),
    );
    return ok(
      page(
        rows,
        limit,
        ({ id }) => id,
        (payout) => payoutView(typed(payout), payout.lines),
      ),
    );
  });
