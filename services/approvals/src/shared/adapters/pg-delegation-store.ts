import type { Database } from '@tributary/service-kit';
import type { Delegation, DelegationStore } from '../../delegations/delegation-store.js';

const selected = /* sql */ `SELECT given.id, given.brand_id AS "brandId", given.giver_id AS "giverId", given.delegate_id AS "delegateId",
    given.valid_from AS "validFrom", given.valid_until AS "validUntil", given.reason, given.above_threshold AS "aboveThreshold",
    given.created_at AS "createdAt", revoked.revoked_by AS "revokedBy", revoked.revoked_at AS "revokedAt"
  FROM approval_delegation given LEFT JOIN approval_delegation_revocation revoked ON revoked.delegation_id = given.id`;

/** First key of the advisory locks on a delegation ("dele"); the second is the hash of its id. Its row cannot be locked: it is never changed. */
const delegationLock = 0x64656c65;

export const pgDelegationStore = (db: Database): DelegationStore => ({
  async insert(tx, one) {
    await tx.query(
      `INSERT INTO approval_delegation (id, brand_id, giver_id, delegate_id, valid_from, valid_until, reason, above_threshold, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [one.id, one.brandId, one.giverId, one.delegateId, one.validFrom, one.validUntil, one.reason, one.aboveThreshold, one.createdAt],
    );
  },
  async lock(tx, delegationId) {
    await tx.query(`SELECT pg_advisory_xact_lock(${delegationLock}, hashtext($1))`, [delegationId]);
    return (await tx.query<Delegation>(`${selected} WHERE given.id = $1`, [delegationId])).rows[0];
  },
  async revoke(tx, { id, brandId }, by, at) {
    await tx.query('INSERT INTO approval_delegation_revocation (delegation_id, brand_id, revoked_by, revoked_at) VALUES ($1, $2, $3, $4)', [
      id,
      brandId,
      by,
      at,
    ]);
  },
  async inForce(tx, { brandId, giverId, delegateId }, at) {
    const sql = `${selected} WHERE given.brand_id = $1 AND given.giver_id = $2 AND given.delegate_id = $3
      AND given.valid_from <= $4 AND given.valid_until > $4 AND revoked.revoked_at IS NULL`;
    return (await tx.query<Delegation>(sql, [brandId, giverId, delegateId, at])).rows;
  },
  async list(scope, { brandId, giverId, delegateId }, limit, before) {
    const sql = `${selected} WHERE ($1::text IS NULL OR given.brand_id = $1) AND ($2::text IS NULL OR given.giver_id = $2)
      AND ($3::text IS NULL OR given.delegate_id = $3) AND ($4::text IS NULL OR given.id < $4) ORDER BY given.id DESC LIMIT $5`;
    const values = [brandId ?? null, giverId ?? null, delegateId ?? null, before ?? null, limit];
    return (await db.tx(scope, (tx) => tx.query<Delegation>(sql, values))).rows;
  },
});
