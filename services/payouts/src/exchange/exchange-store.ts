import { oldestRateDays } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { type ExchangeDesk, exchangeDesk } from './domain/exchange-desk.js';
import type { ExchangePair, ExchangePolicy, KnownRate } from './domain/exchange-terms.js';

/** One version of what a brand says of exchanges. */
export interface PolicyRow extends ExchangePolicy {
  brandId: string;
  version: number;
  pairs: ExchangePair[];
  createdBy: string;
  createdAt: Date;
}
const columns = /* sql */ `brand_id AS "brandId", version, source, pairs, created_by AS "createdBy", created_at AS "createdAt"`;

/** Writes the next version; those who write at once wait for each other. */
export async function addPolicy(tx: Tx, { brandId, source, pairs, createdBy, createdAt }: Omit<PolicyRow, 'version'>): Promise<number> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`exchange-policy:${brandId}`]);
  const { rows } = await tx.query<{ version: number }>(
    `INSERT INTO exchange_policy (brand_id, version, source, pairs, created_by, created_at)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 FROM exchange_policy WHERE brand_id = $1 RETURNING version`,
    [brandId, source, JSON.stringify(pairs), createdBy, createdAt],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('the exchange policy was not written');
  return version;
}

export type PolicyKey = Pick<PolicyRow, 'brandId' | 'version'>;

/** A page of versions: by brand, the newest first. */
export async function listPolicyRows(
  tx: Tx,
  { brandId, after, limit }: { brandId?: string | undefined; after?: PolicyKey | undefined; limit: number },
): Promise<PolicyRow[]> {
  const { rows } = await tx.query<PolicyRow>(
    `SELECT ${columns} FROM exchange_policy WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR (brand_id, -version) > ($2, -$3::int))
     ORDER BY brand_id, version DESC LIMIT $4`,
    [brandId ?? null, after?.brandId ?? null, after?.version ?? null, limit],
  );
  return rows;
}

/** The newest version of each brand that has one. */
async function policiesOf(tx: Tx, brandIds: readonly string[]): Promise<Map<string, PolicyRow>> {
  const { rows } = await tx.query<PolicyRow>(
    `SELECT DISTINCT ON (brand_id) ${columns} FROM exchange_policy WHERE brand_id = ANY ($1) ORDER BY brand_id, version DESC`,
    [brandIds],
  );
  return new Map(rows.map((row) => [row.brandId, row]));
}

/** Every rate by which something can be exchanged on a day between the currencies, straight or by way of another one. */
async function ratesAround(tx: Tx, currencies: readonly string[], day: string): Promise<KnownRate[]> {
  const { rows } = await tx.query<Omit<KnownRate, 'recordedAt'> & { recordedAt: Date }>(
    `SELECT base, quote, date::text AS date, rate, source, counts, recorded_at AS "recordedAt" FROM fx_rate
     WHERE date BETWEEN $2::date - $3::int AND $2::date AND (base = ANY ($1) OR quote = ANY ($1))`,
    [currencies, day, oldestRateDays],
  );
  return rows.map(({ recordedAt, ...rate }) => ({ ...rate, recordedAt: recordedAt.toISOString() }));
}

/** What the brands exchange now, at the rates of today. */
export async function deskOf(tx: Tx, brandIds: readonly string[], now: Date): Promise<ExchangeDesk> {
  const policies = await policiesOf(tx, brandIds);
  const day = now.toISOString().slice(0, 10);
  const currencies = [...new Set([...policies.values()].flatMap(({ pairs }) => pairs.flatMap(({ from, to }) => [from, to])))];
  return exchangeDesk(policies, currencies.length === 0 ? [] : await ratesAround(tx, currencies, day), day);
}
