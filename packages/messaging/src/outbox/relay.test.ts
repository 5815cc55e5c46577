import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { inProcessBus } from '../bus/in-process.js';
import { eventually, type LabService, makeDatabase, makeService, type TestDatabase } from '../testing/lab.js';
import { recordAll } from '../testing/record.js';
import { sampleCatalogue } from '../testing/sample-catalogue.js';

let database: TestDatabase;
let shop: LabService;
let stats: LabService;

beforeAll(async () => {
  const bus = inProcessBus({ services: ['shop', 'stats'] });
  database = await makeDatabase('relay');
  shop = await makeService({ name: 'shop', bus, catalogue: sampleCatalogue, database });
  stats = await makeService({ name: 'stats', bus, catalogue: sampleCatalogue, subscriptions: recordAll('stats') });
});
afterAll(async () => {
  await Promise.all([shop.stop(), stats.stop()]);
  await Promise.all([database.drop(), stats.database.drop()]);
});

test('what is to be published and nowhere to be found is noted, and holds up no other', async () => {
  await database.pool.query('INSERT INTO messaging.unpublished (id, created_at) VALUES ($1, $2)', [
    uuidv7({ msecs: Date.now() - 1000 }),
    new Date(Date.now() - 1000).toISOString(),
  ]);
  await shop.emit({ type: 'shop.sale.recorded.v1', subject: 's-1', data: { amount: 1 } });
  await eventually('the event arrived', stats.effects, (seen) => seen.length === 1);
});

test('what another process appended is read from the outbox', async () => {
  const other = await makeService({ name: 'shop', bus: inProcessBus(), catalogue: sampleCatalogue, database, start: false });
  await other.emit({ type: 'shop.sale.recorded.v1', subject: 's-2', data: { amount: 2 } });
  await eventually('the event arrived', stats.effects, (seen) => seen.some(({ subject }) => subject === 's-2'));
  const { rows } = await database.pool.query<{ waiting: number }>('SELECT count(*)::int AS waiting FROM messaging.unpublished');
  expect(rows[0]?.waiting).toBe(1);
});
