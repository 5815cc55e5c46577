import type { Tx } from '@tributary/messaging';
import type { PayoutLimits } from './domain/payout-limits.js';

/** As contracts and the database write them: amounts are JSON integers. */
export interface WrittenLimits {
  perPayout: number | null;
  partnerPerDay: number | null;
  brandPerDay: number | null;
  newPartner: { days: number; amount: number } | null;
  firstPayout: number | null;
  velocity: { payouts: number; days: number } | null;
}

/** One version of the limits of a brand and currency. */
export interface LimitRow {
  brandId: string;
  currency: string;
  version: number;
  limits: WrittenLimits;
  reason: string;
  createdBy: string;
  createdAt: Date;
}

const columns = /* sql */ `brand_id AS "brandId", currency, version, limits, reason, created_by AS "createdBy", created_at AS "createdAt"`;

/** Writes the next version; those who write at once wait for each other. */
export async function addLimits(tx: Tx, row: Omit<LimitRow, 'version'>): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`limit-version:${row.brandId}:${row.currency}`]);
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO payout_limit (brand_id, currency, version, limits, reason, created_by, created_at)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6 FROM payout_limit WHERE brand_id = $1 AND currency = $2 RETURNING version`,
    [row.brandId, row.currency, JSON.stringify(row.limits), row.reason, row.createdBy, row.createdAt],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('the limits were not written');
  return version;
}

/** A page of versions: by brand and currency, the newest first. */
export async function listLimitRows(
  tx: Tx,
  filter: {
    brandId?: string | undefined;
    currency?: string | undefined;
    after?: Pick<LimitRow, 'brandId' | 'currency' | 'version'> | undefined;
    limit: number;
  },
): Promise<LimitRow[]> {
  const { brandId, currency, after, limit } = filter;
  const { rows } = await tx.query<LimitRow>(
    `SELECT ${columns} FROM payout_limit WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR currency = $2)
       AND ($3::text IS NULL OR (brand_id, currency, -version) > ($3, $4::text, -$5::int)) ORDER BY brand_id, currency, version DESC LIMIT $6`,
    [brandId ?? null, currency ?? null, after?.brandId ?? null, after?.currency ?? null, after?.version ?? null, limit],
  );
  return rows;
}

/** The newest limits of brands, by `brand currency`. */
export async function limitsOf(tx: Tx, brandIds: readonly string[]): Promise<Map<string, PayoutLimits>> {
  const { rows } = await tx.query<LimitRow>(
    `SELECT DISTINCT ON (brand_id, currency) ${columns} FROM payout_limit WHERE brand_id = ANY ($1) ORDER BY brand_id, currency, version DESC`,
    [brandIds],
  );
  return new Map(rows.map(({ brandId, currency, limits }) => [`${brandId} ${currency}`, read(limits)]));
}

const big = (amount: number | null): bigint | null => (amount === null ? null : BigInt(amount));
const read = ({ perPayout, partnerPerDay, brandPerDay, newPartner, firstPayout, velocity }: WrittenLimits): PayoutLimits => ({
  perPayout: big(perPayout),
  partnerPerDay: big(partnerPerDay),
  brandPerDay: big(brandPerDay),
  newPartner: newPartner && { days: newPartner.days, amount: BigInt(newPartner.amount) },
  firstPayout: big(firstPayout),
  velocity,
});

/** A version as the API shows it. */
export const limitsView = ({ limits, createdAt, ...row }: LimitRow) => ({ ...row, ...limits, createdAt: createdAt.toISOString() });
