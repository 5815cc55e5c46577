import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aConversion, aRefund, createDeal, entriesOf, recorded, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-01T12:00:00Z' });
  await createDeal(world);
});
afterAll(() => world.service.stop());

const close = (period: string, query = '') =>
  world.service.request().post(`/api/v1/periods/${period}/close${query}`).send({ brandId: world.brandId });

test('a closed period is frozen: what would still change it is posted into the next open one, pointing at the original', async () => {
  const sale = aConversion(world, { occurredAt: '2026-04-30T21:59:59.000Z' });
  await world.service.deliver(recorded(sale));
  await close('2026-04').expect(200);
  await world.service.deliver(recorded(aRefund(world, sale, 5000, { occurredAt: '2026-04-30T21:59:59.500Z' })));
  const late = aConversion(world, { occurredAt: '2026-04-02T00:00:00.000Z' });
  await world.service.deliver(recorded(late));
  const [first, refund, ...rest] = await entriesOf(world);
  expect([first, refund].map((entry) => [entry?.amount, entry?.period])).toEqual([
    [1000, '2026-04'],
    [-500, '2026-05'],
  ]);
  expect(refund?.adjusts).toBe(first?.id);
  expect(rest.map(({ amount, period, adjusts }) => [amount, period, adjusts])).toEqual([[1000, '2026-05', null]]);
});

test('O-12 a dry run of a close says what the close then does', async () => {
  const dry = await close('2026-05', '?dryRun=true').expect(200);
  const real = await close('2026-05').expect(200);
  expect(real.body).toMatchObject({ entries: dry.body.entries, amount: dry.body.amount, currency: 'EUR' });
  expect(real.body).toMatchObject({ entries: 2, amount: 500 });
  const told = await world.service.published('commission.period.closed.v1');
  expect(told.map(({ data }) => data.period)).toEqual(['2026-04', '2026-05']);
});

test("a period is closed once, and not before it is over in the brand's zone", async () => {
  expect((await close('2026-05').expect(409)).body.code).toBe('period-already-closed');
  expect((await close('2026-06').expect(409)).body.code).toBe('period-not-over');
});
