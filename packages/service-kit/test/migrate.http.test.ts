import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPool, migrate, migrationsFingerprint, requireDurability } from '@tributary/service-kit';
import { createTestDatabase, reuseVariable, type TestDatabase } from '@tributary/testkit';
import pg from 'pg';

const prismaDirectory = new URL('./notes/prisma/', import.meta.url);
const needs = { name: 'notifications' as const, prismaDirectory, appendOnly: ['note_history'] };
let database: TestDatabase;
let owner: pg.Pool;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase(process.env[reuseVariable] ?? '', needs);
  owner = new pg.Pool({ connectionString: database.databaseUrl, max: 2 });
  folder = mkdtempSync(path.join(os.tmpdir(), 'migrations-'));
  cpSync(prismaDirectory, folder, { recursive: true });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await owner.end();
  await database.drop();
});

test("migrations are noted as Prisma's own command would note them", async () => {
  const { rows } = await owner.query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
  const sql = readFileSync(new URL('migrations/20260101000000_first/migration.sql', prismaDirectory));
  expect(rows.map((row) => row.migration_name)).toEqual(['20260101000000_first', '20260102000000_tags']);
  expect(rows[0]).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    checksum: createHash('sha256').update(sql).digest('hex'),
    finished_at: expect.any(Date),
    rolled_back_at: null,
    applied_steps_count: 1,
  });
});

test('several instances may migrate at once, and a second time changes nothing', async () => {
  await Promise.all([1, 2, 3].map(() => migrate({ ...needs, ...database })));
  expect((await owner.query('SELECT 1 FROM _prisma_migrations')).rowCount).toBe(2);
});

test('a migration that was changed after it had been applied stops the start', async () => {
  const copy = pathToFileURL(`${folder}/`);
  const file = path.join(folder, 'migrations/20260102000000_tags/migration.sql');
  writeFileSync(file, `${readFileSync(file, 'utf8')}-- changed\n`);
  await expect(migrate({ ...needs, prismaDirectory: copy, ...database })).rejects.toThrow('was changed after it had been applied');
  expect(migrationsFingerprint({ ...needs, prismaDirectory: copy })).not.toBe(migrationsFingerprint(needs));
});

test('a migration that fails leaves nothing behind and names itself', async () => {
  const copy = pathToFileURL(`${folder}/`);
  cpSync(
    new URL('migrations/20260102000000_tags/migration.sql', prismaDirectory),
    path.join(folder, 'migrations/20260102000000_tags/migration.sql'),
  );
  cpSync(path.join(folder, 'migrations/20260102000000_tags'), path.join(folder, 'migrations/20260103000000_broken'), { recursive: true });
  writeFileSync(
    path.join(folder, 'migrations/20260103000000_broken/migration.sql'),
    'CREATE TABLE half (id int); SELECT nothing_like_this();',
  );
  await expect(migrate({ ...needs, prismaDirectory: copy, ...database })).rejects.toThrow('20260103000000_broken failed');
  expect((await owner.query("SELECT to_regclass('half') AS half")).rows[0].half).toBeNull();
});

test('partitions are made with the owner rights for a role that may not create tables', async () => {
  await owner.query('CREATE TABLE IF NOT EXISTS measured (at timestamptz NOT NULL) PARTITION BY RANGE (at)');
  await migrate({ ...needs, ...database });
  const app = createPool(database.databaseAppUrl, { max: 1, applicationName: 'test', onError: () => undefined });
  try {
    for (const _ of [1, 2]) await app.query("SELECT kit.ensure_monthly_partitions('measured', '2026-11-21T10:00:00Z', 3)");
    await app.query("INSERT INTO measured VALUES ('2027-01-31T23:59:59Z')");
    await expect(app.query("INSERT INTO measured VALUES ('2027-02-01T00:00:00Z')")).rejects.toThrow('no partition');
    await expect(app.query('SELECT * FROM parts.measured_2027010100')).rejects.toThrow('permission denied');
  } finally {
    await app.end();
  }
});

test('a database that may lose what it confirms is refused', async () => {
  await expect(requireDurability(owner)).rejects.toThrow('fsync');
});
