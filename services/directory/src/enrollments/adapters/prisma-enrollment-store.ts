import type { Database } from '@tributary/service-kit';
import type { PrismaClient } from '../../generated/client.js';
import type { Enrollment, EnrollmentStore } from '../enrollment-store.js';

export function prismaEnrollmentStore(db: Database<PrismaClient>): EnrollmentStore {
  return {
    async seesPartner(tx, partnerId) {
      const { rows } = await tx.query<{ erased: boolean }>('SELECT erased_at IS NOT NULL AS erased FROM partner WHERE id = $1', [
        partnerId,
      ]);
      return rows[0] && (rows[0].erased ? 'erased' : 'seen');
    },
    async programsOf(tx, brandId) {
      const found = await tx.query<{ defaultProgramId: string; programIds: string[] }>(
        `SELECT b.default_program_id AS "defaultProgramId", array_agg(p.id) AS "programIds"
         FROM brand b JOIN program p ON p.brand_id = b.id WHERE b.id = $1 GROUP BY b.id`,
        [brandId],
      );
      return found.rows[0];
    },
    async insert(tx, enrollment) {
      const inserted = await tx.query(
        `INSERT INTO enrollment (id, partner_id, brand_id, program_id, status, enrolled_at, sequence) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (partner_id, brand_id, program_id) DO NOTHING`,
        [
          enrollment.id,
          enrollment.partnerId,
          enrollment.brandId,
          enrollment.programId,
          enrollment.status,
          enrollment.enrolledAt,
          enrollment.sequence,
        ],
      );
      return inserted.rowCount === 1;
    },
    async listOf(scope, partnerId, limit, after) {
      const rows = await db.read(scope, async (prisma) => {
        const seen = await prisma.partner.findUnique({ where: { id: partnerId }, select: { id: true } });
        if (!seen) return undefined;
        const where = { partnerId, ...(after ? { id: { gt: after } } : {}) };
        return prisma.enrollment.findMany({ where, orderBy: { id: 'asc' }, take: limit });
      });
      return rows?.map((row) => ({ ...row, status: row.status as Enrollment['status'] }));
    },
  };
}
