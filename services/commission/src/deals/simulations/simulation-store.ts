import type { Tx } from '@tributary/messaging';

/** Conversions of the brand that occurred from an instant on and before another. */
export interface Window {
  brandId: string;
  from: string;
  /** Null: without end. */
  to: string | null;
}

const affected = `brand_id = $1 AND partner_id = ANY($2) AND occurred_at >= $3 AND level > 0 AND kind NOT IN ('refund', 'chargeback')`;

/** How many conversions of partners there are since an instant. */
export async function countConversions(tx: Tx, brandId: string, partnerIds: readonly string[], since: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(`SELECT count(*)::int AS count FROM conversion WHERE ${affected}`, [
    brandId,
    partnerIds,
    since,
  ]);
  return rows[0]?.count ?? 0;
}

/** The same, locking them in the order in which accrual does: neither ends up waiting for the other. */
export async function lockConversions(tx: Tx, brandId: string, partnerIds: readonly string[], since: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `WITH locked AS (SELECT 1 FROM conversion WHERE ${affected} ORDER BY conversion_id FOR UPDATE) SELECT count(*)::int AS count FROM locked`,
    [brandId, partnerIds, since],
  );
  return rows[0]?.count ?? 0;
}

/** A conversion with what refunds have left of its amount. */
export interface Concerned {
  conversionId: string;
  partnerId: string | null;
  currency: string | null;
  revenue: bigint;
}

/** Those of these conversions that lie in the window. */
export async function concernedIn(tx: Tx, conversionIds: readonly string[], { brandId, from, to }: Window): Promise<Concerned[]> {
  const { rows } = await tx.query<Concerned>(
    `SELECT fact.conversion_id AS "conversionId", fact.partner_id AS "partnerId", fact.currency,
       CASE WHEN refunds.whole THEN 0 ELSE greatest(coalesce(fact.amount, 0) - coalesce(refunds.amount, 0), 0) END::bigint AS revenue
     FROM conversion AS fact
     LEFT JOIN LATERAL (SELECT sum(amount) AS amount, bool_or(amount IS NULL) AS whole FROM conversion AS refund
       WHERE refund.original_conversion_id = fact.conversion_id AND refund.kind IN ('refund', 'chargeback') AND refund.level > 0) AS refunds ON true
     WHERE fact.conversion_id = ANY($1) AND fact.brand_id = $2 AND fact.occurred_at >= $3 AND ($4::timestamptz IS NULL OR fact.occurred_at < $4)`,
    [conversionIds, brandId, from, to],
  );
  return rows;
}

/** What the journal holds for a conversion, added up. */
export interface Posted {
  conversionId: string;
  partnerId: string;
  component: string;
  period: string;
  currency: string;
  amount: bigint;
}

export async function postedFor(tx: Tx, conversionIds: readonly string[]): Promise<Posted[]> {
  const { rows } = await tx.query<Posted>(
    `SELECT conversion_id AS "conversionId", partner_id AS "partnerId", component, period, currency, sum(amount)::bigint AS amount
     FROM commission_entry WHERE conversion_id = ANY($1) GROUP BY conversion_id, partner_id, component, period, currency`,
    [conversionIds],
  );
  return rows;
}

/** What the journal holds of scopes. */
export async function postedIn(tx: Tx, scopes: readonly string[]): Promise<Omit<Posted, 'conversionId'>[]> {
  if (scopes.length === 0) return [];
  const { rows } = await tx.query<Omit<Posted, 'conversionId'>>(
    `SELECT partner_id AS "partnerId", component, period, currency, sum(amount)::bigint AS amount
     FROM commission_entry WHERE scope = ANY($1) GROUP BY partner_id, component, period, currency`,
    [scopes],
  );
  return rows;
}

/** How the last posting of a scope is explained. */
export interface Explained {
  partnerId: string;
  component: string;
  currency: string;
  rules: readonly { rule: string; detail: string }[] | null;
  steps: readonly { step: string; value: string }[] | null;
}

/** The last explanation of each scope of these conversions, without the entries left out. */
export async function lastExplained(tx: Tx, conversionIds: readonly string[], without: readonly string[]): Promise<Explained[]> {
  const { rows } = await tx.query<Explained>(
    `SELECT DISTINCT ON (entry.scope) entry.partner_id AS "partnerId", entry.component, entry.currency,
       entry.explanation #> '{fold,rules}' AS rules, entry.explanation #> '{fold,steps}' AS steps
     FROM commission_entry AS entry JOIN commission_scope AS scope ON scope.scope = entry.scope AND scope.conversion_id IS NOT NULL
     WHERE entry.conversion_id = ANY($1) AND NOT entry.entry_id = ANY($2) ORDER BY entry.scope, entry.posting DESC`,
    [conversionIds, without],
  );
  return rows;
}
