import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { Batch, BatchStore, BatchSummary, BatchWithRows } from '../batches/batch-store.js';
import type { BatchRow } from '../domain/batch.js';

const columns = `id, brand_id AS "brandId", decision, reason, filter, decided_by AS "decidedBy", decided_at AS "decidedAt"`;

export const pgBatchStore = (db: Database): BatchStore => ({
  insert,
  async choose(tx, brandId, { partnerId, currency, amountUpTo }, limit) {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT id FROM approval WHERE brand_id = $1 AND status IN ('waiting', 'held') AND follows_entry_id IS NULL
         AND ($2::text IS NULL OR partner_id = $2) AND ($3::text IS NULL OR currency = $3) AND ($4::bigint IS NULL OR amount <= $4)
       ORDER BY id LIMIT $5`,
      [brandId, partnerId ?? null, currency ?? null, amountUpTo ?? null, limit],
    );
    return rows.map(({ id }) => id);
  },
  async find(scope, batchId) {
    return db.tx(scope, async (tx) => {
      const [batch] = (await tx.query<Batch>(`SELECT ${columns} FROM approval_batch WHERE id = $1`, [batchId])).rows;
      if (!batch) return undefined;
      const sql = `SELECT approval_id AS "approvalId", outcome, code, amount, currency, decisions FROM approval_batch_row
        WHERE batch_id = $1 ORDER BY position`;
      return { ...batch, rows: (await tx.query<BatchRow>(sql, [batchId])).rows };
    });
  },
  async list(scope, brandId, limit, before) {
    const { rows } = await db.tx(scope, (tx) => tx.query<StoredSummary>(summaries, [brandId ?? null, before ?? null, limit]));
    return rows.map(({ sums, ...batch }) => ({
      ...batch,
      totals: sums.map(({ currency, amount }) => ({ currency, amount: BigInt(amount) })),
    }));
  },
});

type StoredSummary = Omit<BatchSummary, 'totals'> & { sums: { currency: string; amount: string }[] };
const summaries = /* sql */ `
SELECT ${columns}, figures.*, (
    SELECT coalesce(json_agg(json_build_object('currency', currency, 'amount', total::text) ORDER BY currency), '[]')
    FROM (SELECT currency, sum(amount) AS total FROM approval_batch_row WHERE batch_id = approval_batch.id AND outcome = 'decided' GROUP BY currency) sums
  ) AS sums
FROM approval_batch CROSS JOIN LATERAL (
  SELECT count(*)::int AS asked, count(*) FILTER (WHERE outcome = 'decided')::int AS decided,
    count(*) FILTER (WHERE outcome = 'stage-passed')::int AS "stagesPassed", count(*) FILTER (WHERE outcome = 'exception')::int AS exceptions
  FROM approval_batch_row WHERE batch_id = approval_batch.id
) figures
WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

async function insert(tx: Tx, { id, brandId, decision, reason, filter, decidedBy, decidedAt, rows }: BatchWithRows): Promise<void> {
  await tx.query(
    'INSERT INTO approval_batch (id, brand_id, decision, reason, filter, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [id, brandId, decision, reason, filter && JSON.stringify(filter), decidedBy, decidedAt],
  );
  await tx.query(
    `INSERT INTO approval_batch_row (batch_id, brand_id, position, approval_id, outcome, code, amount, currency, decisions)
     SELECT $1, $2, position, approval_id, outcome, code, amount, currency, decisions
     FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::int[])
       WITH ORDINALITY AS given (approval_id, outcome, code, amount, currency, decisions, position)`,
    [
      id,
      brandId,
      rows.map((row) => row.approvalId),
      rows.map((row) => row.outcome),
      rows.map((row) => row.code),
      rows.map((row) => row.amount),
      rows.map((row) => row.currency),
      rows.map((row) => row.decisions),
    ],
  );
}
