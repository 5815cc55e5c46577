import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import type { ActivityRow, ActivityStore } from '../activity-store.js';
import type { Movement } from '../domain/movement.js';

// `before` sees the table as it was when the statement began; the writers' lock keeps it so.
const addSql = /* sql */ `
WITH given AS (
  SELECT DISTINCT ON (key) key, version, measure, "brandId", coalesce("partnerId", '') AS partner_id, coalesce(currency, '') AS currency, at, amount
  FROM jsonb_to_recordset($1::jsonb)
    AS g (key text, version int, measure text, "brandId" text, "partnerId" text, currency text, at timestamptz, amount bigint)
  ORDER BY key, version DESC
), before AS (
  SELECT m.* FROM movement m JOIN given USING (key)
), after AS (
  INSERT INTO movement AS m (key, version, measure, brand_id, partner_id, currency, at, amount) SELECT * FROM given
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, measure = excluded.measure, brand_id = excluded.brand_id,
    partner_id = excluded.partner_id, currency = excluded.currency, at = excluded.at, amount = excluded.amount
  WHERE excluded.version > m.version
  RETURNING *
), change AS (
  SELECT measure, brand_id, partner_id, currency, at, amount FROM after
  UNION ALL
  SELECT measure, brand_id, partner_id, currency, at, -amount FROM before WHERE key IN (SELECT key FROM after)
), counted AS (
  INSERT INTO activity AS a (brand_id, slot, partner_id, currency, clicks, conversions, refunds, accrued, approved, paid)
  SELECT brand_id, date_bin('15 minutes', at, '2000-01-01T00:00:00Z'), partner_id, currency,
    coalesce(sum(amount) FILTER (WHERE measure = 'clicks'), 0), coalesce(sum(amount) FILTER (WHERE measure = 'conversions'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'refunds'), 0), coalesce(sum(amount) FILTER (WHERE measure = 'accrued'), 0),
    coalesce(sum(amount) FILTER (WHERE measure = 'approved'), 0), coalesce(sum(amount) FILTER (WHERE measure = 'paid'), 0)
  FROM change GROUP BY 1, 2, 3, 4
  ON CONFLICT (brand_id, slot, partner_id, currency) DO UPDATE SET clicks = a.clicks + excluded.clicks,
    conversions = a.conversions + excluded.conversions, refunds = a.refunds + excluded.refunds, accrued = a.accrued + excluded.accrued,
    approved = a.approved + excluded.approved, paid = a.paid + excluded.paid
  RETURNING *
)
SELECT brand_id, slot, partner_id, currency FROM counted
WHERE (clicks, conversions, refunds, accrued, approved, paid) = (0, 0, 0, 0, 0, 0)`;

const dropEmptySql = /* sql */ `
DELETE FROM activity a USING unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[]) AS e (brand_id, slot, partner_id, currency)
WHERE (a.brand_id, a.slot, a.partner_id, a.currency) = (e.brand_id, e.slot, e.partner_id, e.currency)`;

interface Empty {
  brand_id: string;
  slot: Date;
  partner_id: string;
  currency: string;
}

async function add(tx: Tx, movements: readonly Movement[]): Promise<void> {
  if (movements.length === 0) return;
  // One writer at a time: a difference is only right against what is known for sure, and counters of busy brands are shared anyway.
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('insights.activity'))");
  const { rows } = await tx.query<Empty>(addSql, [JSON.stringify(movements)]);
  if (rows.length === 0) return;
  await tx.query(dropEmptySql, [
    rows.map((row) => row.brand_id),
    rows.map((row) => row.slot),
    rows.map((row) => row.partner_id),
    rows.map((row) => row.currency),
  ]);
}

// Counters without money (clicks, leads) stand in the row of the brand's own currency.
const readSql = /* sql */ `
SELECT * FROM (
  SELECT to_char(a.slot AT TIME ZONE coalesce(b.time_zone, 'UTC'), 'YYYY-MM-DD') AS day, a.brand_id AS "brandId",
    CASE WHEN $1 = 'partner' THEN a.partner_id ELSE '' END AS "partnerId",
    coalesce(nullif(a.currency, ''), b.currency, '') AS currency,
    sum(a.clicks)::bigint AS clicks, sum(a.conversions)::bigint AS conversions, sum(a.refunds)::bigint AS refunds,
    sum(a.accrued)::bigint AS accrued, sum(a.approved)::bigint AS approved, sum(a.paid)::bigint AS paid
  FROM activity a LEFT JOIN brand b USING (brand_id)
  WHERE ($2::text IS NULL OR a.brand_id = $2) AND ($3::text IS NULL OR a.partner_id = $3)
    -- No zone is further than a day from UTC.
    AND ($4::date IS NULL OR a.slot >= ($4::date - 1)::timestamp AT TIME ZONE 'UTC')
    AND ($5::date IS NULL OR a.slot < ($5::date + 2)::timestamp AT TIME ZONE 'UTC')
  GROUP BY 1, 2, 3, 4
) rows
WHERE ($4::date IS NULL OR day >= $4::date::text) AND ($5::date IS NULL OR day <= $5::date::text)
  AND ($6::text[] IS NULL OR ARRAY[day, "brandId", "partnerId", currency] COLLATE "C" > $6::text[])
ORDER BY day COLLATE "C", "brandId" COLLATE "C", "partnerId" COLLATE "C", currency COLLATE "C" LIMIT $7`;

export function pgActivityStore(db: Database<unknown>): ActivityStore {
  return {
    add,
    async read(scope, { by, brandId, partnerId, from, to }, limit, after) {
      const values = [by, brandId ?? null, partnerId ?? null, from ?? null, to ?? null, after ?? null, limit];
      const { rows } = await db.tx(scope, (tx) => tx.query<ActivityRow>(readSql, values));
      return rows.map((row) => ({ ...row, partnerId: row.partnerId || null, currency: row.currency || null }));
    },
  };
}
