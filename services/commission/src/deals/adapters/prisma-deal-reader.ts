import type { DealStatus, Terms } from '@tributary/engine';
import type { Database } from '@tributary/service-kit';
import type { PrismaClient } from '../../generated/client.js';
import type { DealReader } from '../deal-reader.js';

/** Reads deals through Prisma, seen through the caller's scope. */
export const prismaDealReader = (db: Database<PrismaClient>): DealReader => ({
  async versionsOf(scope, dealId) {
    const rows = await db.read(scope, (prisma) => prisma.dealVersion.findMany({ where: { dealId }, orderBy: { version: 'asc' } }));
    return rows.map((row) => ({
      ...row,
      status: row.status as DealStatus,
      terms: row.terms as unknown as Terms,
      effectiveFrom: row.effectiveFrom.toISOString(),
      recordedAt: row.recordedAt.toISOString(),
    }));
  },
});
