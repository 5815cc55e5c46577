import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import { highest } from '../../shared/domain/highest.js';
import { turn } from '../../shared/turn.js';
import type { ActivityRow, ActivityStore } from '../activity-store.js';
import type { Movement } from '../domain/movement.js';

// What a row was and is comes from the row itself, so that the difference is right whoever else writes.
const addSql = /* sql */ `
WITH ${turn}, kept AS (
  INSERT INTO movement AS m (key, version, measure, brand_id, partner_id, currency, at, amount)
  SELECT given.* FROM turn, unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[]) AS given
  ON CONFLICT (key) DO UPDATE SET version = excluded.version, measure = excluded.measure, brand_id = excluded.brand_id,
    partner_id = excluded.partner_id, currency = excluded.currency, at = excluded.at, amount = excluded.amount
  WHERE excluded.version > m.version
  RETURNING new.measure, new.brand_id, new.partner_id, new.currency, new.at, new.amount, old.measure AS old_measure, old.brand_id AS old_brand_id,
    old.partner_id AS old_partner_id, old.currency AS old_currency, old.at AS old_at, old.amount AS old_amount
), change AS (
  SELECT measure, brand_id, partner_id, currency, at, amount FROM kept
  UNION ALL
  SELECT old_measure, old_brand_id, old_partner_id, old_currency, old_at, -old_amount FROM kept WHERE old_amount IS NOT NULL
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
  const latest = highest(
    movements,
    ({ key }) => key,
    ({ version }) => version,
  );
  const column = <T>(pick: (movement: Movement) => T) => latest.map(pick);
  const { rows } = await tx.query<Empty>(addSql, [
    column(({ key }) => key),
    column(({ version }) => version),
    column(({ measure }) => measure),
    column(({ brandId }) => brandId),
    column(({ partnerId }) => partnerId ?? ''),
    column(({ currency }) => currency ?? ''),
    column(({ at }) => at),
    column(({ amount }) => amount),
  ]);
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
