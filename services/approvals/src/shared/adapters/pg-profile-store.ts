import type { Tx } from '@tributary/messaging';
import type { RiskLevel } from '../../review/domain/approval.js';
import type { ProfileStore } from '../profile-store.js';
import { brandRisk } from './brand-risk.js';

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
        `INSERT INTO partner_profile (partner_id, status, risk_level, sequence) VALUES ($1, $2, $3, $4)
         ON CONFLICT (partner_id) DO UPDATE SET status = excluded.status, risk_level = excluded.risk_level, sequence = excluded.sequence
         WHERE excluded.sequence > partner_profile.sequence`,
        [data.partnerId, data.status, data.riskLevel, sequence],
      );
    }
  },
  async sharePolicies(tx, brandIds) {
    // In the order of the locks, so that two batches never wait for each other.
    const found = await tx.query<{ id: string; shared: unknown; currency: string; autoApproveUpTo: bigint; financeThreshold: bigint }>(
      `SELECT brand_id AS id, currency, auto_approve_up_to AS "autoApproveUpTo", finance_threshold AS "financeThreshold",
         pg_advisory_xact_lock_shared(${brandRisk}, hashtext(brand_id)) AS shared
       FROM (SELECT * FROM brand_policy WHERE brand_id = ANY($1) ORDER BY hashtext(brand_id)) AS policy`,
      [brandIds],
    );
    return new Map(found.rows.map(({ id, shared: _, ...policy }) => [id, policy]));
  },
  async partners(tx: Tx, partnerIds) {
    const found = await tx.query<{ id: string; status: string; riskLevel: RiskLevel }>(
      `SELECT partner_id AS id, status, risk_level AS "riskLevel" FROM partner_profile WHERE partner_id = ANY($1) ORDER BY partner_id FOR SHARE`,
      [partnerIds],
    );
    return new Map(found.rows.map(({ id, ...profile }) => [id, profile]));
  },
});
