import { listCustomers } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { given } from '../list-filters.js';
import type { Tracking } from '../tracking.js';
import { customerHash } from './domain/content.js';

/** Newest first. A customer is found by the sender's key too, though only its HMAC is kept. */
export const listCustomersRoute = (service: Tracking): Route =>
  query(listCustomers, async ({ query: { limit, cursor, partnerId, brandId, customerKey }, scope }) => {
    const after = decodeIdCursor(cursor);
    const rows = await service.kit.db.read(scope, async (prisma) => {
      const hashes =
        customerKey === undefined
          ? undefined
          : await hashesOf(customerKey, brandId, () => prisma.brand.findMany({ select: { brandId: true } }));
      const where = given({ partnerId, brandId, keyHash: hashes && { in: hashes }, id: after === undefined ? undefined : { lt: after } });
      return prisma.customer.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 });
    });
    const show = (row: (typeof rows)[number]) => ({
      id: row.id,
      brandId: row.brandId,
      partnerId: row.partnerId,
      boundAt: row.boundAt?.toISOString() ?? null,
      createdAt: row.createdAt.toISOString(),
    });
    return ok(page(rows, limit, (row) => row.id, show));

    /** The same key is another customer in each brand. */
    async function hashesOf(key: string, brand: string | undefined, visible: () => Promise<{ brandId: string }[]>): Promise<string[]> {
      const brands = brand === undefined ? await visible() : [{ brandId: brand }];
      return brands.map((each) => customerHash(each.brandId, key, service.kit.keys.hmac));
    }
  });
