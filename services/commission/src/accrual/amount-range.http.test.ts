import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aConversion, createDeal, entriesOf, outcomeOf, recorded, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 4, now: '2026-06-01T00:00:00Z' });
});
afterAll(() => world.service.stop());

const perUnit = (amount: number, rest: object = {}) => ({ components: [{ on: 'trade', model: 'per-unit', amount, ...rest }] });
const most = 1_000_000_000_000;
const tiers = {
  metric: { measure: 'quantity' },
  reset: 'month',
  scale: 'whole',
  crossing: 'new',
  bounds: 'inclusive',
  retroactive: 'none',
  demotion: 'keep',
  bands: [{ upTo: 1 }, { upTo: null, factor: '1000' }],
};

test.each([
  ['a rebate', 0, perUnit(most)],
  ['a sum that runs', 1, perUnit(most, { subCent: 'accumulate' })],
  ['a band', 2, perUnit(most, { tiers })],
])('C-05 more than an entry can hold, by %s, is rejected with its reason; what comes after is rated', async (_name, place, terms) => {
  const partnerId = world.partnerIds[place] ?? '';
  const here = { ...world, partnerIds: [partnerId] };
  const trade = (quantity: string) => aConversion(here, { kind: 'trade', amount: null, currency: null, details: { quantity } });
  const [far, fine] = [trade('999999999999.99999999'), trade('0.5')];
  await createDeal(world, { partnerId, terms });
  await world.service.deliver(recorded(far), recorded(fine));
  expect(await outcomeOf(world, far.conversionId)).toMatchObject({ outcome: 'rejected', reason: 'amount-out-of-range', entries: [] });
  expect(await outcomeOf(world, fine.conversionId)).toMatchObject({ outcome: 'commission', entries: [{ amount: most / 2 }] });
});

test('C-05 an amendment by which a conversion would come to more than an entry can hold takes back what was posted', async () => {
  const partnerId = world.partnerIds[3] ?? '';
  const trade = aConversion(world, { partnerId, kind: 'trade', amount: null, currency: null, details: { quantity: '5000' } });
  const { id } = await createDeal(world, { partnerId, terms: perUnit(2) });
  await world.service.deliver(recorded(trade));
  const amend = (version: number, amount: number) =>
    world.service
      .request()
      .post(`/api/v1/deals/${id}/amendments`)
      .set('If-Match', `"${version}"`)
      .send({ effectiveFrom: '2026-02-01T00:00:00Z', terms: perUnit(amount), reason: 'more' })
      .expect(201);
  await amend(1, most);
  expect(await outcomeOf(world, trade.conversionId)).toMatchObject({ outcome: 'rejected', reason: 'amount-out-of-range' });
  await amend(2, 3);
  const amounts = (await entriesOf(world, { partnerId })).map(({ amount }) => amount);
  expect(amounts).toEqual([10_000, -10_000, 15_000]);
});
