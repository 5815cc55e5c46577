import { expect, test } from '@jest/globals';
import type { Band, Component, Tiers } from '../../src/index.js';
import { world } from '../world.js';
import { percent, sales, scale } from './scales.js';

const ngr: Band[] = [
  { upTo: 500_000, rate: '0.25' },
  { upTo: 2_000_000, rate: '0.30' },
  { upTo: 5_000_000, rate: '0.35' },
  { upTo: 10_000_000, rate: '0.40' },
  { upTo: null, rate: '0.50' },
];
const twelve: Band[] = [
  { upTo: 500_000, rate: '0.10' },
  { upTo: null, rate: '0.12' },
];

test('WE-21 an event of 25,000: 8,750.00 on the whole, 7,500.00 part by part', () => {
  expect(sales(percent(scale(ngr)), [25_000]).total('a')).toBe(875_000);
  expect(sales(percent(scale(ngr, { scale: 'marginal' })), [25_000]).total('a')).toBe(750_000);
  expect(sales(percent(scale(ngr, { scale: 'marginal' })), [4_000, 6_000, 15_000]).total('a')).toBe(750_000);
});

test('WE-22 WE-24 the bound belongs to its band, unless bounds are exclusive: 4,999.99, 5,000.00 and 5,000.01', () => {
  const at = (amount: number, bounds: Tiers['bounds'], kind: Tiers['scale'] = 'whole') =>
    sales(percent(scale(twelve, { bounds, scale: kind })), [amount]).total('a');
  expect([4_999.99, 5_000, 5_000.01].map((amount) => at(amount, 'inclusive'))).toEqual([50_000, 50_000, 60_000]);
  expect([4_999.99, 5_000, 5_000.01].map((amount) => at(amount, 'exclusive'))).toEqual([50_000, 60_000, 60_000]);
  for (const bounds of ['inclusive', 'exclusive'] as const)
    expect([4_999.99, 5_000, 5_000.01, 5_001].map((amount) => at(amount, bounds, 'marginal'))).toEqual([50_000, 50_000, 50_000, 50_012]);
});

test('WE-23 10 % to 5,000 and 12 % above, part by part', () => {
  const marginal = percent(scale(twelve, { scale: 'marginal' }));
  expect([4_000, 5_000, 6_000].map((amount) => sales(marginal, [amount]).total('a'))).toEqual([40_000, 50_000, 62_000]);
});

test('WE-26 a tier by paying customers: the crossing sale at the old rate, a refunded customer by the policy', () => {
  const nets = (demotion: Tiers['demotion'], refunded: boolean) => {
    const told = world();
    const tiers = scale([{ upTo: 1, rate: '0.10' }, { rate: '0.20' }], { metric: { measure: 'customers' }, crossing: 'old', demotion });
    told.deal('a', [percent(tiers)]);
    const first = told.event({ at: '03-01', amount: 10_000, customerId: 'x' });
    for (const [index, customerId] of ['x', 'y', 'z', 'z'].entries()) told.event({ at: `03-1${index}`, amount: 10_000, customerId });
    if (refunded) {
      told.refund(first);
      told.refund('c0002');
    }
    return told.amounts('a');
  };
  expect(nets('unwind', false)).toEqual([1_000, 1_000, 1_000, 2_000, 2_000]);
  expect(nets('unwind', true)).toEqual([0, 0, 1_000, 1_000, 2_000]);
  expect(nets('keep', true)).toEqual([0, 0, 1_000, 2_000, 2_000]);
});

test('WE-27 volume and graduated scales with fixed payments', () => {
  const units = (bands: readonly Band[], kind: Tiers['scale'], quantities: readonly string[]) => {
    const told = world();
    const tiers = scale(bands, { metric: { measure: 'quantity' }, scale: kind });
    told.deal('a', [{ on: 'usage', model: 'per-unit', amount: '0', tiers }]);
    for (const [index, quantity] of quantities.entries()) told.event({ kind: 'usage', at: `03-0${index + 1}`, details: { quantity } });
    return told.total('a') / 100;
  };
  const volume: Band[] = [{ upTo: 50_000, amount: '0.1' }, { upTo: 100_000, amount: '0.06', fixed: 1_000 }, { amount: '0.05' }];
  expect(units(volume, 'whole', ['65000'])).toBe(49);
  const between: Band[] = [
    { upTo: 100, amount: 200, fixed: 1_000 },
    { upTo: 200, amount: 100 },
  ];
  expect([units(between, 'whole', ['100']), units(between, 'whole', ['100.5'])]).toEqual([210, 100.5]);

  const graduated: Band[] = [
    { upTo: 1_000, rate: '0.01', fixed: 20_000 },
    { upTo: 2_000, rate: '0.02', fixed: 30_000 },
    { rate: '0.03', fixed: 40_000 },
  ];
  const marginal = percent(scale(graduated, { scale: 'marginal' }));
  expect([10, 11, 12, 21].map((amount) => sales(marginal, [amount]).total('a'))).toEqual([20_010, 50_012, 50_014, 90_033]);
  expect(sales(marginal, [10, 1, 1, 9]).total('a')).toBe(90_033);
});

