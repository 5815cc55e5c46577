import { type Database, everything } from '@tributary/service-kit';
import type { PrismaClient } from '../../generated/client.js';
import type { ProfileStore } from '../profile-store.js';

const brandsSql = /* sql */ `
INSERT INTO brand_name AS b (brand_id, name, sequence)
SELECT DISTINCT ON ("brandId") "brandId", name, sequence
FROM jsonb_to_recordset($1::jsonb) AS g ("brandId" text, name text, sequence int) ORDER BY "brandId", sequence DESC
ON CONFLICT (brand_id) DO UPDATE SET name = excluded.name, sequence = excluded.sequence WHERE excluded.sequence > b.sequence`;

const partnersSql = /* sql */ `
INSERT INTO partner_status AS p (partner_id, status, sequence)
SELECT DISTINCT ON ("partnerId") "partnerId", status, sequence
FROM jsonb_to_recordset($1::jsonb) AS g ("partnerId" text, status text, sequence int) ORDER BY "partnerId", sequence DESC
ON CONFLICT (partner_id) DO UPDATE SET status = excluded.status, sequence = excluded.sequence WHERE excluded.sequence > p.sequence`;

const rows = (events: readonly { data: object; sequence?: number | undefined }[]) =>
  JSON.stringify(events.map(({ data, sequence }) => ({ ...data, sequence: sequence ?? 0 })));

export const prismaProfileStore = (db: Database<PrismaClient>): ProfileStore => ({
  async saveBrands(tx, events) {
    await tx.query(brandsSql, [rows(events)]);
  },
  async savePartners(tx, events) {
    await tx.query(partnersSql, [rows(events)]);
  },
  async brandName(brandId) {
    return (await db.read(everything, (prisma) => prisma.brandName.findUnique({ where: { brandId } })))?.name;
  },
  async partnerStatus(partnerId) {
    return (await db.read(everything, (prisma) => prisma.partnerStatus.findUnique({ where: { partnerId } })))?.status;
  },
});
