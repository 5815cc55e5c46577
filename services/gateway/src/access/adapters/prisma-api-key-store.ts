import type { Role } from '@tributary/contracts';
import { type Database, everything } from '@tributary/service-kit';
import type { ApiKey as ApiKeyRow, PrismaClient } from '../../generated/client.js';
import type { ApiKey } from '../api-key.js';
import type { ApiKeyStore } from '../api-key-store.js';

const columns = /* sql */ `id, name, roles, brand_ids AS "brandIds", partner_id AS "partnerId", status, created_by AS "createdBy", sequence, created_at AS "createdAt"`;

export function prismaApiKeyStore(db: Database<PrismaClient>): ApiKeyStore {
  return {
    async insert(tx, key, keyHash) {
      const inserted = await tx.query(
        `INSERT INTO api_key (id, key_hash, name, roles, brand_ids, partner_id, status, created_by, sequence, created_at)
         VALUES ($1, $2, $3, $4::text[], $5::text[], $6, $7, $8, $9, $10) ON CONFLICT (key_hash) DO NOTHING`,
        [key.id, keyHash, key.name, key.roles, key.brandIds, key.partnerId, key.status, key.createdBy, key.sequence, key.createdAt],
      );
      return inserted.rowCount === 1;
    },
    async isEmpty(tx) {
      await tx.query('LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE');
      return (await tx.query('SELECT 1 FROM api_key LIMIT 1')).rowCount === 0;
    },
    async lock(tx, id) {
      return (await tx.query<ApiKey>(`SELECT ${columns} FROM api_key WHERE id = $1 FOR UPDATE`, [id])).rows[0];
    },
    async revoke(tx, id) {
      const updated = await tx.query<{ sequence: number }>(
        `UPDATE api_key SET status = 'revoked', sequence = sequence + 1 WHERE id = $1 RETURNING sequence`,
        [id],
      );
      return updated.rows[0]?.sequence ?? 0;
    },
    async findActive(keyHash) {
      const row = await db.read(everything, (prisma) => prisma.apiKey.findUnique({ where: { keyHash } }));
      return row?.status === 'active' ? fromStored(row) : undefined;
    },
    async list(limit, after) {
      const rows = await db.read(everything, (prisma) =>
        prisma.apiKey.findMany({ where: after ? { id: { gt: after } } : {}, orderBy: { id: 'asc' }, take: limit }),
      );
      return rows.map(fromStored);
    },
    async saveBrands(tx, brands) {
      await tx.query(
        `INSERT INTO brand_seen (brand_id, sequence) SELECT DISTINCT ON (id) * FROM unnest($1::text[], $2::int[]) AS seen (id, sequence) ORDER BY id, sequence DESC
         ON CONFLICT (brand_id) DO NOTHING`,
        [brands.map((brand) => brand.brandId), brands.map((brand) => brand.sequence)],
      );
    },
    async unknownBrand(tx, brandIds) {
      const found = await tx.query<{ id: string }>(
        'SELECT id FROM unnest($1::text[]) AS wanted (id) WHERE NOT EXISTS (SELECT 1 FROM brand_seen WHERE brand_id = wanted.id) LIMIT 1',
        [brandIds],
      );
      return found.rows[0]?.id;
    },
  };
}

function fromStored({ keyHash: _, ...row }: ApiKeyRow): ApiKey {
  return { ...row, roles: row.roles as Role[], status: row.status === 'revoked' ? 'revoked' : 'active' };
}