test('WE-27 the fixed amount of a whole band falls on the first line rated in it, however the meter came there', () => {
  const bands: Band[] = [
    { upTo: 2, rate: '0.10', fixed: 100 },
    { rate: '0.20', fixed: 500 },
  ];
  const by = (rest: Partial<Tiers>) => sales(percent(scale(bands, { metric: { measure: 'count' }, ...rest })), [100, 100, 100, 100]);
  expect(by({}).amounts('a')).toEqual([1_100, 1_000, 2_500, 2_000]);
  expect(by({ crossing: 'old' }).amounts('a')).toEqual([1_100, 1_000, 1_000, 2_500]);
  expect(by({ retroactive: 'all' }).amounts('a')).toEqual([2_500, 2_000, 2_000, 2_000]);
  const refunded = by({ retroactive: 'all' });
  refunded.refund('c0001');
  expect(refunded.amounts('a')).toEqual([0, 2_500, 2_000, 2_000]);
});

test('WE-30 M-12 a custom rate replaces the default and the tier adds 10 % to it', () => {
  const told = world();
  told.tag('a', 'custom');
  const custom = { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'custom' }] } as const;
  const tiers = scale([{ upTo: 1 }, { factor: '1.10' }], { metric: { measure: 'count' } });
  told.deal('a', [
    { on: 'lead', model: 'flat', amount: 200, tiers, alternatives: [{ name: 'custom', priority: 10, when: custom, amount: 300 }] },
  ]);
  told.event({ kind: 'lead', at: '03-01' });
  told.event({ kind: 'lead', at: '03-02' });
  expect(told.amounts('a')).toEqual([300, 330]);
});

test('WE-42 lots of a month, whole or part by part', () => {
  const lots: Band[] = [{ upTo: 50, amount: 400 }, { upTo: 100, amount: 500 }, { amount: 600 }];
  const by = (rest: Partial<Tiers>) => {
    const told = world();
    told.deal('a', [{ on: 'trade', model: 'per-unit', amount: 0, tiers: scale(lots, { metric: { measure: 'quantity' }, ...rest }) }]);
    for (const [index, quantity] of ['40', '40', '40'].entries())
      told.event({ kind: 'trade', at: `03-0${index + 1}`, details: { quantity } });
    return told.amounts('a').map((amount) => amount / 100);
  };
  expect(by({ scale: 'marginal' })).toEqual([160, 190, 220]);
  expect(by({ retroactive: 'all' })).toEqual([240, 240, 240]);
  expect(by({})).toEqual([160, 200, 240]);
});

test('M-27 a refund of the third of ten takes the tier of every later one', () => {
  const bands: Band[] = [{ upTo: 200_000, rate: '0.10' }, { rate: '0.20' }];
  const told = sales(percent(scale(bands, { scale: 'marginal' })), Array<number>(10).fill(500));
  const before = told.amounts('a');
  expect(before).toEqual([...Array<number>(4).fill(5_000), ...Array<number>(6).fill(10_000)]);
  told.refund('c0003');
  expect(told.amounts('a')).toEqual([5_000, 5_000, 0, 5_000, 5_000, 10_000, 10_000, 10_000, 10_000, 10_000]);
});

test('a tier of a flat amount and of flat with a percentage keeps what the band leaves open', () => {
  const told = world();
  const tiers = scale(
    [{ upTo: 1 }, { amount: 900 }, { rate: '0.5' }].map((band, index) => ({ ...band, upTo: index + 1 })),
    {
      metric: { measure: 'count' },
    },
  );
  told.deal('a', [{ on: 'sale', model: 'flat-plus-percentage', amount: 500, rate: '0.10', tiers }]);
  for (const day of [1, 2, 3]) told.event({ at: `03-0${day}`, amount: 10_000 });
  expect(told.amounts('a')).toEqual([1_500, 1_900, 5_500]);
});

test('what does not qualify moves no meter and takes no fixed amount', () => {
  const bands: Band[] = [
    { upTo: 1, rate: '0.10', fixed: 50 },
    { rate: '0.20', fixed: 70 },
  ];
  for (const rest of [{}, { retroactive: 'all' }, { scale: 'marginal' }] as const) {
    const component = percent(scale(bands, { metric: { measure: 'count' }, ...rest }), { qualify: { minAmount: 5_000 } });
    const told = sales(component, [10, 100, 20]);
    expect(told.amounts('a')).toEqual([0, 1_050, 0]);
    expect(told.reasons()).toEqual(['below-minimum-amount', null, 'below-minimum-amount']);
  }
});

test('an amendment within the month goes on with the meter and changes nothing before it', () => {
  const bands: Band[] = [{ upTo: 2, rate: '0.10' }, { rate: '0.20' }];
  const told = world();
  told.deal('a', [percent(scale(bands, { metric: { measure: 'count' }, retroactive: 'all' }))]);
  for (const day of [1, 2, 3]) told.event({ at: `03-0${day}`, amount: 10_000 });
  const before = told.amounts('a');
  told.deal('a', [percent(scale([{ upTo: 2, rate: '0.30' }, { rate: '0.40' }], { metric: { measure: 'count' } }))], {
    effectiveFrom: '2026-03-10T00:00:00.000Z',
  });
  expect(told.amounts('a')).toEqual(before);
  told.event({ at: '03-11', amount: 10_000 });
  expect(told.amounts('a')).toEqual([2_000, 2_000, 2_000, 4_000]);
});

test('a monthly scale beside a lifetime cap begins again every month', () => {
  const bands: Band[] = [{ upTo: 1, rate: '0.10' }, { rate: '0.20' }];
  const caps: Component['caps'] = [{ measure: 'conversions', limit: 3, per: 'lifetime' }];
  for (const reset of ['week', 'month'] as const) {
    const told = sales(percent(scale(bands, { metric: { measure: 'count' }, reset }), { caps }), [100, 100, 100, 100], (index) =>
      index < 2 ? `03-0${index + 3}` : `04-0${index}`,
    );
    expect(told.amounts('a')).toEqual([1_000, 2_000, 1_000, 0]);
  }
});
