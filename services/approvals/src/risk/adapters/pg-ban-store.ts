import type { Database } from '@tributary/service-kit';
import type { BanPolicy, BanStore, StoredBan } from '../ban-store.js';
import type { ActiveBan } from '../domain/ban.js';

/** Advisory lock on bans ("bans"). */
const bansKey = 0x62616e73;
const selected = `SELECT ban.id, ban.brand_id AS "brandId", ban.partner_id AS "partnerId", ban.reason, ban.case_id AS "caseId", ban.source_ban_id AS "sourceBanId",
  ban.source_brand_id AS "sourceBrandId", ban.proposed_by AS "proposedBy", ban.proposed_at AS "proposedAt", confirmed.decided_by AS "confirmedBy", lifted.decided_by AS "liftedBy"
  FROM network_ban ban LEFT JOIN network_ban_decision confirmed ON confirmed.ban_id = ban.id AND confirmed.action = 'confirm'
  LEFT JOIN network_ban_decision lifted ON lifted.ban_id = ban.id AND lifted.action = 'lift'`;

export const pgBanStore = (db: Database): BanStore => ({
  async shareBans(tx) {
    await tx.query(`SELECT pg_advisory_xact_lock_shared(${bansKey})`);
  },
  async lockBans(tx) {
    await tx.query(`SELECT pg_advisory_xact_lock(${bansKey})`);
  },
  async add(tx, ban) {
    const added = await tx.query(
      `INSERT INTO network_ban (id, brand_id, partner_id, reason, case_id, source_ban_id, source_brand_id, proposed_by, proposed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (brand_id, source_ban_id) DO NOTHING`,
      [ban.id, ban.brandId, ban.partnerId, ban.reason, ban.caseId, ban.sourceBanId, ban.sourceBrandId, ban.proposedBy, ban.proposedAt],
    );
    return added.rowCount === 1;
  },
  async decide(tx, { banId, action, brandId, proposedBy, decidedBy, reason, decidedAt }) {
    await tx.query(
      'INSERT INTO network_ban_decision (ban_id, action, brand_id, proposed_by, decided_by, reason, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [banId, action, brandId, proposedBy, decidedBy, reason, decidedAt],
    );
  },
  async find(tx, banId) {
    return (await tx.query<StoredBan>(`${selected} WHERE ban.id = $1`, [banId])).rows[0];
  },
  async list(scope, { brandId, partnerId }, limit, before) {
    const sql = `${selected} WHERE ($1::text IS NULL OR ban.brand_id = $1) AND ($2::text IS NULL OR ban.partner_id = $2)
      AND ($3::text IS NULL OR ban.id < $3) ORDER BY ban.id DESC LIMIT $4`;
    const values = [brandId ?? null, partnerId ?? null, before ?? null, limit];
    return (await db.tx(scope, (tx) => tx.query<StoredBan>(sql, values))).rows;
  },
  async active(tx, partnerIds) {
    const { rows } = await tx.query<ActiveBan>(
      `SELECT ban.id AS "banId", ban.partner_id AS "partnerId", ban.brand_id AS "brandId" FROM network_ban ban
       WHERE ban.partner_id = ANY ($1) AND ban.source_ban_id IS NULL
         AND EXISTS (SELECT 1 FROM network_ban_decision WHERE ban_id = ban.id AND action = 'confirm')
         AND NOT EXISTS (SELECT 1 FROM network_ban_decision WHERE ban_id = ban.id AND action = 'lift')`,
      [partnerIds],
    );
    return rows;
  },
  async policies(tx, brandIds) {
    const { rows } = await tx.query<BanPolicy>(
      `SELECT DISTINCT ON (brand_id) brand_id AS "brandId", version, on_ban AS "onBan", written_by AS "writtenBy", written_at AS "writtenAt"
       FROM network_ban_policy WHERE brand_id = ANY ($1) ORDER BY brand_id, version DESC`,
      [brandIds],
    );
    return new Map(rows.map((policy) => [policy.brandId, policy]));
  },
  async setPolicy(tx, { brandId, onBan, writtenBy, writtenAt }) {
    const { rows } = await tx.query<{ version: number }>(
      `INSERT INTO network_ban_policy (brand_id, version, on_ban, written_by, written_at)
       SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM network_ban_policy WHERE brand_id = $1 RETURNING version`,
      [brandId, onBan, writtenBy, writtenAt],
    );
    return rows[0]?.version ?? 1;
  },
  async addEffect(tx, { banId, brandId, effect, at }) {
    const added = await tx.query(
      'INSERT INTO network_ban_effect (ban_id, brand_id, effect, at) VALUES ($1, $2, $3, $4) ON CONFLICT (ban_id, brand_id) DO NOTHING',
      [banId, brandId, effect, at],
    );
    return added.rowCount === 1;
  },
});
