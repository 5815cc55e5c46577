// Prisma's CLI with the schema engine that needs no download, and what it is for: each service's schema equals its migrations.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { reuseVariable } from '@tributary/testkit';
import pg from 'pg';

const repository = path.resolve(import.meta.dirname, '../..');
const server = process.env[reuseVariable] as string;
const services = readdirSync(path.join(repository, 'services')).filter((name) =>
  existsSync(path.join(repository, 'services', name, 'prisma/schema.prisma')),
);

function prisma(folder: string, database: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, DATABASE_URL: Object.assign(new URL(server), { pathname: `/${database}` }).href };
  return new Promise((resolve) => {
    const script = path.join(repository, 'scripts/prisma.mjs');
    const child = execFile(process.execPath, [script, ...args], { cwd: folder, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}

const difference = (folder: string, database: string) =>
  prisma(
    folder,
    database,
    'migrate',
    'diff',
    '--from-migrations',
    'prisma/migrations',
    '--to-schema',
    'prisma/schema.prisma',
    '--exit-code',
  );

async function databases(like: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname LIKE $1', [like]);
  await client.end();
  return rows.map((row) => row.datname);
}

test.each(services)('the migrations of %s make exactly its schema', async (name) => {
  expect(await difference(path.join(repository, 'services', name), 'postgres')).toMatchObject({
    code: 0,
    output: expect.stringContaining('No difference'),
  });
});

test('there are services to compare', () => {
  expect(services.length).toBeGreaterThanOrEqual(8);
});

describe('the schema engine without a download', () => {
  const database = `prisma_trial_${process.pid}`;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tributary-prisma-'));
    mkdirSync(path.join(folder, 'prisma/migrations/20260101000000_first'), { recursive: true });
    writeFileSync(path.join(folder, 'prisma/migrations/migration_lock.toml'), 'provider = "postgresql"\n');
    writeFileSync(
      path.join(folder, 'prisma/migrations/20260101000000_first/migration.sql'),
      'CREATE TABLE sale (id text PRIMARY KEY, amount bigint NOT NULL, CONSTRAINT positive CHECK (amount > 0));\n',
    );
    writeSchema('');
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await client.end();
  });

  function writeSchema(field: string) {
    writeFileSync(
      path.join(folder, 'prisma/schema.prisma'),
      `datasource db {\n  provider = "postgresql"\n}\nmodel sale {\n  id String @id\n  amount BigInt\n  ${field}\n}\n`,
    );
  }

  test('deploy makes the database and applies; a second time there is nothing to do', async () => {
    expect(await prisma(folder, database, 'migrate', 'deploy')).toMatchObject({
      code: 0,
      output: expect.stringContaining('20260101000000_first'),
    });
    expect(await prisma(folder, database, 'migrate', 'deploy')).toMatchObject({
      code: 0,
      output: expect.stringContaining('No pending migrations'),
    });
  });

  test('constraints are read from the catalogue, drift is found, and the shadow database is gone afterwards', async () => {
    expect(await difference(folder, database)).toMatchObject({ code: 0 });
    writeSchema('note String?');
    expect(await difference(folder, database)).toMatchObject({ code: 2, output: expect.stringContaining('Added column `note`') });
    writeSchema('');
    expect(await databases('prisma_migrate_shadow_db_%')).toEqual([]);
  });

  test('the shadow database is another one than the database: its tables stay', async () => {
    await difference(folder, database);
    expect(await prisma(folder, database, 'migrate', 'status')).toMatchObject({ code: 0, output: expect.stringContaining('up to date') });
  });

  test('a migration that fails is an error, not silence', async () => {
    const broken = path.join(folder, 'broken');
    cpSync(path.join(folder, 'prisma'), path.join(broken, 'prisma'), { recursive: true });
    mkdirSync(path.join(broken, 'prisma/migrations/20260102000000_broken'));
    writeFileSync(path.join(broken, 'prisma/migrations/20260102000000_broken/migration.sql'), 'ALTER TABLE nowhere ADD COLUMN x int;\n');
    const { code, output } = await prisma(broken, database, 'migrate', 'deploy');
    expect(code).not.toBe(0);
    expect(output).toContain('nowhere');
  });
});
