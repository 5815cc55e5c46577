import type { Tx } from '@tributary/messaging';
import type { Database, Scope } from '@tributary/service-kit';
import type { PartnerChange as ChangeRow, Partner as PartnerRow, Prisma, PrismaClient } from '../../generated/client.js';
import type { NewChange, PartnerChange } from '../domain/changes.js';
import type { Partner } from '../domain/partner.js';
import { type TagSpan, tagSpans } from '../domain/tags.js';
import type { PartnerFilter, PartnerStore } from '../partner-store.js';

export function prismaPartnerStore(db: Database<PrismaClient>): PartnerStore {
  return {
    insert,
    lock,
    append,
    setContact,
    erase,
    keepTag,
    endTag,
    async lockParents(tx) {
      await tx.query("SELECT pg_advisory_xact_lock(hashtext('directory.parents'))");
    },
    async sees(tx, partnerId) {
      return (await tx.query('SELECT 1 FROM partner WHERE id = $1', [partnerId])).rowCount === 1;
    },
    async parentsAbove(tx, partnerId) {
      const { rows } = await tx.query<ChangeRow>(`SELECT ${changeColumns} FROM parents_above($1)`, [partnerId]);
      const above = new Map<string, PartnerChange[]>();
      for (const row of rows) above.set(row.partnerId, [...(above.get(row.partnerId) ?? []), changeFrom(row)]);
      return above;
    },
    async find(scope: Scope, partnerId: string) {
      const row = await db.read(scope, (prisma) => prisma.partner.findUnique({ where: { id: partnerId }, include: { changes: inOrder } }));
      return row ? fromStored(row) : undefined;
    },
    async formerContacts(scope, partnerId, since) {
      const where = { partnerId, replacedAt: { gte: since } };
      const select = { name: true, email: true } as const;
      return db.read(scope, (prisma) => prisma.formerContact.findMany({ where, select, orderBy: { replacedAt: 'desc' } }));
    },
    async list(scope, filter, now, limit, after) {
      const where = conditions(filter, now, after);
      const rows = await db.read(scope, (prisma) =>
        prisma.partner.findMany({ where, orderBy: { id: 'asc' }, take: limit, include: { changes: inOrder } }),
      );
      return rows.map(fromStored);
    },
  };
}

async function insert(tx: Tx, partner: Partner): Promise<boolean> {
  const inserted = await tx.query(
    `INSERT INTO partner (id, name, email, country, type, external_id, status, risk_level, attributes, origin_brand_ids, sequence, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::text[], $11, $12) ON CONFLICT (external_id) DO NOTHING`,
    [
      partner.id,
      partner.name,
      partner.email,
      partner.country,
      partner.type,
      partner.externalId,
      partner.status,
      partner.riskLevel,
      JSON.stringify(partner.attributes),
      partner.originBrandIds,
      partner.sequence,
      partner.createdAt,
    ],
  );
  if (inserted.rowCount === 0) return false;
  for (const change of partner.changes) await insertChange(tx, partner.id, change);
  for (const span of tagSpans(partner.changes)) await keepTag(tx, partner.id, span);
  return true;
}

async function append(tx: Tx, partner: Partner, change: NewChange): Promise<Partner> {
  const numbered: PartnerChange = { number: (partner.changes.at(-1)?.number ?? 0) + 1, ...change };
  await insertChange(tx, partner.id, numbered);
  const updated = await tx.query<{ sequence: number }>('UPDATE partner SET sequence = sequence + 1 WHERE id = $1 RETURNING sequence', [
    partner.id,
  ]);
  return { ...partner, changes: [...partner.changes, numbered], sequence: updated.rows[0]?.sequence ?? partner.sequence + 1 };
}

