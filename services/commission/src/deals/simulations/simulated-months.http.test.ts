import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { entriesOf, partnerOf, startWorld, type World } from '../../../test/builders.js';
import { activity, close, play, shareDeal, shareTerms } from '../../../test/months.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-10T12:00:00Z' });
});
afterAll(() => world.service.stop());

const terms = (rate: string) =>
  shareTerms({ rate }, { name: 'retainer', on: 'sale', model: 'retainer', amount: rate === '0.40' ? 10_000 : 12_000 });
const request = () => world.service.request();

test('D-03 closed months are simulated too: a revenue share with a deficit and a retainer come to what activating posts', async () => {
  const deal = await shareDeal(world, terms('0.40'), { effectiveFrom: '2026-02-28T23:00:00.000Z' });
  await play(
    world,
    activity(world, 100_000, { occurredAt: '2026-03-10T12:00:00.000Z' }),
    activity(world, -30_000, { occurredAt: '2026-04-10T12:00:00.000Z' }),
    activity(world, 50_000, { occurredAt: '2026-05-10T12:00:00.000Z' }),
    activity(world, 70_000, { occurredAt: '2026-06-05T12:00:00.000Z' }),
  );
  for (const month of ['2026-03', '2026-04', '2026-05']) await close(world, month).expect(200);
  const effectiveFrom = '2026-03-31T22:00:00.000Z';
  const before = await entriesOf(world);
  const { body: queued } = await request()
    .post('/api/v1/simulations')
    .send({ brandId: world.brandId, from: '2026-01-01T00:00:00Z', dealId: deal.id, terms: terms('0.50'), effectiveFrom })
    .expect(202);
  await world.service.service.runDueJobs();
  const { body: simulated } = await request().get(`/api/v1/simulations/${queued.id}`).expect(200);
  expect(await entriesOf(world)).toEqual(before);

  // April: the retainer alone. May: half of what is left of 500.00 after the deficit of 300.00, and the retainer. June is open.
  const differences = simulated.result.partners.flatMap(({ partnerId, lines }: { partnerId: string; lines: object[] }) =>
    lines.map((line) => ({ partnerId, ...line })),
  );
  await request()
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('If-Match', '*')
    .send({ effectiveFrom, terms: terms('0.50'), reason: 'as simulated' })
    .expect(201);
  const known = new Set(before.map(({ id }) => id));
  const posted = (await entriesOf(world)).filter(({ id }) => !known.has(id));
  const sum = (list: readonly { amount: number }[]) => list.reduce((total, { amount }) => total + amount, 0);
  expect(sum(posted)).toBe(2_000 + 2_000 + 2_000);
  expect(simulated.result.totals).toMatchObject([{ currency: 'EUR', difference: sum(posted) }]);
  expect(differences.every(({ partnerId }: { partnerId: string }) => partnerId === partnerOf(world))).toBe(true);
  const byComponent = (component: string, list: readonly { component: string; amount: number }[]) =>
    sum(list.filter((one) => one.component === component));
  for (const component of ['share', 'retainer']) {
    const shown = differences.filter((one: { component: string }) => one.component === component);
    expect(shown.reduce((total: number, { difference }: { difference: number }) => total + difference, 0)).toBe(
      byComponent(component, posted as never),
    );
  }
});
