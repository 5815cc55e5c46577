import type { Tx } from '@tributary/messaging';
import { groupBy } from '../group-by.js';
import type { ClaimedGroup, PayingBrand, PayingPartner, UsableMethod } from '../runs/domain/split-groups.js';

export interface ClaimFilter {
  runId: string;
  currency: string | null;
  /** The brands, and of each the last millisecond of which earnings are in; what is taken back counts whenever it happened. */
  cutOffs: ReadonlyMap<string, Date>;
  /** Before when an amount must have cleared; null: by now. */
  clearedBefore: Date | null;
  /** Null: every partner. */
  include: readonly string[] | null;
}

/** One builder at a time per brand, so that a partner's balance is not divided between two runs. */
export async function lockBrands(tx: Tx, brandIds: readonly string[]): Promise<void> {
  for (const brandId of [...brandIds].sort()) await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`claim:${brandId}`]);
}

/** The brands that have something payable. */
export async function brandsWithPayables(
  tx: Tx,
  { brandIds, currency }: { brandIds: readonly string[] | null; currency: string | null },
): Promise<string[]> {
  const { rows } = await tx.query<{ brandId: string }>(
    `SELECT DISTINCT brand_id AS "brandId" FROM entry WHERE bucket = 'payable' AND ($1::text[] IS NULL OR brand_id = ANY ($1)) AND ($2::text IS NULL OR currency = $2) ORDER BY 1`,
    [brandIds, currency],
  );
  return rows.map(({ brandId }) => brandId);
}

/** An entry of which something is about to be taken back waits until that is decided, so that too much is not paid meanwhile. */
const claim = /* sql */ `
WITH claimed AS (
  UPDATE entry SET run_id = $1, bucket = 'in-payout', version = version + 1
  FROM unnest($2::text[], $3::timestamptz[]) AS cut (brand_id, earned_until)
  WHERE bucket = 'payable' AND run_id IS NULL AND entry.brand_id = cut.brand_id AND ($4::text IS NULL OR currency = $4)
    AND (amount < 0 OR (occurred_at <= cut.earned_until AND ($5::timestamptz IS NULL OR matures_at < $5)))
    AND ($6::text[] IS NULL OR partner_id = ANY ($6))
    AND NOT EXISTS (SELECT 1 FROM entry reversal WHERE reversal.adjusts = entry.id AND reversal.accrued AND reversal.amount < 0 AND reversal.bucket = 'pending')
  RETURNING partner_id, entry.brand_id, currency, amount)
SELECT partner_id AS "partnerId", brand_id AS "brandId", currency, sum(amount)::bigint AS amount FROM claimed GROUP BY 1, 2, 3 ORDER BY 2, 1, 3`;

/** Claims by guarded update, then adds up what was really claimed. */
export async function claimPayables(tx: Tx, { runId, currency, cutOffs, clearedBefore, include }: ClaimFilter): Promise<ClaimedGroup[]> {
  const { rows } = await tx.query<ClaimedGroup>(claim, [
    runId,
    [...cutOffs.keys()],
    [...cutOffs.values()],
    currency,
    clearedBefore,
    include,
  ]);
  return rows;
}

/** Gives groups back that are not paid in this run. */
export async function unclaim(tx: Tx, runId: string, groups: readonly ClaimedGroup[]): Promise<void> {
  if (groups.length === 0) return;
  await tx.query(
    `UPDATE entry SET run_id = NULL, bucket = 'payable', version = version + 1
     FROM unnest($2::text[], $3::text[], $4::text[]) AS given (partner_id, brand_id, currency)
     WHERE entry.run_id = $1 AND entry.partner_id = given.partner_id AND entry.brand_id = given.brand_id AND entry.currency = given.currency`,
    [runId, groups.map((g) => g.partnerId), groups.map((g) => g.brandId), groups.map((g) => g.currency)],
  );
}

/** What must be known of brands to pay for them. */
export async function payingBrands(tx: Tx, brandIds: readonly string[]): Promise<Map<string, PayingBrand & { timeZone: string }>> {
  const { rows } = await tx.query<PayingBrand & { brandId: string; timeZone: string }>(
    `SELECT brand_id AS "brandId", currency, time_zone AS "timeZone", minimum_payout AS "minimumPayout",
       ARRAY(SELECT rail FROM funding_account f WHERE f.brand_id = b.brand_id AND f.status = 'active' ORDER BY rail) AS rails
     FROM brand_profile b WHERE brand_id = ANY ($1)`,
    [brandIds],
  );
  return new Map(rows.map((row) => [row.brandId, row]));
}

/** What must be known of partners to pay them: their methods, newest first. */
export async function payingPartners(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, PayingPartner>> {
  const { rows: partners } = await tx.query<{ partnerId: string; status: string }>(
    'SELECT partner_id AS "partnerId", status FROM partner_profile WHERE partner_id = ANY ($1)',
    [partnerIds],
  );
  const { rows: methods } = await tx.query<UsableMethod & { partnerId: string }>(
    `SELECT id, partner_id AS "partnerId", kind, account_hmac AS "accountHmac", brand_ids AS "brandIds", usable_from AS "usableFrom", (kind = 'simulated' OR verified_by IS NOT NULL) AS verified, payout_currency AS "payoutCurrency" FROM payout_method
     WHERE partner_id = ANY ($1) AND status = 'active' ORDER BY created_at DESC, id DESC`,
    [partnerIds],
  );
  const byPartner = groupBy(methods, ({ partnerId }) => partnerId);
  return new Map(partners.map(({ partnerId, status }) => [partnerId, { status, methods: byPartner.get(partnerId) ?? [] }]));
}
