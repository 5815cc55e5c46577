import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { RiskHit } from '../../review/domain/approval.js';
import type { StandingHit } from '../../review/domain/hold.js';
import type { Conversion, Effect, HitStore, HitWithEffects } from '../hit-store.js';
import { brandRisk } from './brand-risk.js';

const effectsOf = (effect: Effect['effect']) =>
  `ARRAY(SELECT approval_id FROM risk_hit_effect WHERE hit_id = hit.id AND effect = '${effect}' ORDER BY approval_id)`;
const selected = `hit.id, hit.brand_id AS "brandId", hit.conversion_id AS "conversionId", hit.rule, hit.detail, hit.reported_by AS "reportedBy",
  hit.created_at AS "createdAt", ${effectsOf('held')} AS held, ${effectsOf('decided')} AS decided`;

export const pgHitStore = (db: Database): HitStore => ({
  async lockBrand(tx, brandId) {
    await tx.query(`SELECT pg_advisory_xact_lock(${brandRisk}, hashtext($1))`, [brandId]);
  },
  standing,
  async holding(tx, approvalId) {
    const { rows } = await tx.query<RiskHit>(
      `SELECT hit.id, hit.rule, hit.reported_by AS "reportedBy" FROM risk_hit_effect effect JOIN risk_hit hit ON hit.id = effect.hit_id
       WHERE effect.approval_id = $1 AND effect.effect = 'held' ORDER BY hit.id`,
      [approvalId],
    );
    return rows;
  },
  async holdingAll(tx, approvalIds) {
    const { rows } = await tx.query<RiskHit & { approvalId: string }>(
      `SELECT effect.approval_id AS "approvalId", hit.id, hit.rule, hit.reported_by AS "reportedBy" FROM risk_hit_effect effect
       JOIN risk_hit hit ON hit.id = effect.hit_id WHERE effect.approval_id = ANY($1) AND effect.effect = 'held' ORDER BY hit.id`,
      [approvalIds],
    );
    const found = new Map<string, RiskHit[]>();
    for (const { approvalId, ...hit } of rows) found.set(approvalId, [...(found.get(approvalId) ?? []), hit]);
    return found;
  },
  async insert(tx, hit) {
    const inserted = await tx.query(
      `INSERT INTO risk_hit (id, brand_id, conversion_id, rule, detail, reported_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (brand_id, conversion_id, rule) DO NOTHING`,
      [hit.id, hit.brandId, hit.conversionId, hit.rule, hit.detail, hit.reportedBy, hit.createdAt],
    );
    return inserted.rowCount === 1;
  },
  async addEffects(tx, effects) {
    if (effects.length === 0) return;
    await tx.query(
      `INSERT INTO risk_hit_effect (hit_id, approval_id, brand_id, effect) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`,
      [
        effects.map(({ hitId }) => hitId),
        effects.map(({ approval }) => approval.id),
        effects.map(({ approval }) => approval.brandId),
        effects.map(({ effect }) => effect),
      ],
    );
  },
  async find(tx, { brandId, conversionId, rule }) {
    const { rows } = await tx.query<HitWithEffects>(
      `SELECT ${selected} FROM risk_hit hit WHERE hit.brand_id = $1 AND hit.conversion_id = $2 AND hit.rule = $3`,
      [brandId, conversionId, rule],
    );
    return rows[0];
  },
  async list(scope, { brandId, conversionId }, limit, before) {
    const sql = `SELECT ${selected} FROM risk_hit hit
      WHERE ($1::text IS NULL OR hit.brand_id = $1) AND ($2::text IS NULL OR hit.conversion_id = $2) AND ($3::text IS NULL OR hit.id < $3)
      ORDER BY hit.id DESC LIMIT $4`;
    const values = [brandId ?? null, conversionId ?? null, before ?? null, limit];
    return (await db.tx(scope, (tx) => tx.query<HitWithEffects>(sql, values))).rows;
  },
});

async function standing(tx: Tx, conversions: readonly Conversion[]): Promise<Map<string, StandingHit[]>> {
  const found = new Map<string, StandingHit[]>();
  if (conversions.length === 0) return found;
  // Answered for a partner: people have approved all that the hit held of the partner's, so nothing of it waits or was rejected.
  const { rows } = await tx.query<StandingHit & Conversion>(
    `SELECT hit.id, hit.brand_id AS "brandId", hit.conversion_id AS "conversionId", hit.rule, hit.reported_by AS "reportedBy", ARRAY(
       SELECT approval.partner_id FROM risk_hit_effect effect JOIN approval ON approval.id = effect.approval_id
       WHERE effect.hit_id = hit.id AND effect.effect = 'held' GROUP BY approval.partner_id HAVING bool_and(approval.status = 'approved')
     ) AS "answeredFor"
     FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS asked (brand_id, conversion_id)) asked
     JOIN risk_hit hit USING (brand_id, conversion_id) ORDER BY hit.id`,
    [conversions.map(({ brandId }) => brandId), conversions.map(({ conversionId }) => conversionId)],
  );
  for (const { brandId, conversionId, ...hit } of rows) {
    const key = `${brandId}/${conversionId}`;
    found.set(key, [...(found.get(key) ?? []), hit]);
  }
  return found;
}
