import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { shuffled } from '@tributary/testkit';
import { aConversion, aRefund, createDeal, recorded, startWorld, type World } from './builders.js';
import { putAbove } from './models.js';
import { activity, close, shareTerms } from './months.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 6, now: '2026-07-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

const lasting = { crossing: 'new', bounds: 'inclusive', retroactive: 'all', demotion: 'unwind' } as const;
/** The one below: a retroactive scale, a cap, and a revenue share whose deficit the other earnings bear. */
const below = shareTerms(
  { rate: '0.25', carryover: { policy: 'account', unit: 'commission' } },
  {
    name: 'sale',
    on: 'sale',
    model: 'percentage',
    rate: '0.10',
    tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', ...lasting, bands: [{ upTo: 5 }, { upTo: null, rate: '0.15' }] },
    caps: [{ measure: 'amount', limit: 12_000, per: 'month', afterRefund: 'returns' }],
  },
);
const above = {
  components: [
    {
      name: 'override',
      on: 'sale',
      model: 'percentage',
      rate: '0.02',
      downline: { levels: ['1', '1', '1', '1', '1'], of: 'amount', funding: 'on-top' },
    },
  ],
};

const nets = () =>
  world.service.sql(
    'SELECT scope, sum(amount)::text AS net FROM commission_entry WHERE brand_id = $1 GROUP BY scope HAVING sum(amount) <> 0 ORDER BY scope',
    [world.brandId],
  );

test('D-07 sales that came back as a whole leave the journal as if they had never been: scale, cap, five uplines and carryover over closed months', async () => {
  const [own = '', ...uplines] = world.partnerIds;
  for (const [index, upline] of uplines.entries()) await putAbove(world, upline, [world.partnerIds[index] ?? '']);
  const effectiveFrom = '2026-02-28T23:00:00.000Z';
  await createDeal(world, { partnerId: own, terms: below, effectiveFrom });
  for (const partnerId of uplines) await createDeal(world, { partnerId, terms: above, effectiveFrom });
  const sale = (day: string, amount: number) => aConversion(world, { occurredAt: `2026-${day}T12:00:00.000Z`, amount });
  const sales = ['03-02', '03-04', '03-06', '03-08', '04-03', '04-05'].map((day, index) => sale(day, 10_000 + index));
  const played = [
    activity(world, -40_000, { occurredAt: '2026-03-20T12:00:00.000Z' }),
    activity(world, 30_000, { occurredAt: '2026-04-20T12:00:00.000Z' }),
  ];
  await world.service.deliver(...[...sales, ...played].map((one) => recorded(one)));
  for (const month of ['2026-03', '2026-04']) await close(world, month).expect(200);
  const before = await nets();
  expect(before.length).toBeGreaterThan(sales.length * 6);

  const gone = ['03-03', '03-05', '03-07', '04-04', '05-05'].map((day) => sale(day, 20_000));
  await world.service.deliver(...shuffled(3, gone).map((one) => recorded(one)));
  expect(await nets()).not.toEqual(before);
  const back = gone.map((one) => aRefund(world, one, one.amount, { occurredAt: '2026-06-10T12:00:00.000Z' }));
  await world.service.deliver(...shuffled(5, back).map((one) => recorded(one)));
  expect(await nets()).toEqual(before);
});
