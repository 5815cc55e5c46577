import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startWorld, type World } from '../../test/builders.js';
import { activity, close, play, shareDeal, shareTerms, statementsOf } from '../../test/months.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-07-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

test('T-39 what a deal for a licence shares, the partner’s deal for any licence does not share again', async () => {
  await shareDeal(world);
  await shareDeal(world, { ...shareTerms({ rate: '0.20' }), licence: 'MGA' });
  await play(world, activity(world, 10_000, {}, { licence: 'MGA' }), activity(world, 1_000, {}, { licence: 'UKGC' }), activity(world, 100));
  await close(world, '2026-03').expect(200);
  const totals = (await statementsOf(world, { period: '2026-03' })).map(({ total }) => total);
  expect(totals.sort((a, b) => a - b)).toEqual([440, 2_000]);
});
