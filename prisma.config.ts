// The settings that every service's Prisma shares: scripts/prisma.mjs says which service it runs for.
import path from 'node:path';
import { defineConfig } from 'prisma/config';

const service = process.env['TRIBUTARY_PRISMA_FOLDER'] ?? process.cwd();
const url = process.env['DATABASE_URL']; // the migrator's; `generate` needs none

export default defineConfig({
  schema: path.join(service, 'prisma', 'schema.prisma'),
  migrations: { path: path.join(service, 'prisma', 'migrations') },
  ...(url ? { datasource: { url } } : {}),
});
