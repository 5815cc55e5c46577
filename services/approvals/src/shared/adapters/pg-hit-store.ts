import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { RiskHit } from '../../review/domain/approval.js';
import type { StandingHit } from '../../review/domain/hold.js';
import type { Conversion, Effect, HitStore, HitWithEffects } from '../hit-store.js';
import { brandRisk } from './brand-risk.js';
import { cleared } from './cleared.js';

const effectsOf = (effect: Effect['effect']) =>
  `ARRAY(SELECT approval_id FROM risk_hit_effect WHERE hit_id = hit.id AND effect = '${effect}' ORDER BY approval_id)`;
const selected = `hit.id, hit.brand_id AS "brandId", hit.conversion_id AS "conversionId", hit.rule, hit.detail, hit.reported_by AS "reportedBy",
  hit.created_at AS "createdAt", hit.holds, hit.evidence, ${effectsOf('held')} AS held, ${effectsOf('decided')} AS decided`;

export const pgHitStore = (db: Database): HitStore => ({
  async lockBrands(tx, brandIds) {
    // In the order in which entries share them.
    await tx.query(
      `SELECT pg_advisory_xact_lock(${brandRisk}, key) FROM (SELECT DISTINCT hashtext(brand_id) AS key FROM unnest($1::text[]) AS brand (brand_id) ORDER BY 1) AS brand`,
      [brandIds],
    );
  },
  standing,
  async holding(tx, approvalId) {
    const { rows } = await tx.query<RiskHit>(
      `SELECT hit.id, hit.rule, hit.reported_by AS "reportedBy", ${cleared} AS cleared FROM risk_hit_effect effect JOIN risk_hit hit ON hit.id = effect.hit_id
       WHERE effect.approval_id = $1 AND effect.effect = 'held' ORDER BY hit.id`,
      [approvalId],
    );
    return rows;
  },
  async holdingAll(tx, approvalIds) {
    const { rows } = await tx.query<RiskHit & { approvalId: string }>(
      `SELECT effect.approval_id AS "approvalId", hit.id, hit.rule, hit.reported_by AS "reportedBy", ${cleared} AS cleared FROM risk_hit_effect effect
       JOIN risk_hit hit ON hit.id = effect.hit_id WHERE effect.approval_id = ANY($1) AND effect.effect = 'held' ORDER BY hit.id`,
      [approvalIds],
    );
    const found = new Map<string, RiskHit[]>();
    for (const { approvalId, ...hit } of rows) found.set(approvalId, [...(found.get(approvalId) ?? []), hit]);
    return found;
  },
  async insert(tx, hits) {
    if (hits.length === 0) return new Set();
    const { rows } = await tx.query<{ id: string }>(
      `INSERT INTO risk_hit (id, brand_id, conversion_id, rule, detail, holds, evidence, reported_by, created_at)
       SELECT id, brand_id, conversion_id, rule, detail, holds, ARRAY(SELECT jsonb_array_elements_text(evidence::jsonb)), reported_by, created_at
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::timestamptz[])
         AS hit (id, brand_id, conversion_id, rule, detail, holds, evidence, reported_by, created_at)
       ON CONFLICT (brand_id, conversion_id, rule, holds) DO NOTHING RETURNING id`,
      [
        hits.map(({ id }) => id),
        hits.map(({ brandId }) => brandId),
        hits.map(({ conversionId }) => conversionId),
        hits.map(({ rule }) => rule),
        hits.map(({ detail }) => detail),
        hits.map(({ holds }) => holds),
        hits.map(({ evidence }) => JSON.stringify(evidence)),
        hits.map(({ reportedBy }) => reportedBy),
        hits.map(({ createdAt }) => createdAt),
      ],
    );
    return new Set(rows.map(({ id }) => id));
  },
  async addEffects(tx, effects) {
    if (effects.length === 0) return;
    await tx.query(
      `INSERT INTO risk_hit_effect (hit_id, approval_id, brand_id, effect, decision) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[])`,
      [
        effects.map(({ hitId }) => hitId),
        effects.map(({ approval }) => approval.id),
        effects.map(({ approval }) => approval.brandId),
        effects.map(({ effect }) => effect),
        effects.map(({ approval }) => approval.decisions),
      ],
    );
  },
  async find(tx, { brandId, conversionId, rule }) {
    const { rows } = await tx.query<HitWithEffects>(
      `SELECT ${selected} FROM risk_hit hit WHERE hit.brand_id = $1 AND hit.conversion_id = $2 AND hit.rule = $3 AND hit.holds`,
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
     JOIN risk_hit hit USING (brand_id, conversion_id) WHERE hit.holds AND NOT ${cleared} ORDER BY hit.id`,
    [conversions.map(({ brandId }) => brandId), conversions.map(({ conversionId }) => conversionId)],
  );
  for (const { brandId, conversionId, ...hit } of rows) {
    const key = `${brandId}/${conversionId}`;
    found.set(key, [...(found.get(key) ?? []), hit]);
  }
  return found;
}
