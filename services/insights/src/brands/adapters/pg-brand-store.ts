import type { BrandStore } from '../brand-store.js';

const saveSql = /* sql */ `
INSERT INTO brand AS b (brand_id, name, currency, time_zone, status, sequence)
SELECT DISTINCT ON ("brandId") "brandId", name, currency, "timeZone", status, sequence
FROM jsonb_to_recordset($1::jsonb) AS g ("brandId" text, name text, currency text, "timeZone" text, status text, sequence int)
WHERE now() AT TIME ZONE "timeZone" IS NOT NULL
ORDER BY "brandId", sequence DESC
ON CONFLICT (brand_id) DO UPDATE SET name = excluded.name, currency = excluded.currency, time_zone = excluded.time_zone,
  status = excluded.status, sequence = excluded.sequence
WHERE excluded.sequence > b.sequence`;

export const pgBrandStore = (): BrandStore => ({
  async save(tx, events) {
    await tx.query(saveSql, [JSON.stringify(events.map(({ data, sequence }) => ({ ...data, sequence: sequence ?? 0 })))]);
  },
});
