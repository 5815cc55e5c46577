import type { Tx } from '@tributary/messaging';
import type { PartnerProfile, ProfileStore } from '../profile-store.js';
import type { BrandLimits } from '../routing/domain/default-table.js';
import { brandRisk } from './brand-risk.js';

const limits = 'brand_id AS id, currency, auto_approve_up_to AS "autoApproveUpTo", finance_threshold AS "financeThreshold"';

export const pgProfileStore = (): ProfileStore => ({
  async saveBrands(tx, events) {
    for (const { data, sequence } of events) {
      await tx.query(
        `INSERT INTO brand_policy (brand_id, name, currency, auto_approve_up_to, finance_threshold, sequence) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (brand_id) DO UPDATE SET name = excluded.name, currency = excluded.currency, auto_approve_up_to = excluded.auto_approve_up_to,
           finance_threshold = excluded.finance_threshold, sequence = excluded.sequence WHERE excluded.sequence > brand_policy.sequence`,
        [data.brandId, data.name, data.currency, data.policy.autoApproveUpTo, data.policy.financeThreshold, sequence],
      );
    }
  },
  async savePartners(tx, events) {
    for (const { data, sequence } of events) {
      await tx.query(
        `INSERT INTO partner_profile (partner_id, status, risk_level, sequence, tags) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (partner_id) DO UPDATE SET status = excluded.status, risk_level = excluded.risk_level, sequence = excluded.sequence, tags = excluded.tags
         WHERE excluded.sequence > partner_profile.sequence`,
        [data.partnerId, data.status, data.riskLevel, sequence, JSON.stringify(data.tags)],
      );
    }
  },
  async limits(tx, brandIds) {
    const { rows } = await tx.query<BrandLimits & { id: string }>(`SELECT ${limits} FROM brand_policy WHERE brand_id = ANY($1)`, [
      brandIds,
    ]);
    return new Map(rows.map(({ id, ...policy }) => [id, policy]));
  },
  async sharePolicies(tx, brandIds) {
    // In the order of the locks, so that two batches never wait for each other.
    const found = await tx.query<BrandLimits & { id: string; shared: unknown }>(
      `SELECT ${limits}, pg_advisory_xact_lock_shared(${brandRisk}, hashtext(brand_id)) AS shared
       FROM (SELECT * FROM brand_policy WHERE brand_id = ANY($1) ORDER BY hashtext(brand_id)) AS policy`,
      [brandIds],
    );
    return new Map(found.rows.map(({ id, shared: _, ...policy }) => [id, policy]));
  },
  async partners(tx: Tx, partnerIds) {
    const found = await tx.query<PartnerProfile & { id: string }>(
      `SELECT partner_id AS id, status, risk_level AS "riskLevel", tags FROM partner_profile WHERE partner_id = ANY($1) ORDER BY partner_id FOR SHARE`,
      [partnerIds],
    );
    return new Map(found.rows.map(({ id, ...profile }) => [id, profile]));
  },
});
