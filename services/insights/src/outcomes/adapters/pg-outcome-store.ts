import type { Database } from '@tributary/service-kit';
import { highest } from '../../shared/domain/highest.js';
import { turn } from '../../shared/turn.js';
import type { OutcomeStore } from '../outcome-store.js';

/** Keeps rows by the upsert given, and moves the counts from what each row was to what it is. Only conversions that were seen count. */
const counting = (upsert: string) => /* sql */ `
WITH ${turn}, kept AS (
  ${upsert}
  RETURNING new.brand_id, new.partner_id, new.outcome, new.facts, old.brand_id AS old_brand_id, old.partner_id AS old_partner_id,
    old.outcome AS old_outcome, old.facts AS old_facts
), change AS (
  SELECT brand_id, partner_id, outcome, 1 AS n FROM kept WHERE facts > 0
  UNION ALL
  SELECT old_brand_id, old_partner_id, old_outcome, -1 FROM kept WHERE old_facts > 0
)
INSERT INTO outcome_count AS c (brand_id, partner_id, outcome, conversions)
SELECT brand_id, partner_id, outcome, sum(n) FROM change GROUP BY 1, 2, 3 HAVING sum(n) <> 0
ON CONFLICT (brand_id, partner_id, outcome) DO UPDATE SET conversions = c.conversions + excluded.conversions`;

const conversionsSql = counting(/* sql */ `
INSERT INTO outcome AS o (conversion_id, brand_id, partner_id, facts)
SELECT given.* FROM turn, unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS given
ON CONFLICT (conversion_id) DO UPDATE SET brand_id = excluded.brand_id, partner_id = excluded.partner_id, facts = excluded.facts
WHERE excluded.facts > o.facts`);

const ratingsSql = counting(/* sql */ `
INSERT INTO outcome AS o (conversion_id, brand_id, partner_id, outcome, reason, rating)
SELECT given.* FROM turn, unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) AS given
ON CONFLICT (conversion_id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, rating = excluded.rating
WHERE excluded.rating > o.rating`);

const countSql = /* sql */ `
SELECT outcome, sum(conversions)::int AS conversions FROM outcome_count WHERE $1::text IS NULL OR brand_id = $1
GROUP BY outcome HAVING sum(conversions) > 0 ORDER BY outcome`;

export const pgOutcomeStore = (db: Database<unknown>): OutcomeStore => ({
  async saveConversions(tx, conversions) {
    const latest = highest(
      conversions,
      ({ conversionId }) => conversionId,
      ({ facts }) => facts,
    );
    await tx.query(conversionsSql, [
      latest.map(({ conversionId }) => conversionId),
      latest.map(({ brandId }) => brandId),
      latest.map(({ partnerId }) => partnerId ?? ''),
      latest.map(({ facts }) => facts),
    ]);
  },
  async saveRatings(tx, events) {
    const latest = highest(
      events.map(({ data }) => data),
      ({ conversionId }) => conversionId,
      ({ rating }) => rating,
    );
    await tx.query(ratingsSql, [
      latest.map(({ conversionId }) => conversionId),
      latest.map(({ brandId }) => brandId),
      latest.map(({ partnerId }) => partnerId ?? ''),
      latest.map(({ outcome }) => outcome),
      latest.map(({ reason }) => reason),
      latest.map(({ rating }) => rating),
    ]);
  },
  async count(scope, brandId) {
    return (await db.tx(scope, (tx) => tx.query<{ outcome: string; conversions: number }>(countSql, [brandId ?? null]))).rows;
  },
});
