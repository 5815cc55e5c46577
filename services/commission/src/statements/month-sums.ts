import { asksOtherEarnings, type MonthFact } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { type DealMonth, type Stretch, stretchesOf } from './domain/deal-months.js';

const activated = (version: string): string =>
  `EXISTS (SELECT FROM deal_status AS became WHERE became.deal_id = ${version}.deal_id AND became.version = ${version}.version AND became.status = 'active')`;

// Events are added up by stretch, currency, date where they are to be exchanged, and customer where the terms ask for it. Gross
// revenue is what the event says of it, else its amount less its refunds. Keys are never null, so that the two sums join by hash. What
// has a licence for which the partner has a deal is that deal's alone, as with events that are rated one by one.
const sumUp = /* sql */ `
WITH stretch AS MATERIALIZED (
  SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[], $8::text[], $9::text[], $10::text[]) WITH ORDINALITY
    AS stretch(partner_id, program_id, kind, since, until, by_customer, currency, time_zone, licence, no)
), licensed AS MATERIALIZED (
  SELECT deal.partner_id, deal.program_id, deal.terms ->> 'licence' AS licence, deal.effective_from AS since, (
    SELECT min(later.effective_from) FROM deal_version AS later WHERE later.deal_id = deal.deal_id AND later.version > deal.version
      AND (later.status <> 'draft' OR ${activated('later')})
  ) AS until
  FROM deal_version AS deal
  WHERE deal.brand_id = $1 AND deal.partner_id = ANY ($2) AND deal.terms ->> 'licence' IS NOT NULL AND (deal.status = 'active' OR ${activated('deal')})
), fact AS MATERIALIZED (
  SELECT stretch.no, coalesce(told.currency, '') AS currency,
    CASE WHEN told.currency IS DISTINCT FROM stretch.currency THEN to_char(told.occurred_at AT TIME ZONE stretch.time_zone, 'YYYY-MM-DD') ELSE '' END AS date,
    CASE WHEN stretch.by_customer THEN coalesce(told.customer_id, '') ELSE '' END AS customer_id, told.customer_id AS who,
    coalesce((told.details ->> 'grossRevenue')::numeric, (
      SELECT CASE WHEN bool_or(back.amount IS NULL) THEN 0 ELSE greatest(told.amount - coalesce(sum(back.amount), 0), least(told.amount, 0)) END
      FROM conversion AS back WHERE back.original_conversion_id = told.conversion_id AND back.kind IN ('refund', 'chargeback')
        AND (back.amount IS NULL OR back.currency = told.currency)
    ), 0) AS gross,
    coalesce((told.details ->> 'turnover')::numeric, 0) AS turnover,
    coalesce((told.details ->> 'quantity')::numeric, 0) AS quantity,
    told.details -> 'deductions' AS deductions
  FROM stretch JOIN conversion AS told ON told.brand_id = $1 AND told.partner_id = stretch.partner_id AND told.program_id = stretch.program_id
    AND told.kind = stretch.kind AND told.occurred_at >= stretch.since AND told.occurred_at < stretch.until AND told.level > 0
  LEFT JOIN licensed ON stretch.licence IS NULL AND licensed.partner_id = told.partner_id AND licensed.program_id = told.program_id
    AND licensed.licence = told.details ->> 'licence' AND told.occurred_at >= licensed.since AND told.occurred_at < coalesce(licensed.until, 'infinity')
  WHERE CASE WHEN stretch.licence IS NULL THEN licensed.licence IS NULL ELSE told.details ->> 'licence' = stretch.licence END
), taken AS (
  SELECT no, currency, date, customer_id, jsonb_object_agg(name, amount) AS deductions
  FROM (
    SELECT no, currency, date, customer_id, name, sum((deductions ->> name)::numeric)::text AS amount
    FROM (SELECT no, currency, date, customer_id, deductions, jsonb_object_keys(deductions) AS name FROM fact) AS named
    GROUP BY no, currency, date, customer_id, name
  ) AS by_name GROUP BY no, currency, date, customer_id
), sums AS (
  SELECT no, currency, date, customer_id, count(*)::int AS events, count(DISTINCT who)::int AS customers,
    sum(gross)::text AS gross, sum(turnover)::text AS turnover, sum(quantity)::text AS quantity
  FROM fact GROUP BY no, currency, date, customer_id
)
SELECT no::int AS no, nullif(currency, '') AS currency, nullif(date, '') AS date, nullif(customer_id, '') AS "customerId",
  events, customers, gross, turnover, quantity, coalesce(deductions, '{}') AS deductions
FROM sums LEFT JOIN taken USING (no, currency, date, customer_id)
ORDER BY no, currency, date, customer_id`;

const columns: readonly (keyof Stretch)[] = ['partnerId', 'programId', 'on', 'from', 'to', 'byCustomer', 'currency', 'timeZone', 'licence'];

/** The sums of each month's events, in the order of `months`. One statement. */
export async function sumsOf(tx: Tx, brandId: string, months: readonly DealMonth[]): Promise<MonthFact[][]> {
  const sums: MonthFact[][] = months.map(() => []);
  const stretches = stretchesOf(months);
  if (stretches.length === 0) return sums;
  const { rows } = await tx.query<Omit<MonthFact, 'version' | 'on'> & { no: number }>(sumUp, [
    brandId,
    ...columns.map((name) => stretches.map((stretch) => stretch[name])),
  ]);
  for (const { no, ...sum } of rows) {
    const stretch = stretches[no - 1];
    if (stretch) sums[stretch.no]?.push({ version: stretch.version, on: stretch.on, ...sum });
  }
  return sums;
}

/** What the components by the event earned of the events of each month, where the terms ask for it: by component, in the order of `months`. */
export async function otherEarningsOf(tx: Tx, brandId: string, months: readonly DealMonth[]): Promise<Record<string, string>[]> {
  const earnings: Record<string, string>[] = months.map(() => ({}));
  const asking = months.flatMap((month, no) => (month.versions.some(({ terms }) => asksOtherEarnings(terms)) ? [{ ...month, no }] : []));
  if (asking.length === 0) return earnings;
  const { rows } = await tx.query<{ no: number; component: string; amount: string }>(
    `SELECT month.no, entry.component, sum(entry.amount)::text AS amount
     FROM unnest($2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::text[]) AS month(no, deal_id, partner_id, since, until, currency)
     JOIN conversion ON conversion.brand_id = $1 AND conversion.partner_id = month.partner_id AND conversion.occurred_at >= month.since AND conversion.occurred_at < month.until
     JOIN commission_entry AS entry ON entry.conversion_id = conversion.conversion_id AND entry.deal_id = month.deal_id AND entry.currency = month.currency AND entry.partner_id = month.partner_id
     GROUP BY month.no, entry.component ORDER BY month.no, entry.component`,
    [
      brandId,
      asking.map(({ no }) => no),
      asking.map(({ deal }) => deal.dealId),
      asking.map(({ deal }) => deal.partnerId),
      asking.map(({ from }) => from),
      asking.map(({ to }) => to),
      asking.map(({ currency }) => currency),
    ],
  );
  for (const { no, component, amount } of rows) {
    const own = earnings[no];
    if (own) own[component] = amount;
  }
  return earnings;
}
