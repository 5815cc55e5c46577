import { activeTraceparent, rowsOf, type Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { Approval as ApprovalRow, PrismaClient } from '../../generated/client.js';
import type { ApprovalStore } from '../approval-store.js';
import type { Approval, ApprovalStatus, Needs, RiskLevel } from '../domain/approval.js';

const columns = /* sql */ `id, entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", deal_id AS "dealId", conversion_id AS "conversionId", amount, currency, status, needs, route,
  risk_level AS "riskLevel", maker_id AS "makerId", follows_entry_id AS "followsEntryId", decided_by AS "decidedBy", reason, created_at AS "createdAt",
  decided_at AS "decidedAt", decisions`;

export function prismaApprovalStore(db: Database<PrismaClient>): ApprovalStore {
  return {
    insert,
    saveDecisions,
    async lock(tx, approvalId) {
      return (await tx.query<Approval>(`SELECT ${columns} FROM approval WHERE id = $1 FOR UPDATE`, [approvalId])).rows[0];
    },
    async lockMany(tx, approvalIds) {
      const sql = `SELECT ${columns} FROM approval WHERE id = ANY ($1) ORDER BY follows_entry_id IS NOT NULL, entry_id FOR UPDATE`;
      return (await tx.query<Approval>(sql, [approvalIds])).rows;
    },
    async traceOf(tx, approvalId) {
      const { rows } = await tx.query<{ traceparent: string | null }>('SELECT traceparent FROM approval WHERE id = $1', [approvalId]);
      return rows[0]?.traceparent ?? null;
    },
    async lockByEntries(tx, entryIds) {
      const found = await tx.query<Approval>(`SELECT ${columns} FROM approval WHERE entry_id = ANY($1) ORDER BY entry_id FOR UPDATE`, [
        entryIds,
      ]);
      return new Map(found.rows.map((row) => [row.entryId, row]));
    },
    async lockByConversions(tx, brandId, conversionIds) {
      // Originals first, as a decision locks them too.
      const sql = `SELECT ${columns} FROM approval WHERE brand_id = $1 AND conversion_id = ANY ($2) ORDER BY follows_entry_id IS NOT NULL, entry_id FOR UPDATE`;
      const found = new Map<string, Approval[]>();
      for (const approval of (await tx.query<Approval>(sql, [brandId, conversionIds])).rows) {
        const key = approval.conversionId ?? '';
        found.set(key, [...(found.get(key) ?? []), approval]);
      }
      return found;
    },
    async lockFollowers(tx, entryId) {
      const sql = `SELECT ${columns} FROM approval WHERE follows_entry_id = $1 AND status IN ('waiting', 'held') ORDER BY entry_id FOR UPDATE`;
      return (await tx.query<Approval>(sql, [entryId])).rows;
    },
    async find(scope, approvalId) {
      const row = await db.read(scope, (prisma) => prisma.approval.findUnique({ where: { id: approvalId } }));
      return row ? fromStored(row) : undefined;
    },
    async list(scope, filter, limit, after) {
      const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
      const rows = await db.read(scope, (prisma) =>
        prisma.approval.findMany({ where: { ...given, ...(after ? { id: { gt: after } } : {}) }, orderBy: { id: 'asc' }, take: limit }),
      );
      return rows.map(fromStored);
    },
  };
}

const newApprovals = {
  id: 'text',
  entry_id: 'text',
  partner_id: 'text',
  brand_id: 'text',
  deal_id: 'text',
  conversion_id: 'text',
  amount: 'bigint',
  currency: 'text',
  status: 'text',
  needs: 'text',
  route: 'text',
  risk_level: 'text',
  maker_id: 'text',
  follows_entry_id: 'text',
  decided_by: 'text',
  reason: 'text',
  created_at: 'timestamptz',
  decided_at: 'timestamptz',
  decisions: 'int',
};
const insertApprovals = /* sql */ `
WITH added AS (
  INSERT INTO approval (${Object.keys(newApprovals).join(', ')}, traceparent) SELECT *, $20::text FROM ${rowsOf(newApprovals)} new
  ON CONFLICT (entry_id) DO NOTHING RETURNING id, decisions, brand_id, status, decided_by, reason, decided_at
), decided AS (
  INSERT INTO approval_decision (approval_id, decision, brand_id, status, decided_by, reason, decided_at) SELECT * FROM added WHERE decisions > 0
)
SELECT id FROM added`;

async function insert(tx: Tx, approvals: readonly Approval[]): Promise<Approval[]> {
  if (approvals.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(insertApprovals, [
    approvals.map((a) => a.id),
    approvals.map((a) => a.entryId),
    approvals.map((a) => a.partnerId),
    approvals.map((a) => a.brandId),
    approvals.map((a) => a.dealId),
    approvals.map((a) => a.conversionId),
    approvals.map((a) => a.amount),
    approvals.map((a) => a.currency),
    approvals.map((a) => a.status),
    approvals.map((a) => a.needs),
    approvals.map((a) => a.route),
    approvals.map((a) => a.riskLevel),
    approvals.map((a) => a.makerId),
    approvals.map((a) => a.followsEntryId),
    approvals.map((a) => a.decidedBy),
    approvals.map((a) => a.reason),
    approvals.map((a) => a.createdAt),
    approvals.map((a) => a.decidedAt),
    approvals.map((a) => a.decisions),
    activeTraceparent(),
  ]);
  const added = new Set(rows.map(({ id }) => id));
  return approvals.filter(({ id }) => added.has(id));
}

async function saveDecisions(tx: Tx, approvals: readonly Approval[]): Promise<void> {
  for (const approval of approvals) {
    await tx.query(
      `UPDATE approval SET status = $2, decided_by = $3, reason = $4, decided_at = $5, decisions = $6, needs = $7, route = $8, follows_entry_id = $9
       WHERE id = $1`,
      [
        approval.id,
        approval.status,
        approval.decidedBy,
        approval.reason,
        approval.decidedAt,
        approval.decisions,
        approval.needs,
        approval.route,
        approval.followsEntryId,
      ],
    );
  }
  await recordDecisions(tx, approvals);
}

async function recordDecisions(tx: Tx, approvals: readonly Approval[]): Promise<void> {
  if (approvals.length === 0) return;
  await tx.query(
    `INSERT INTO approval_decision (approval_id, decision, brand_id, status, decided_by, reason, decided_at)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])`,
    [
      approvals.map((a) => a.id),
      approvals.map((a) => a.decisions),
      approvals.map((a) => a.brandId),
      approvals.map((a) => a.status),
      approvals.map((a) => a.decidedBy),
      approvals.map((a) => a.reason),
      approvals.map((a) => a.decidedAt),
    ],
  );
}

function fromStored({ traceparent: _, ...row }: ApprovalRow): Approval {
  return { ...row, status: row.status as ApprovalStatus, needs: row.needs as Needs, riskLevel: row.riskLevel as RiskLevel };
}
