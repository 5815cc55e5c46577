import type { Tx } from '@tributary/messaging';
import type { Database, Scope } from '@tributary/service-kit';
import type { Partner as PartnerRow, Prisma, PrismaClient, PartnerTag as TagRow } from '../../generated/client.js';
import type { Partner } from '../domain/partner.js';
import type { TagSpan } from '../domain/tags.js';
import type { PartnerFilter, PartnerStore } from '../partner-store.js';

export function prismaPartnerStore(db: Database<PrismaClient>): PartnerStore {
  return {
    insert,
    lock,
    async saveTag(tx, partnerId, span) {
      await tx.query(
        `INSERT INTO partner_tag (partner_id, tag, effective_from, effective_to) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partner_id, tag, effective_from) DO UPDATE SET effective_to = excluded.effective_to`,
        [partnerId, span.tag, span.effectiveFrom, span.effectiveTo],
      );
      const updated = await tx.query<{ sequence: number }>('UPDATE partner SET sequence = sequence + 1 WHERE id = $1 RETURNING sequence', [
        partnerId,
      ]);
      return updated.rows[0]?.sequence ?? 0;
    },
    async find(scope: Scope, partnerId: string) {
      const row = await db.read(scope, (prisma) => prisma.partner.findUnique({ where: { id: partnerId }, include: { tags: true } }));
      return row ? fromStored(row) : undefined;
    },
    async list(scope, filter, now, limit, after) {
      const where = conditions(filter, now, after);
      const rows = await db.read(scope, (prisma) =>
        prisma.partner.findMany({ where, orderBy: { id: 'asc' }, take: limit, include: { tags: true } }),
      );
      return rows.map(fromStored);
    },
  };
}

async function insert(tx: Tx, partner: Partner): Promise<boolean> {
  const inserted = await tx.query(
    `INSERT INTO partner (id, name, email, country, type, external_id, parent_id, status, risk_level, attributes, origin_brand_ids, sequence, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::text[], $12, $13) ON CONFLICT (external_id) DO NOTHING`,
    [
      partner.id,
      partner.name,
      partner.email,
      partner.country,
      partner.type,
      partner.externalId,
      partner.parentId,
      partner.status,
      partner.riskLevel,
      JSON.stringify(partner.attributes),
      partner.originBrandIds,
      partner.sequence,
      partner.createdAt,
    ],
  );
  if (inserted.rowCount === 0) return false;
  for (const span of partner.tags) {
    await tx.query('INSERT INTO partner_tag (partner_id, tag, effective_from, effective_to) VALUES ($1, $2, $3, $4)', [
      partner.id,
      span.tag,
      span.effectiveFrom,
      span.effectiveTo,
    ]);
  }
  return true;
}

async function lock(tx: Tx, partnerId: string): Promise<Partner | undefined> {
  const found = await tx.query<PartnerRow>(
    `SELECT id, name, email, country, type, external_id AS "externalId", parent_id AS "parentId", status, risk_level AS "riskLevel", attributes,
            origin_brand_ids AS "originBrandIds", sequence, created_at AS "createdAt"
     FROM partner WHERE id = $1 FOR UPDATE`,
    [partnerId],
  );
  const row = found.rows[0];
  if (!row) return undefined;
  const tags = await tx.query<TagRow>(
    'SELECT partner_id AS "partnerId", tag, effective_from AS "effectiveFrom", effective_to AS "effectiveTo" FROM partner_tag WHERE partner_id = $1',
    [partnerId],
  );
  return fromStored({ ...row, tags: tags.rows });
}

function conditions(filter: PartnerFilter, now: Date, after: string | undefined): Prisma.PartnerWhereInput {
  return {
    ...(after ? { id: { gt: after } } : {}),
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.externalId ? { externalId: filter.externalId } : {}),
    ...(filter.brandId ? { enrollments: { some: { brandId: filter.brandId } } } : {}),
    ...(filter.tag
      ? { tags: { some: { tag: filter.tag, effectiveFrom: { lte: now }, OR: [{ effectiveTo: null }, { effectiveTo: { gt: now } }] } } }
      : {}),
  };
}

function fromStored(row: PartnerRow & { tags: TagRow[] }): Partner {
  return {
    ...row,
    status: row.status as Partner['status'],
    riskLevel: row.riskLevel as Partner['riskLevel'],
    attributes: row.attributes as Partner['attributes'],
    tags: row.tags.map(({ tag, effectiveFrom, effectiveTo }): TagSpan => ({ tag, effectiveFrom, effectiveTo })),
  };
}
