import { getPayout, listPayouts, type PayoutCharge, type PayoutExchange } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { payoutView } from '../shared/run-view.js';

/** Prisma does not know what lies in the columns. */
const jsonOf = ({ charges, exchange }: { charges: unknown; exchange: unknown }) => ({
  charges: charges as readonly PayoutCharge[],
  exchange: exchange as PayoutExchange | null,
});

const withLines = { lines: { orderBy: { itemId: 'asc' } } } as const;

export const getPayoutRoute = ({ db }: Parts): Route =>
  query(getPayout, async ({ params: { payoutId }, scope }) => {
    const payout = await db.read(scope, (prisma) => prisma.payout.findUnique({ where: { id: payoutId }, include: withLines }));
    return payout ? ok(payoutView({ ...payout, ...jsonOf(payout) }, payout.lines)) : reject('not-found');
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
        (payout) => payoutView({ ...payout, ...jsonOf(payout) }, payout.lines),
      ),
    );
  });
