/** Parameters: brand, first day, last day, days of retention. One row per partner with a conversion or a refund in those days. */
export const figuresSql = /* sql */ `
WITH asked AS (
  SELECT currency, time_zone AS zone, $2::date::timestamp AT TIME ZONE time_zone AS start,
    ($3::date + 1)::timestamp AT TIME ZONE time_zone AS finish
  FROM brand WHERE brand_id = $1
), said AS (
  SELECT c.*, c.kind IN ('refund', 'chargeback') AS takes_back, coalesce(c.currency = asked.currency, false) AS in_currency
  FROM asked, conversion c
  WHERE c.brand_id = $1 AND c.partner_id <> '' AND c.occurred_at >= asked.start AND c.occurred_at < asked.finish
), latest AS (
  SELECT partner_id, customer_id, kind, max(occurred_at) AS at FROM said WHERE NOT takes_back AND customer_id <> '' GROUP BY 1, 2, 3
), customer AS (
  SELECT partner_id, bool_or(latest.at AT TIME ZONE zone >= (first.at AT TIME ZONE zone) + make_interval(days => $4::int)) AS retained
  FROM asked, latest, LATERAL (
    SELECT min(c.occurred_at) AS at FROM conversion c
    WHERE c.brand_id = $1 AND c.partner_id = latest.partner_id AND c.customer_id = latest.customer_id AND c.kind = latest.kind
  ) first
  GROUP BY partner_id, customer_id
), loyalty AS (
  SELECT partner_id, count(*) AS customers, count(*) FILTER (WHERE retained) AS retained FROM customer GROUP BY 1
), total AS (
  SELECT partner_id, count(*) FILTER (WHERE NOT takes_back) AS conversions,
    coalesce(sum(amount) FILTER (WHERE NOT takes_back AND in_currency), 0)::text AS value,
    coalesce(sum(amount) FILTER (WHERE takes_back AND in_currency), 0)::text AS refunded,
    count(*) FILTER (WHERE amount IS NOT NULL AND NOT in_currency) AS other
  FROM said GROUP BY 1
)
SELECT partner_id AS "partnerId", conversions, value, refunded, other AS "inOtherCurrencies",
  coalesce(customers, 0)::bigint AS customers, coalesce(retained, 0)::bigint AS retained
FROM total LEFT JOIN loyalty USING (partner_id)`;
