import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inProcessBus } from '../bus/in-process.js';
import { defaultSettings } from '../messaging-options.js';
import { eventually, type LabService, makeDatabase, makeService, openDatabase, type TestDatabase } from '../testing/lab.js';
import { recordAll } from '../testing/record.js';
import { sampleCatalogue } from '../testing/sample-catalogue.js';
import { maintain } from '../upkeep.js';
import { messagingMigrations } from './migrations.js';

let database: TestDatabase;
let shop: LabService;
const one = async <T>(sql: string): Promise<T> => (await database.pool.query(sql)).rows[0] as T;

beforeAll(async () => {
  database = await makeDatabase('schema');
  const bus = inProcessBus({ services: ['shop', 'stats'] });
  shop = await makeService({ name: 'shop', bus, catalogue: sampleCatalogue, database });
});
afterAll(async () => {
  await shop.stop();
  await database.drop();
});

test('the migrations may run again at every start, also at the same time', async () => {
  await Promise.all([database.pool.query(messagingMigrations), database.pool.query(messagingMigrations)]);
  expect(await one('SELECT count(*)::int AS steps FROM messaging.migrations')).toEqual({ steps: 2 });
});

test('time, bucket and hash are read from the id', async () => {
  const id = '01932c07-a5bc-7abc-8def-0123456789ab';
  const read = await one<{ time: Date; bucket: Date; hash: string }>(
    `SELECT messaging.event_time('${id}') AS time, messaging.event_bucket('${id}') AS bucket, messaging.event_hash('${id}')::text AS hash`,
  );
  expect(read.time.getTime()).toBe(0x01932c07a5bc);
  expect(read.bucket.getTime()).toBe(Math.floor(0x01932c07a5bc / 300_000) * 300_000);
  expect(read.hash).toBe(String(BigInt.asIntN(64, 0x8def0123456789abn)));
});

test('rows stand in hourly partitions made ahead', async () => {
  const { children } = await one<{ children: number }>(
    `SELECT count(*)::int AS children FROM pg_inherits WHERE inhparent = 'messaging.outbox'::regclass`,
  );
  expect(children).toBeGreaterThanOrEqual(25);
});

test('a partition goes when it is old, published and reconciled, not before; the default partition keeps what has no hour', async () => {
  const old = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 30 * 3_600_000);
  const name = `outbox_${old.toISOString().replaceAll(/\D/g, '').slice(0, 10)}`;
  const end = new Date(old.getTime() + 3_600_000).toISOString();
  const id = '01932c07-a5bc-7abc-8def-0123456789ab';
  await database.pool.query(`CREATE TABLE parts.${name} (LIKE messaging.outbox INCLUDING DEFAULTS);
    ALTER TABLE messaging.outbox ATTACH PARTITION parts.${name} FOR VALUES FROM ('${old.toISOString()}') TO ('${end}');
    INSERT INTO messaging.outbox (id, created_at, type, envelope) VALUES ('${id}', '${old.toISOString()}', 'shop.sale.recorded.v1', '{}');
    INSERT INTO messaging.unpublished (id, created_at) VALUES ('${id}', '${old.toISOString()}');
    INSERT INTO messaging.sent VALUES ('shop.sale.recorded.v1', '${old.toISOString()}', '${old.toISOString()}', 1, 1, 7)`);
  const exists = () => one<{ there: boolean }>(`SELECT to_regclass('parts.${name}') IS NOT NULL AS there`);
  await maintain(database.pool, defaultSettings);
  expect(await exists()).toEqual({ there: true });
  await database.pool.query(`DELETE FROM messaging.unpublished WHERE id = '${id}'`);
  await maintain(database.pool, defaultSettings);
  expect(await exists()).toEqual({ there: true });
  await database.pool.query(`INSERT INTO messaging.reconciled (consumer, type, bucket, count, hash)
    SELECT consumer, type, '${old.toISOString()}', 1, 7 FROM messaging.bindings WHERE type = 'shop.sale.recorded.v1'`);
  await maintain(database.pool, defaultSettings);
  expect(await exists()).toEqual({ there: false });
});

test('counts per second are folded once their bucket is long closed', async () => {
  const old = new Date(Math.floor(Date.now() / 300_000) * 300_000 - 3_600_000).toISOString();
  await database.pool.query(`INSERT INTO messaging.sent SELECT 'shop.sale.recorded.v1', '${old}', '${old}'::timestamptz + n * interval '1 s', 1, 2, n
    FROM generate_series(1, 5) n`);
  await maintain(database.pool, defaultSettings);
  expect(
    await one(
      `SELECT count(*)::int AS rows, sum(count)::int AS count, bit_xor(hash)::int AS hash FROM messaging.sent WHERE bucket = '${old}'`,
    ),
  ).toEqual({
    rows: 1,
    count: 10,
    hash: 1 ^ 2 ^ 3 ^ 4 ^ 5,
  });
});

test('an event waits in the outbox until every bound service of the process is attached', async () => {
  await shop.emit({ type: 'shop.sale.recorded.v1', subject: 's-1', data: { amount: 1 } });
  const waiting = async () => (await shop.messaging.health()).outbox.waiting;
  expect(await waiting()).toBe(1);
  const bus = inProcessBus({ services: ['shop'] });
  expect(bus.state()).toBe('up');
  await eventually(
    'the refusal is noted',
    () => one<{ error: string | null }>('SELECT error FROM messaging.unpublished'),
    (row) => /stats is not attached/.test(row?.error ?? ''),
  );
  expect(Object.keys(recordAll('stats'))).toContain('shop.sale.recorded.v1');
});

test('the application role gets along with DML on schema messaging alone', async () => {
  const role = `app_${randomBytes(5).toString('hex')}`;
  await database.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app';
    GRANT USAGE ON SCHEMA messaging TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA messaging TO ${role};
    GRANT ALL ON effects TO ${role}`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'app';
  const application = openDatabase(url.toString());
  try {
    const bus = inProcessBus({ services: ['stats'] });
    const stats = await makeService({
      name: 'stats',
      bus,
      catalogue: sampleCatalogue,
      subscriptions: recordAll('stats'),
      database: application,
    });
    const [event] = await shop.emit({ type: 'shop.sale.recorded.v1', subject: 's-9', data: { amount: 1 } });
    await stats.messaging.receive('facts', [{ content: event }, { content: 'nonsense' }]);
    expect((await stats.effects()).map((effect) => effect.id)).toContain(event?.id);
    const [parked] = await stats.messaging.parked.list();
    expect(await stats.messaging.parked.discard(parked?.id ?? '', 'ann', 'nonsense')).toBe(true);
    await maintain(application.pool, { ...defaultSettings, partitionsAheadHours: 26 });
    await stats.messaging.reconcile();
    await stats.stop();
  } finally {
    await application.drop();
    await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
