import { listClicks } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { between, given } from '../list-filters.js';
import type { Tracking } from '../tracking.js';

/** Newest first. */
export const listClicksRoute = (service: Tracking): Route =>
  query(listClicks, async ({ query: { limit, cursor, partnerId, brandId, linkId, clickId, from, to }, scope }) => {
    const id = given({ equals: clickId, lt: decodeIdCursor(cursor) });
    const where = { ...given({ partnerId, brandId, linkId, clickedAt: between(from, to) }), id };
    const rows = await service.kit.db.read(scope, (prisma) => prisma.click.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 }));
    return ok(
      page(
        rows,
        limit,
        (row) => row.id,
        (row) => ({
          id: row.id,
          linkId: row.linkId,
          partnerId: row.partnerId,
          brandId: row.brandId,
          clickedAt: row.clickedAt.toISOString(),
          subIds: row.subIds ?? {},
          isUnique: row.isUnique,
        }),
      ),
    );
  });
