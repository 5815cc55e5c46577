import type { CustomerFact, CustomerProfile, FxRate, TagSpan } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';

/** What is known of customers, by id; of most of them nothing is. */
export async function customersById(tx: Tx, customerIds: readonly string[]): Promise<Map<string, CustomerProfile>> {
  if (customerIds.length === 0) return new Map();
  type Standing = { tags: TagSpan[]; country: string | null; kycVerifiedAt: string | null; excludedFrom: string | null };
  const { rows } = await tx.query<{ customerId: string; standing: Standing }>(
    'SELECT customer_id AS "customerId", standing FROM customer WHERE customer_id = ANY($1)',
    [customerIds],
  );
  return new Map(
    rows.map(({ customerId, standing: { tags, country, kycVerifiedAt, excludedFrom } }) => [
      customerId,
      { customerId, tags, country, verifiedAt: kycVerifiedAt, excludedFrom },
    ]),
  );
}

export interface CustomersFact extends CustomerFact {
  customerId: string;
  brandId: string;
  partnerId: string | null;
}

/** Who is credited with anything that these customers did. */
export async function partnersOfCustomers(tx: Tx, pairs: readonly { brandId: string; customerId: string }[]): Promise<string[]> {
  if (pairs.length === 0) return [];
  const { rows } = await tx.query<{ partnerId: string }>(
    `SELECT DISTINCT partner_id AS "partnerId" FROM conversion
     WHERE (brand_id, customer_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND partner_id IS NOT NULL`,
    [pairs.map(({ brandId }) => brandId), pairs.map(({ customerId }) => customerId)],
  );
  return rows.map(({ partnerId }) => partnerId);
}

/** The events of customers at their brands, with what refunds have left of each. */
export async function factsOfCustomers(tx: Tx, pairs: readonly { brandId: string; customerId: string }[]): Promise<CustomersFact[]> {
  if (pairs.length === 0) return [];
  const { rows } = await tx.query<Omit<CustomersFact, 'occurredAt'> & { occurredAt: Date }>(
    `SELECT fact.customer_id AS "customerId", fact.brand_id AS "brandId", fact.partner_id AS "partnerId", fact.conversion_id AS "conversionId",
       fact.event_id AS "eventId", fact.kind, fact.occurred_at AS "occurredAt", coalesce(fact.details ->> 'turnover', '0') AS turnover,
       CASE WHEN refunds.whole THEN 0 ELSE greatest(coalesce(fact.amount, 0) - coalesce(refunds.amount, 0), 0) END::text AS amount
     FROM conversion AS fact
     LEFT JOIN LATERAL (SELECT sum(amount) AS amount, bool_or(amount IS NULL) AS whole FROM conversion AS refund
       WHERE refund.original_conversion_id = fact.conversion_id AND refund.kind IN ('refund', 'chargeback')) AS refunds ON true
     WHERE (fact.brand_id, fact.customer_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND fact.level > 0 AND fact.kind NOT IN ('refund', 'chargeback')`,
    [pairs.map(({ brandId }) => brandId), pairs.map(({ customerId }) => customerId)],
  );
  return rows.map((row) => ({ ...row, occurredAt: row.occurredAt.toISOString() }));
}

/** Currency pairs and days of which a fold may need the rate. */
export interface WantedRate {
  from: string;
  to: string;
  date: string;
}
export type LoadRates = (tx: Tx, wanted: readonly WantedRate[]) => Promise<FxRate[]>;
