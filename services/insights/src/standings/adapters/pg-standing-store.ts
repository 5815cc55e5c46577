import type { StandingStore } from '../standing-store.js';

const saveSql = /* sql */ `
INSERT INTO standing AS s (kind, id, brand_id, partner_id, status, version, at)
SELECT DISTINCT ON (kind, id) kind, id, coalesce("brandId", ''), coalesce("partnerId", ''), status, version, at
FROM jsonb_to_recordset($1::jsonb)
  AS g (kind text, id text, "brandId" text, "partnerId" text, status text, version int, at timestamptz)
ORDER BY kind, id, version DESC
ON CONFLICT (kind, id) DO UPDATE SET brand_id = excluded.brand_id, partner_id = excluded.partner_id, status = excluded.status,
  version = excluded.version, at = excluded.at
WHERE excluded.version > s.version`;

export const pgStandingStore = (): StandingStore => ({
  async save(tx, standings) {
    if (standings.length > 0) await tx.query(saveSql, [JSON.stringify(standings)]);
  },
});
