import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { Backtest, BacktestStore } from '../backtest-store.js';
import type { Earned } from '../domain/backtest-report.js';

const columns = `id, brand_id AS "brandId", "from", "to", use, status, done, total, failure, report, requested_by AS "requestedBy", requested_at AS "requestedAt",
  finished_at AS "finishedAt", attempts`;

export const pgBacktestStore = (db: Database): BacktestStore => ({
  async insert(tx, { id, brandId, from, to, use, requestedBy, requestedAt }) {
    await tx.query(
      `INSERT INTO risk_backtest (id, brand_id, "from", "to", use, status, requested_by, requested_at) VALUES ($1, $2, $3, $4, $5::jsonb, 'queued', $6, $7)`,
      [id, brandId, from, to, JSON.stringify(use), requestedBy, requestedAt],
    );
  },
  async find(scope, id) {
    return (await db.tx(scope, (tx) => tx.query<Backtest>(`SELECT ${columns} FROM risk_backtest WHERE id = $1`, [id]))).rows[0];
  },
  async begin(tx, id) {
    const { rows } = await tx.query<Backtest>(
      `UPDATE risk_backtest SET status = 'running', attempts = attempts + 1 WHERE id = $1 AND status IN ('queued', 'running') RETURNING ${columns}`,
      [id],
    );
    return rows[0];
  },
  async saveProgress(tx, id, done, total) {
    await tx.query(`UPDATE risk_backtest SET done = $2, total = $3 WHERE id = $1 AND status = 'running'`, [id, done, total]);
  },
  async end(tx, id, ending, now) {
    const [status, report, failure] = 'report' in ending ? ['done', JSON.stringify(ending.report), null] : ['failed', null, ending.failure];
    await tx.query(
      `UPDATE risk_backtest SET status = $2, report = $3::jsonb, failure = $4, finished_at = $5 WHERE id = $1 AND status = 'running'`,
      [id, status, report, failure, now],
    );
  },
  async partnersIn(tx, brandId, { from, to }) {
    const { rows } = await tx.query<{ id: string }>(
      `SELECT DISTINCT partner_id AS id FROM risk_fact WHERE brand_id = $1 AND partner_id IS NOT NULL AND occurred_at >= $2 AND occurred_at < $3 ORDER BY 1`,
      [brandId, from, to],
    );
    return rows.map(({ id }) => id);
  },
  earned,
  async resolved(tx, brandId, { from, to }) {
    const { rows } = await tx.query<{ id: string; resolution: 'fraud' | 'clear' }>(
      `SELECT DISTINCT ON (hit.conversion_id) hit.conversion_id AS id, c.resolution FROM risk_hit hit
       JOIN risk_case_hit link ON link.hit_id = hit.id JOIN risk_case c ON c.id = link.case_id JOIN risk_fact fact ON fact.conversion_id = hit.conversion_id
       WHERE hit.brand_id = $1 AND c.resolution IS NOT NULL AND fact.occurred_at >= $2 AND fact.occurred_at < $3
       ORDER BY hit.conversion_id, c.resolution = 'fraud' DESC, c.resolved_at DESC`,
      [brandId, from, to],
    );
    return new Map(rows.map(({ id, resolution }) => [id, resolution]));
  },
});

/** What conversions earned on the whole, after what was taken back. */
async function earned(tx: Tx, brandId: string, conversionIds: readonly string[]): Promise<Map<string, Earned[]>> {
  const { rows } = await tx.query<Earned & { id: string }>(
    `SELECT conversion_id AS id, currency, sum(amount)::bigint AS amount FROM approval WHERE brand_id = $1 AND conversion_id = ANY ($2)
     GROUP BY conversion_id, currency HAVING sum(amount) > 0`,
    [brandId, conversionIds],
  );
  const found = new Map<string, Earned[]>();
  for (const { id, ...sum } of rows) found.set(id, [...(found.get(id) ?? []), sum]);
  return found;
}
