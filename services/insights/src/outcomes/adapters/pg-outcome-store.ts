import type { Database } from '@tributary/service-kit';
import type { OutcomeStore } from '../outcome-store.js';

const conversionsSql = /* sql */ `
INSERT INTO outcome AS o (conversion_id, brand_id, partner_id, facts)
SELECT DISTINCT ON ("conversionId") "conversionId", "brandId", coalesce("partnerId", ''), facts
FROM jsonb_to_recordset($1::jsonb) AS g ("conversionId" text, "brandId" text, "partnerId" text, facts int)
ORDER BY "conversionId", facts DESC
ON CONFLICT (conversion_id) DO UPDATE SET brand_id = excluded.brand_id, partner_id = excluded.partner_id, facts = excluded.facts
WHERE excluded.facts > o.facts`;

const ratingsSql = /* sql */ `
INSERT INTO outcome AS o (conversion_id, brand_id, partner_id, outcome, reason, rating)
SELECT DISTINCT ON ("conversionId") "conversionId", "brandId", coalesce("partnerId", ''), outcome, reason, rating
FROM jsonb_to_recordset($1::jsonb) AS g ("conversionId" text, "brandId" text, "partnerId" text, outcome text, reason text, rating int)
ORDER BY "conversionId", rating DESC
ON CONFLICT (conversion_id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, rating = excluded.rating
WHERE excluded.rating > o.rating`;

const countSql = /* sql */ `
SELECT outcome, count(*)::int AS conversions FROM outcome WHERE facts > 0 AND ($1::text IS NULL OR brand_id = $1) GROUP BY outcome ORDER BY outcome`;

export const pgOutcomeStore = (db: Database<unknown>): OutcomeStore => ({
  async saveConversions(tx, conversions) {
    await tx.query(conversionsSql, [JSON.stringify(conversions)]);
  },
  async saveRatings(tx, events) {
    await tx.query(ratingsSql, [JSON.stringify(events.map((event) => event.data))]);
  },
  async count(scope, brandId) {
    return (await db.tx(scope, (tx) => tx.query<{ outcome: string; conversions: number }>(countSql, [brandId ?? null]))).rows;
  },
});
