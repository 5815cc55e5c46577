// The settings that every service's Prisma shares: scripts/prisma.mjs says which service it runs for.
import path from 'node:path';
import { defineConfig } from 'prisma/config';
import { kitSchema } from './packages/service-kit/src/data/kit-schema.js';

const service = process.env.TRIBUTARY_PRISMA_FOLDER ?? process.cwd();
const url = process.env.DATABASE_URL; // the migrator's; `generate` needs none

export default defineConfig({
  experimental: { externalTables: true }, // for initShadowDb
  schema: path.join(service, 'prisma', 'schema.prisma'),
  migrations: {
    path: path.join(service, 'prisma', 'migrations'),
    // Policies and partitions of the services use the kit's schemas, which service-kit makes before it applies migrations.
    initShadowDb: kitSchema,
  },
  ...(url ? { datasource: { url } } : {}),
});
