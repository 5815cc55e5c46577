import { listLinks } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { given } from '../list-filters.js';
import type { Tracking } from '../tracking.js';
import { showLink } from './show-link.js';

/** Newest first. */
export const listLinksRoute = (service: Tracking): Route =>
  query(listLinks, async ({ query: { limit, cursor, partnerId, brandId }, scope }) => {
    const after = decodeIdCursor(cursor);
    const where = given({ partnerId, brandId, id: after === undefined ? undefined : { lt: after } });
    const rows = await service.kit.db.read(scope, (prisma) => prisma.link.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 }));
    return ok(
      page(
        rows,
        limit,
        (row) => row.id,
        (row) => showLink(service.publicUrl, row),
      ),
    );
  });
