import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messagingMigrations } from '@tributary/messaging';
import pg from 'pg';
import PgBoss from 'pg-boss';
import { kitSchema } from './kit-schema.js';
import { grantApplicationRole } from './roles.js';

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as Prisma computes it. */
  checksum: string;
}

export interface MigrateOptions {
  databaseUrl: string;
  databaseAppUrl: string;
  prismaDirectory: URL;
  appendOnly: readonly string[];
}

/** The service's migrations in order. */
export function readMigrations(prismaDirectory: URL): Migration[] {
  const folder = fileURLToPath(new URL('migrations/', prismaDirectory));
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  return names.sort().map((name) => {
    const sql = readFileSync(`${folder}/${name}/migration.sql`, 'utf8');
    return {
      name,
      sql,
      checksum: createHash('sha256').update(sql).digest('hex'),
    };
  });
}

/** Changes when anything changes that `migrate` would apply: the key of template databases. */
export function migrationsFingerprint(options: Pick<MigrateOptions, 'prismaDirectory' | 'appendOnly'>): string {
  const hash = createHash('sha256')
    .update(kitSchema)
    .update(messagingMigrations)
    .update(jobsSchema())
    .update(grantApplicationRole.toString());
  for (const table of options.appendOnly) hash.update(`\0${table}`);
  for (const migration of readMigrations(options.prismaDirectory)) hash.update(`\0${migration.name}\0${migration.checksum}`);
  return hash.digest('hex').slice(0, 16);
}

/** Prisma's own bookkeeping, so that `prisma migrate deploy` and `status` work on the same database. */
const prismaTable = `CREATE TABLE IF NOT EXISTS public._prisma_migrations (
  id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
  logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`;

/** pg-boss's schema without its CREATE SCHEMA: the application role owns the tables in it, since every queue is a partition. */
function jobsSchema(): string {
  return PgBoss.getConstructionPlans('pgboss').replace(/CREATE SCHEMA IF NOT EXISTS pgboss\s*;/, '');
}

/**
 * Brings a service's database up to date: messaging's schema, the kit's, the service's own migrations, the job queue, then the
 * application role's grants. Safe when several instances start at once, and cheap when there is nothing to do.
 * @throws when an applied migration was changed afterwards or is missing.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: 'migrator',
  });
  await client.connect();
  try {
    // One name for all: instances of one service wait for each other, in the one database that they share.
    await client.query("SELECT pg_advisory_lock(hashtext('tributary.migrate'))");
    await client.query(kitSchema);
    await client.query(messagingMigrations);
    await applyPrismaMigrations(client, readMigrations(options.prismaDirectory));
    await grantApplicationRole(client, options);
    await installJobs(client, options.databaseAppUrl);
  } finally {
    await client.end();
  }
}

async function applyPrismaMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  await client.query(prismaTable);
  const { rows } = await client.query<{
    migration_name: string;
    checksum: string;
    finished_at: Date | null;
  }>('SELECT migration_name, checksum, finished_at FROM public._prisma_migrations WHERE rolled_back_at IS NULL');
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  for (const row of rows) {
    const migration = migrations.find((each) => each.name === row.migration_name);
    if (!migration) throw new Error(`migration ${row.migration_name} is in the database but not in this version of the service`);
    if (migration.checksum !== row.checksum) throw new Error(`migration ${row.migration_name} was changed after it had been applied`);
    if (!row.finished_at) throw new Error(`migration ${row.migration_name} was begun and not finished`);
  }
  for (const migration of migrations) if (!applied.has(migration.name)) await applyOne(client, migration);
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    const startedAt = new Date();
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO public._prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name, startedAt],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${migration.name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function installJobs(client: pg.Client, databaseAppUrl: string): Promise<void> {
  const { rows } = await client.query<{ installed: boolean }>("SELECT to_regclass('pgboss.version') IS NOT NULL AS installed");
  if (rows[0]?.installed) return;
  const app = new pg.Client({
    connectionString: databaseAppUrl,
    application_name: 'migrator',
  });
  await app.connect();
  try {
    await app.query(jobsSchema());
  } finally {
    await app.end();
  }
}
