import { newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { inChunks } from '@tributary/service-kit';
import { groupBy } from '../group-by.js';
import type { ClaimedGroup, PayingBrand, PayingPartner, UsableMethod } from '../runs/domain/split-groups.js';
import type { LineRow } from '../runs/run-store.js';

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

/** One partner, brand and currency. */
type Owed = Omit<ClaimedGroup, 'amount' | 'entries'>;

/** An entry of which something is about to be taken back waits until that is decided, so that too much is not paid meanwhile. */
const mayBePaid = (earnedUntil: string, clearedBefore: string) => /* sql */ `
  entry.bucket = 'payable' AND entry.run_id IS NULL
  AND (entry.amount < 0 OR (entry.occurred_at <= ${earnedUntil} AND (${clearedBefore}::timestamptz IS NULL OR entry.matures_at < ${clearedBefore})))
  AND NOT (entry.adjusted AND EXISTS (
    SELECT 1 FROM entry reversal WHERE reversal.adjusts = entry.id AND reversal.accrued AND reversal.amount < 0 AND reversal.bucket = 'pending'))`;

const whoIsOwed = /* sql */ `
SELECT DISTINCT partner_id AS "partnerId", entry.brand_id AS "brandId", currency
FROM entry JOIN unnest($1::text[], $2::timestamptz[]) AS cut (brand_id, earned_until) ON entry.brand_id = cut.brand_id
WHERE ($3::text IS NULL OR currency = $3) AND ($5::text[] IS NULL OR partner_id = ANY ($5)) AND ${mayBePaid('cut.earned_until', '$4')} ORDER BY 1, 2, 3`;

/** Whose balances may be paid, some at a time; all of one partner come together. */
export async function* payables(tx: Tx, filter: ClaimFilter, atOnce: number): AsyncGenerator<Owed[]> {
  const { cutOffs, currency, clearedBefore, include } = filter;
  const values = [[...cutOffs.keys()], [...cutOffs.values()], currency, clearedBefore, include];
  let held: Owed[] = [];
  for await (const rows of inChunks<Owed>(tx, whoIsOwed, values, atOnce)) {
    const all = [...held, ...rows];
    // The last partner may have more to come.
    const whole = all.findLastIndex(({ partnerId }) => partnerId !== all.at(-1)?.partnerId) + 1;
    held = all.slice(whole);
    if (whole > 0) yield all.slice(0, whole);
  }
  if (held.length > 0) yield held;
}

const claim = /* sql */ `
UPDATE entry SET run_id = $1, payout_id = owed.payout_id, bucket = 'in-payout', version = version + 1
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) AS owed (payout_id, partner_id, brand_id, currency, earned_until)
WHERE entry.brand_id = owed.brand_id AND entry.partner_id = owed.partner_id AND entry.currency = owed.currency AND ${mayBePaid('owed.earned_until', '$7')}
RETURNING entry.payout_id AS "payoutId", entry.id AS "itemId", entry.entry_id AS "entryId", entry.amount`;

/** What was claimed of a balance, for the payout that it is to become. */
export interface Claim {
  payoutId: string;
  group: ClaimedGroup;
  lines: LineRow[];
}

/** Claims by guarded update, then adds up what was really claimed. */
export async function claimPayables(tx: Tx, { runId, cutOffs, clearedBefore }: ClaimFilter, owed: readonly Owed[]): Promise<Claim[]> {
  const wanted = owed.map((group) => ({ ...group, payoutId: newId('payout') }));
  const { rows } = await tx.query<LineRow>(claim, [
    runId,
    wanted.map(({ payoutId }) => payoutId),
    wanted.map(({ partnerId }) => partnerId),
    wanted.map(({ brandId }) => brandId),
    wanted.map(({ currency }) => currency),
    wanted.map(({ brandId }) => cutOffs.get(brandId)),
    clearedBefore,
  ]);
  const lines = groupBy(rows, ({ payoutId }) => payoutId);
  return wanted.flatMap(({ payoutId, ...group }) => {
    const own = lines.get(payoutId);
    if (!own) return [];
    const amount = own.reduce((sum, line) => sum + line.amount, 0n);
    return [{ payoutId, group: { ...group, amount, entries: own.length }, lines: own }];
  });
}

/** Gives back what is not paid in this run. */
export async function unclaim(tx: Tx, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return;
  await tx.query(`UPDATE entry SET run_id = NULL, payout_id = NULL, bucket = 'payable', version = version + 1 WHERE payout_id = ANY ($1)`, [
    claims.map(({ payoutId }) => payoutId),
  ]);
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

/** What must be known of partners to pay them now: their methods, newest first. Another node's clock may be ahead, and what it has verified not be so yet. */
export async function payingPartners(tx: Tx, partnerIds: readonly string[], now: Date): Promise<Map<string, PayingPartner>> {
  const { rows: partners } = await tx.query<{ partnerId: string; status: string; erased: boolean }>(
    `SELECT partner_id AS "partnerId", status, EXISTS (SELECT 1 FROM partner_erasure e WHERE e.partner_id = p.partner_id AND e.status <> 'waiting') AS erased
     FROM partner_profile p WHERE partner_id = ANY ($1)`,
    [partnerIds],
  );
  const { rows: methods } = await tx.query<UsableMethod & { partnerId: string }>(
    `SELECT id, partner_id AS "partnerId", kind, account_hmac AS "accountHmac", brand_ids AS "brandIds", usable_from AS "usableFrom", (kind = 'simulated' OR coalesce(verified_at <= $2 AND (returned_at IS NULL OR verified_at > returned_at), false)) AS verified, payout_currency AS "payoutCurrency" FROM payout_method
     WHERE partner_id = ANY ($1) AND status = 'active' ORDER BY created_at DESC, id DESC`,
    [partnerIds, now],
  );
  const byPartner = groupBy(methods, ({ partnerId }) => partnerId);
  return new Map(partners.map(({ partnerId, status, erased }) => [partnerId, { status, erased, methods: byPartner.get(partnerId) ?? [] }]));
}
