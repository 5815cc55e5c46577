import type { Tx } from '@tributary/messaging';
import type { Database, Scope } from '@tributary/service-kit';
import type { Brand as BrandRow, PrismaClient, Program as ProgramRow } from '../../generated/client.js';
import type { BrandStore } from '../brand-store.js';
import type { Brand, BrandPolicy } from '../domain/brand.js';

export function prismaBrandStore(db: Database<PrismaClient>): BrandStore {
  return {
    async insert(tx: Tx, brand: Brand) {
      const inserted = await tx.query(
        `INSERT INTO brand (id, name, slug, currency, time_zone, status, default_program_id, policy, sequence, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10) ON CONFLICT (slug) DO NOTHING`,
        [
          brand.id,
          brand.name,
          brand.slug,
          brand.currency,
          brand.timeZone,
          brand.status,
          brand.defaultProgramId,
          JSON.stringify(brand.policy),
          brand.sequence,
          brand.createdAt,
        ],
      );
      if (inserted.rowCount === 0) return false;
      for (const program of brand.programs) {
        await tx.query('INSERT INTO program (id, brand_id, name, is_default) VALUES ($1, $2, $3, $4)', [
          program.id,
          brand.id,
          program.name,
          program.isDefault,
        ]);
      }
      return true;
    },
    async find(scope: Scope, brandId: string) {
      const row = await db.read(scope, (prisma) => prisma.brand.findUnique({ where: { id: brandId }, include: { programs: true } }));
      return row ? fromStored(row) : undefined;
    },
    async list(scope: Scope, limit: number, after?: string) {
      const rows = await db.read(scope, (prisma) =>
        prisma.brand.findMany({
          where: after ? { id: { gt: after } } : {},
          orderBy: { id: 'asc' },
          take: limit,
          include: { programs: true },
        }),
      );
      return rows.map(fromStored);
    },
  };
}

function fromStored(row: BrandRow & { programs: ProgramRow[] }): Brand {
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    currency: row.currency,
    timeZone: row.timeZone,
    status: row.status === 'archived' ? 'archived' : 'active',
    defaultProgramId: row.defaultProgramId,
    programs: row.programs.map(({ id, name, isDefault }) => ({ id, name, isDefault })),
    policy: row.policy as unknown as BrandPolicy,
    sequence: row.sequence,
    createdAt: row.createdAt,
  };
}
