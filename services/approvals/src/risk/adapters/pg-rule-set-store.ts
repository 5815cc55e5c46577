import type { Database } from '@tributary/service-kit';
import type { RuleSet } from '../domain/assess.js';
import type { RuleSetStore, StoredRuleSet } from '../rule-set-store.js';

const selected = `written.brand_id AS "brandId", written.version, written.rules, written.reason, written.written_by AS "writtenBy",
  written.written_at AS "writtenAt", on_.activated_by AS "activatedBy", on_.active_from AS "activeFrom"
  FROM risk_rule_set written LEFT JOIN risk_rule_set_activation on_ USING (brand_id, version)`;

export const pgRuleSetStore = (db: Database): RuleSetStore => ({
  async append(tx, { brandId, rules, reason, writtenBy, writtenAt }) {
    const { rows } = await tx.query<{ version: number }>(
      `INSERT INTO risk_rule_set (brand_id, version, rules, reason, written_by, written_at)
       SELECT $1, coalesce(max(version), 0) + 1, $2::jsonb, $3, $4, $5 FROM risk_rule_set WHERE brand_id = $1 RETURNING version`,
      [brandId, JSON.stringify(rules), reason, writtenBy, writtenAt],
    );
    return rows[0]?.version ?? 1;
  },
  async activate(tx, { brandId, version, writtenBy, activatedBy, activatedAt, activeFrom }) {
    await tx.query(
      `INSERT INTO risk_rule_set_activation (brand_id, version, written_by, activated_by, activated_at, active_from) VALUES ($1, $2, $3, $4, $5, $6)`,
      [brandId, version, writtenBy, activatedBy, activatedAt, activeFrom],
    );
  },
  async find(tx, brandId, version) {
    const { rows } = await tx.query<StoredRuleSet>(`SELECT ${selected} WHERE written.brand_id = $1 AND written.version = $2`, [
      brandId,
      version,
    ]);
    return rows[0];
  },
  async list(scope, brandId, limit, before) {
    const sql = `SELECT ${selected} WHERE written.brand_id = $1 AND ($2::int IS NULL OR written.version < $2) ORDER BY written.version DESC LIMIT $3`;
    return (await db.tx(scope, (tx) => tx.query<StoredRuleSet>(sql, [brandId, before ?? null, limit]))).rows;
  },
  async inForce(tx, brandIds, now) {
    // Of two that hold from one instant the later version does.
    const { rows } = await tx.query<RuleSet & { brandId: string }>(
      `SELECT DISTINCT ON (brand_id) brand_id AS "brandId", version, rules FROM risk_rule_set_activation JOIN risk_rule_set USING (brand_id, version)
       WHERE brand_id = ANY ($1) AND active_from <= $2 ORDER BY brand_id, active_from DESC, version DESC`,
      [brandIds, now],
    );
    return new Map(rows.map(({ brandId, ...set }) => [brandId, set]));
  },
});