async function setContact(tx: Tx, partner: Partner, to: { name: string; email: string }, by: string, now: Date): Promise<Partner> {
  // Of two changes within a millisecond the second one replaces what was never written to.
  await tx.query(
    'INSERT INTO former_contact (partner_id, replaced_at, name, email, replaced_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [partner.id, now, partner.name, partner.email, by],
  );
  const { rows } = await tx.query<{ sequence: number }>(
    'UPDATE partner SET name = $2, email = $3, contact_changed_at = $4, sequence = sequence + 1 WHERE id = $1 RETURNING sequence',
    [partner.id, to.name, to.email, now],
  );
  return { ...partner, ...to, contactChangedAt: now, sequence: rows[0]?.sequence ?? partner.sequence + 1 };
}

async function erase(tx: Tx, partnerId: string, at: Date): Promise<Partner> {
  await tx.query(
    `UPDATE partner SET name = 'Erased partner', email = NULL, external_id = NULL, attributes = '{}', status = 'archived', erased_at = $2,
       sequence = sequence + 1 WHERE id = $1 AND erased_at IS NULL`,
    [partnerId, at],
  );
  await tx.query('SELECT forget_former_contacts($1)', [partnerId]);
  const erased = await lock(tx, partnerId);
  if (!erased) throw new Error(`there is no partner ${partnerId}`);
  return erased;
}

async function insertChange(tx: Tx, partnerId: string, change: PartnerChange): Promise<void> {
  await tx.query(
    'INSERT INTO partner_change (partner_id, number, change, value, effective_from, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [partnerId, change.number, change.change, change.value, change.effectiveFrom, change.recordedAt, change.recordedBy],
  );
}

async function keepTag(tx: Tx, partnerId: string, span: TagSpan): Promise<void> {
  await tx.query(
    `INSERT INTO partner_tag (partner_id, tag, effective_from, effective_to) VALUES ($1, $2, $3, $4)
     ON CONFLICT (partner_id, tag, effective_from) DO UPDATE SET effective_to = excluded.effective_to`,
    [partnerId, span.tag, span.effectiveFrom, span.effectiveTo],
  );
}

/** What would have begun later holds at no instant. */
async function endTag(tx: Tx, partnerId: string, tag: string, from: Date): Promise<void> {
  await tx.query(
    `UPDATE partner_tag SET effective_to = greatest(effective_from, $3)
     WHERE partner_id = $1 AND tag = $2 AND (effective_to IS NULL OR effective_to > $3)`,
    [partnerId, tag, from],
  );
}

async function lock(tx: Tx, partnerId: string): Promise<Partner | undefined> {
  const found = await tx.query<PartnerRow>(
    `SELECT id, name, email, contact_changed_at AS "contactChangedAt", country, type, external_id AS "externalId", status, risk_level AS "riskLevel", attributes,
            origin_brand_ids AS "originBrandIds", sequence, created_at AS "createdAt", erased_at AS "erasedAt"
     FROM partner WHERE id = $1 FOR UPDATE`,
    [partnerId],
  );
  const row = found.rows[0];
  if (!row) return undefined;
  const changes = await tx.query<ChangeRow>(`SELECT ${changeColumns} FROM partner_change WHERE partner_id = $1 ORDER BY number`, [
    partnerId,
  ]);
  return fromStored({ ...row, changes: changes.rows });
}

const changeColumns =
  'partner_id AS "partnerId", number, change, value, effective_from AS "effectiveFrom", recorded_at AS "recordedAt", recorded_by AS "recordedBy"';
const inOrder = { orderBy: { number: 'asc' } } as const;

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

function fromStored(row: PartnerRow & { changes: ChangeRow[] }): Partner {
  return {
    ...row,
    status: row.status as Partner['status'],
    riskLevel: row.riskLevel as Partner['riskLevel'],
    attributes: row.attributes as Partner['attributes'],
    changes: row.changes.map(changeFrom),
  };
}

const changeFrom = ({ number, change, value, effectiveFrom, recordedAt, recordedBy }: ChangeRow): PartnerChange => ({
  number,
  change: change as PartnerChange['change'],
  value,
  effectiveFrom,
  recordedAt,
  recordedBy,
});
