import type { DealStatus, Terms } from '@tributary/engine';
import type { Database } from '@tributary/service-kit';
import type { PrismaClient } from '../../generated/client.js';
import type { DealReader } from '../deal-reader.js';
import { recordFrom } from '../deal-store.js';
import type { Change } from '../domain/lifecycle.js';

/** Reads deals through Prisma, seen through the caller's scope. */
export const prismaDealReader = (db: Database<PrismaClient>): DealReader => ({
  async versionsOf(scope, dealId) {
    const [rows, changes] = await db.read(scope, async (prisma) => [
      await prisma.dealVersion.findMany({ where: { dealId }, orderBy: { version: 'asc' } }),
      await prisma.dealStatus.findMany({ where: { dealId }, orderBy: { at: 'asc' } }),
    ]);
    return rows.map((row) =>
      recordFrom(
        {
          ...row,
          status: row.status as DealStatus,
          terms: row.terms as unknown as Terms,
          effectiveFrom: row.effectiveFrom.toISOString(),
          recordedAt: row.recordedAt.toISOString(),
        },
        changes
          .filter(({ version }) => version === row.version)
          .map(({ status, at, actorId, note }) => ({ status: status as Change, at: at.toISOString(), actorId, note })),
      ),
    );
  },
});
