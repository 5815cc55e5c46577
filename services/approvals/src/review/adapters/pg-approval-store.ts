import { activeTraceparent, rowsOf, type Tx } from '@tributary/messaging';
import type { Database, Scope } from '@tributary/service-kit';
import type { ApprovalStore, ShownApproval } from '../approval-store.js';
import type { Approval, Standing } from '../domain/approval.js';

const columns = /* sql */ `id, entry_id AS "entryId", partner_id AS "partnerId", brand_id AS "brandId", deal_id AS "dealId", conversion_id AS "conversionId", amount, currency, status, needs, route, routing,
  risk_level AS "riskLevel", maker_id AS "makerId", follows_entry_id AS "followsEntryId", decided_by AS "decidedBy", reason, created_at AS "createdAt",
  decided_at AS "decidedAt", decisions, due_at AS "dueAt", escalated_at AS "escalatedAt"`;

/** Which batch left an open approval, and why, while nobody has decided since. */
const leftByBatch = /* sql */ `CASE WHEN status IN ('waiting', 'held') AND follows_entry_id IS NULL THEN (
    SELECT json_build_object('batchId', left_row.batch_id, 'code', left_row.code, 'at', left_batch.decided_at)
    FROM approval_batch_row left_row JOIN approval_batch left_batch ON left_batch.id = left_row.batch_id
    WHERE left_row.approval_id = approval.id AND left_row.outcome = 'exception' AND left_row.decisions = approval.decisions
    ORDER BY left_row.batch_id DESC LIMIT 1) END`;

export function pgApprovalStore(db: Database): ApprovalStore {
  return {
    insert,
    saveDecisions,
    async lock(tx, approvalId) {
      return (await tx.query<Approval>(`SELECT ${columns} FROM approval WHERE id = $1 FOR UPDATE`, [approvalId])).rows[0];
    },
    async lockAll(tx, brandId, approvalIds) {
      const sql = `SELECT ${columns} FROM approval WHERE brand_id = $1 AND id = ANY($2) ORDER BY follows_entry_id IS NOT NULL, entry_id FOR UPDATE`;
      return (await tx.query<Approval>(sql, [brandId, approvalIds])).rows;
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
      const sql = `SELECT ${columns} FROM approval WHERE brand_id = $1 AND conversion_id = ANY($2) ORDER BY follows_entry_id IS NOT NULL, entry_id FOR UPDATE`;
      const found = new Map<string, Approval[]>();
      for (const approval of (await tx.query<Approval>(sql, [brandId, conversionIds])).rows) {
        const key = approval.conversionId ?? '';
        found.set(key, [...(found.get(key) ?? []), approval]);
      }
      return found;
    },
    async lockFollowers(tx, entryIds) {
      const sql = `SELECT ${columns} FROM approval WHERE follows_entry_id = ANY($1) AND status IN ('waiting', 'held') ORDER BY entry_id FOR UPDATE`;
      return (await tx.query<Approval>(sql, [entryIds])).rows;
    },
    standing,
    async find(scope, approvalId) {
      return (await shown(db, scope, 'id = $1', [approvalId], 1))[0];
    },
    list: (scope, { status, partnerId, brandId, entryId, conversionId, exception, escalated }, limit, after) =>
      shown(
        db,
        scope,
        `($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR partner_id = $2) AND ($3::text IS NULL OR brand_id = $3)
         AND ($4::text IS NULL OR entry_id = $4) AND ($5::text IS NULL OR conversion_id = $5) AND ($6::text IS NULL OR id > $6)
         AND ($7::boolean IS DISTINCT FROM true OR status IN ('waiting', 'held')) AND ($8::boolean IS NULL OR $8 = (escalated_at IS NOT NULL AND status IN ('waiting', 'held'))) AND ($7::boolean IS NULL OR $7 = (${leftByBatch} IS NOT NULL))`,
        [
          status ?? null,
          partnerId ?? null,
          brandId ?? null,
          entryId ?? null,
          conversionId ?? null,
          after ?? null,
          flagOf(exception),
          flagOf(escalated),
        ],
        limit,
      ),
  };
}

const flagOf = (asked: 'true' | 'false' | undefined): boolean | null => (asked === undefined ? null : asked === 'true');

async function shown(db: Database, scope: Scope, where: string, values: unknown[], limit: number): Promise<ShownApproval[]> {
  return db.tx(scope, async (tx) => {
    const { rows } = await tx.query<Approval & Pick<ShownApproval, 'exception'>>(
      `SELECT ${columns}, ${leftByBatch} AS exception FROM approval WHERE ${where} ORDER BY id LIMIT ${limit}`,
      values,
    );
    const standings = await standing(
      tx,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({ ...row, ...(standings.get(row.id) ?? { contentHash: '', passed: [] }) }));
  });
}

