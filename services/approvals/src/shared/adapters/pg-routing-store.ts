import type { Database } from '@tributary/service-kit';
import type { Flag, PolicyVersion, RoutingStore } from '../routing/routing-store.js';
import { cleared } from './cleared.js';

const policies = /* sql */ `SELECT policy.brand_id AS "brandId", policy.applies_to AS "appliesTo", policy.version, policy.effective_from AS "effectiveFrom", policy.rows, policy.reason,
    policy.document_hash AS "documentHash", policy.author_id AS "authorId", policy.recorded_at AS "recordedAt", acceptance.accepted_by AS "acceptedBy",
    acceptance.accepted_at AS "acceptedAt"
  FROM routing_policy policy LEFT JOIN routing_policy_acceptance acceptance USING (brand_id, version)`;

export const pgRoutingStore = (db: Database): RoutingStore => ({
  async lastVersion(tx, brandId) {
    const { rows } = await tx.query<{ last: number }>(
      'SELECT coalesce(max(version), 0)::int AS last FROM routing_policy WHERE brand_id = $1',
      [brandId],
    );
    return rows[0]?.last ?? 0;
  },
  async lastAccepted(tx, brandId, appliesTo) {
    const sql = `SELECT coalesce(max(version), 0)::int AS last FROM routing_policy_acceptance JOIN routing_policy USING (brand_id, version)
       WHERE brand_id = $1 AND applies_to = $2`;
    return (await tx.query<{ last: number }>(sql, [brandId, appliesTo])).rows[0]?.last ?? 0;
  },
  async insert(tx, one) {
    await tx.query(
      `INSERT INTO routing_policy (brand_id, version, effective_from, rows, reason, author_id, recorded_at, document_hash, applies_to)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        one.brandId,
        one.version,
        one.effectiveFrom,
        JSON.stringify(one.rows),
        one.reason,
        one.authorId,
        one.recordedAt,
        one.documentHash,
        one.appliesTo,
      ],
    );
  },
  async accept(tx, { brandId, version, authorId, acceptedBy, acceptedAt }) {
    await tx.query(
      'INSERT INTO routing_policy_acceptance (brand_id, version, author_id, accepted_by, accepted_at) VALUES ($1, $2, $3, $4, $5)',
      [brandId, version, authorId, acceptedBy, acceptedAt],
    );
  },
  async find(tx, brandId, version) {
    return (await tx.query<PolicyVersion>(`${policies} WHERE policy.brand_id = $1 AND policy.version = $2`, [brandId, version])).rows[0];
  },
  async inForce(tx, appliesTo, brandIds, at) {
    const { rows } = await tx.query<PolicyVersion>(
      `SELECT DISTINCT ON ("brandId") * FROM (${policies} WHERE policy.brand_id = ANY($1)) known
       WHERE "appliesTo" = $3 AND "effectiveFrom" <= $2 AND "acceptedAt" <= $2 ORDER BY "brandId", version DESC`,
      [brandIds, at, appliesTo],
    );
    return new Map(rows.map((row) => [row.brandId, row]));
  },
  async list(scope, brandId, limit, before) {
    const sql = `${policies} WHERE policy.brand_id = $1 AND ($2::int IS NULL OR policy.version < $2) ORDER BY policy.version DESC LIMIT $3`;
    return (await db.tx(scope, (tx) => tx.query<PolicyVersion>(sql, [brandId, before ?? null, limit]))).rows;
  },
  async flagsSince(tx, brandIds, partnerIds, since) {
    const { rows } = await tx.query<Flag>(
      `SELECT hit.brand_id AS "brandId", known.partner_id AS "partnerId", hit.created_at AS "createdAt"
       FROM risk_hit hit CROSS JOIN LATERAL (
         SELECT approval.partner_id FROM risk_hit_effect effect JOIN approval ON approval.id = effect.approval_id WHERE effect.hit_id = hit.id
         UNION SELECT own.partner_id FROM risk_case_hit link JOIN risk_case own ON own.id = link.case_id WHERE link.hit_id = hit.id
       ) known
       WHERE hit.brand_id = ANY($1) AND hit.created_at >= $3 AND known.partner_id = ANY($2) AND NOT ${cleared}`,
      [brandIds, partnerIds, since],
    );
    return rows;
  },
});
