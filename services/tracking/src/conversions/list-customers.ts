import { listCustomers } from '@tributary/contracts';
import { decodeIdCursor, ok, page, query, type Route } from '@tributary/service-kit';
import { given } from '../list-filters.js';
import type { Tracking } from '../tracking.js';
import { type Assignment, assignmentAt } from './domain/assignment.js';
import { customerHash } from './domain/content.js';

/** His reassignments as his row keeps them. */
function ownerAt(assignments: unknown, now: Date): string | undefined {
  const given = (assignments ?? []) as (Omit<Assignment, 'effectiveFrom'> & { effectiveFrom: string })[];
  return assignmentAt(
    given.map((one) => ({ ...one, effectiveFrom: new Date(one.effectiveFrom) })),
    now,
  )?.partnerId;
}

/** Newest first; under a partner's id stand those given to him last, also when that begins later. A customer is found by the sender's key too, though only its HMAC is kept. */
export const listCustomersRoute = (service: Tracking): Route =>
  query(listCustomers, async ({ query: { limit, cursor, partnerId, brandId, customerKey }, scope, now }) => {
    const after = decodeIdCursor(cursor);
    const rows = await service.kit.db.read(scope, async (prisma) => {
      const hashes =
        customerKey === undefined
          ? undefined
          : await hashesOf(customerKey, brandId, () => prisma.brand.findMany({ select: { brandId: true } }));
      const ids = hashes && (await prisma.customer.findMany({ where: { keyHash: { in: hashes } }, select: { id: true, aliasOf: true } }));
      const where = given({ brandId, aliasOf: null, id: given({ in: ids?.map((row) => row.aliasOf ?? row.id), lt: after }) });
      const whose = partnerId === undefined ? {} : { OR: [{ assignedPartnerId: partnerId }, { assignedPartnerId: null, partnerId }] };
      return prisma.customer.findMany({ where: { ...where, ...whose }, orderBy: { id: 'desc' }, take: limit + 1 });
    });
    const show = (row: (typeof rows)[number]) => ({
      id: row.id,
      brandId: row.brandId,
      partnerId: ownerAt(row.assignments, now) ?? row.partnerId,
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