async function standing(tx: Tx, approvalIds: readonly string[]): Promise<Map<string, Standing>> {
  const { rows } = await tx.query<Standing & { id: string }>(
    `SELECT approval.id, content.hash AS "contentHash", (
       SELECT coalesce(json_agg(json_build_object('stage', stage, 'decidedBy', decided_by, 'onBehalfOf', on_behalf_of, 'decidedAt', decided_at)), '[]')
       FROM approval_stages_standing(approval.id, content.hash)
     ) AS passed
     FROM approval CROSS JOIN LATERAL (
       SELECT coalesce(CASE WHEN approval.status = 'approved' THEN (
         SELECT content_hash FROM approval_decision WHERE approval_id = approval.id ORDER BY decision DESC LIMIT 1
       ) END, approval_content_hash(approval)) AS hash
     ) content WHERE approval.id = ANY($1)`,
    [approvalIds],
  );
  return new Map(rows.map(({ id, ...own }) => [id, own]));
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
  routing: 'jsonb',
  due_at: 'timestamptz',
};
const insertApprovals = /* sql */ `
WITH added AS (
  INSERT INTO approval (${Object.keys(newApprovals).join(', ')}, traceparent) SELECT *, $22::text FROM ${rowsOf(newApprovals)} new
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
    approvals.map((a) => JSON.stringify(a.routing)),
    approvals.map((a) => a.dueAt),
    activeTraceparent(),
  ]);
  const added = new Set(rows.map(({ id }) => id));
  return approvals.filter(({ id }) => added.has(id));
}

const changedApprovals = {
  id: 'text',
  status: 'text',
  decided_by: 'text',
  reason: 'text',
  decided_at: 'timestamptz',
  decisions: 'int',
  needs: 'text',
  route: 'text',
  follows_entry_id: 'text',
  due_at: 'timestamptz',
  escalated_at: 'timestamptz',
};

async function saveDecisions(tx: Tx, approvals: readonly Approval[]): Promise<void> {
  await tx.query(
    `UPDATE approval SET status = changed.status, decided_by = changed.decided_by, reason = changed.reason, decided_at = changed.decided_at,
       decisions = changed.decisions, needs = changed.needs, route = changed.route, follows_entry_id = changed.follows_entry_id,
       due_at = changed.due_at, escalated_at = changed.escalated_at
     FROM ${rowsOf(changedApprovals)} AS changed WHERE approval.id = changed.id`,
    [
      approvals.map((a) => a.id),
      approvals.map((a) => a.status),
      approvals.map((a) => a.decidedBy),
      approvals.map((a) => a.reason),
      approvals.map((a) => a.decidedAt),
      approvals.map((a) => a.decisions),
      approvals.map((a) => a.needs),
      approvals.map((a) => a.route),
      approvals.map((a) => a.followsEntryId),
      approvals.map((a) => a.dueAt),
      approvals.map((a) => a.escalatedAt),
    ],
  );
  await recordDecisions(tx, approvals);
}

async function recordDecisions(tx: Tx, approvals: readonly Approval[]): Promise<void> {
  if (approvals.length === 0) return;
  await tx.query(
    `INSERT INTO approval_decision (approval_id, decision, brand_id, status, decided_by, reason, decided_at, on_behalf_of, stage, content_hash)
     SELECT taken.*, CASE
         WHEN taken.decided_by = 'automatic' THEN NULL
         WHEN approval.needs = 'finance' THEN 'finance'
         WHEN approval.needs = 'manager-and-finance' AND EXISTS (SELECT FROM approval_stages_standing(approval.id, content.hash)) THEN 'finance'
         ELSE 'manager'
       END, CASE WHEN taken.decided_by <> 'automatic' THEN content.hash END
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
       AS taken (approval_id, decision, brand_id, status, decided_by, reason, decided_at, on_behalf_of)
     JOIN approval ON approval.id = taken.approval_id CROSS JOIN LATERAL (SELECT approval_content_hash(approval) AS hash) content`,
    [
      approvals.map((a) => a.id),
      approvals.map((a) => a.decisions),
      approvals.map((a) => a.brandId),
      approvals.map((a) => (a.taken ? 'approved' : a.status)),
      approvals.map((a) => (a.taken ?? a).decidedBy),
      approvals.map((a) => (a.taken ?? a).reason),
      approvals.map((a) => (a.taken ?? a).decidedAt),
      approvals.map((a) => a.onBehalfOf ?? null),
    ],
  );
}
