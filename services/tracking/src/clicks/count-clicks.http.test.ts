import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aBrand, aLink, clickOn, startTracking, type Tracked } from '../../test/world.js';
import { firstIdOf } from '../ids.js';

let service: Tracked;
beforeAll(async () => {
  service = await startTracking({ now: new Date('2026-03-10T12:00:10.000Z') });
});
afterAll(() => service.stop());

test('clicks are counted per link and minute, each exactly once, visitors once in 24 hours', async () => {
  const brand = await aBrand(service);
  const link = await aLink(service, brand.brandId, brand.partnerIds[0] ?? '');
  const counts = async () =>
    (await service.published('tracking.clicks.counted.v1')).map(({ data }) => [data.minute, data.clicks, data.uniqueClicks]);
  await Promise.all([1, 2, 3].map(() => clickOn(service, link.code, { 'x-forwarded-for': '10.0.0.1' })));
  await clickOn(service, link.code, { 'x-forwarded-for': '10.0.0.2' });
  await service.service.runDueJobs();
  expect(await counts()).toEqual([['2026-03-10T12:00:00.000Z', 4, 2]]);
  await service.service.runDueJobs();
  expect(await counts()).toHaveLength(1);

  await service.moveClock('2026-03-11T12:01:00.000Z');
  await clickOn(service, link.code, { 'x-forwarded-for': '10.0.0.1' });
  await service.service.runDueJobs();
  expect((await counts()).at(-1)).toEqual(['2026-03-11T12:01:00.000Z', 1, 1]);
  expect(await service.sql('SELECT count(*)::int AS n FROM clicks WHERE visitor LIKE $1', ['%10.0.0%'])).toEqual([{ n: 0 }]);
});

test('months of ids are partitions: what is written lies in the month of its id, made ahead of time', async () => {
  const [row] = await service.sql<{ first: string }>("SELECT first_id_of('2026-11-21T10:00:00.123Z') AS first");
  expect(`clk_${row?.first}`).toBe(firstIdOf('clk', Date.parse('2026-11-21T10:00:00.123Z')));
  const parts = await service.sql<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'parts' AND tablename LIKE 'clicks_2%'",
  );
  expect(parts.length).toBeGreaterThanOrEqual(3);
  await service.db.pool.query('SELECT make_partitions(now(), 4)');
  expect(await service.sql('SELECT count(*)::int AS n FROM parts.clicks_rest')).toEqual([{ n: 0 }]);
  expect(newId('click') > firstIdOf('clk', Date.now() - 1000)).toBe(true);
});
