import { expect, test } from '@jest/globals';
import type { Band, Component, Tiers } from '../../src/index.js';
import { world } from '../world.js';

const scale = (bands: readonly Band[], rest: Partial<Tiers> = {}): Tiers => ({
  metric: { measure: 'amount' },
  reset: 'month',
  scale: 'whole',
  bands,
  ...rest,
});
const percent = (tiers: Tiers, rest: Partial<Component> = {}): Component => ({
  on: 'sale',
  model: 'percentage',
  rate: '0.10',
  tiers,
  ...rest,
});
/** Told major units. */
const euros = (amount: number): number => Math.round(amount * 100);
const sales = (component: Component, amounts: readonly number[], at = (index: number) => `03-${String(index + 1).padStart(2, '0')}`) => {
  const told = world();
  told.deal('a', [component]);
  const ids = amounts.map((amount, index) => told.event({ amount: euros(amount), at: at(index) }));
  return { ...told, ids };
};

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

test('WE-20 M-10 from the third deposit 275 for all, from the fifth 300 for all, and the next month begins again', () => {
  const told = world();
  const bands: Band[] = [{ upTo: 2, amount: 25_000 }, { upTo: 4, amount: 27_500 }, { amount: 30_000 }];
  told.deal('a', [
    { on: 'deposit', model: 'flat', amount: 25_000, tiers: scale(bands, { metric: { measure: 'count' }, retroactive: 'all' }) },
  ]);
  const totals: number[] = [];
  for (let day = 1; day <= 6; day += 1) {
    told.event({ kind: 'deposit', at: `03-0${day}`, amount: 10_000 });
    totals.push(told.total('a') / 100);
  }
  expect(totals).toEqual([250, 500, 825, 1_100, 1_500, 1_800]);
  told.event({ kind: 'deposit', at: '04-01', amount: 10_000 });
  expect(told.total('a') / 100).toBe(2_050);
});

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

test('WE-28 A-19 20 sales in 60 days: 205.00 without, 300.00 with the enhanced rate for sales before it', () => {
  const bands: Band[] = [
    { name: 'bronze', atLeast: [0, 0], rate: '0.10' },
    { name: 'silver', atLeast: [20, 0], rate: '0.15' },
    { name: 'gold', atLeast: [50, 0], rate: '0.20' },
  ];
  const metric = [{ measure: 'count' }, { measure: 'amount' }] as const;
  const twenty = (retroactive: Tiers['retroactive'], count = 20) =>
    sales(percent(scale(bands, { metric, reset: { rollingDays: 60 }, retroactive })), Array<number>(count).fill(100));
  expect(twenty('none').amounts('a')).toEqual([...Array<number>(19).fill(1_000), 1_500]);
  expect(twenty('none').total('a')).toBe(20_500);

  const before = twenty('all', 19).nets();
  const after = twenty('all').nets();
  expect(twenty('all').total('a')).toBe(30_000);
  const differences = Object.keys(before).map((scope) => (after[scope] ?? 0n) - (before[scope] ?? 0n));
  expect(differences).toEqual(Array<bigint>(19).fill(500n));
});

test('A-19 paid and unpaid commissions go up with `all`; with `unpaid` what is paid stays', () => {
  const bands: Band[] = [{ upTo: 2, rate: '0.10' }, { rate: '0.15' }];
  for (const reset of ['month', { rollingDays: 60 }] as const) {
    const by = (retroactive: Tiers['retroactive']) => {
      const told = sales(percent(scale(bands, { metric: { measure: 'count' }, reset, retroactive })), [100, 100, 100]);
      told.pay('c0001', '2026-03-02T15:00:00.000Z');
      told.pay('c0002', '2026-03-03T12:00:00.000Z');
      return told.amounts('a');
    };
    expect(by('all')).toEqual([1_500, 1_500, 1_500]);
    expect(by('unpaid')).toEqual([1_000, 1_500, 1_500]);
    expect(by('none')).toEqual([1_000, 1_000, 1_500]);
  }
});

test('WE-28 gold by revenue: twelve sales that sum to 10,000.00', () => {
  const bands: Band[] = [{ upTo: 1_000_000, rate: '0.10' }, { rate: '0.20' }];
  const tiers = scale(bands, { reset: { rollingDays: 60 }, bounds: 'exclusive' });
  const amounts = [...Array<number>(11).fill(833), 837];
  const told = sales(percent(tiers), amounts);
  expect(amounts.reduce((sum, one) => sum + one)).toBe(10_000);
  expect(told.amounts('a')).toEqual([...Array<number>(11).fill(8_330), 16_740]);
});

test('WE-28 a rolling window is half open: a second before its edge, at the edge, a second after', () => {
  const tiers = scale([{ upTo: 1, rate: '0.10' }, { rate: '0.20' }], { metric: { measure: 'count' }, reset: { rollingDays: 60 } });
  const second = (at: string) => {
    const told = world();
    told.deal('a', [percent(tiers)]);
    told.event({ at: '2026-01-10T12:00:00.000Z', amount: 10_000 });
    told.event({ at, amount: 10_000 });
    return told.amounts('a')[1];
  };
  expect(['11:59:59', '12:00:00', '12:00:01'].map((time) => second(`2026-03-11T${time}.000Z`))).toEqual([2_000, 1_000, 1_000]);
});

test('WE-28 customers of a rolling window count once while anything of theirs is inside', () => {
  const tiers = scale([{ upTo: 1, rate: '0.10' }, { rate: '0.20' }], { metric: { measure: 'customers' }, reset: { rollingDays: 10 } });
  const told = world();
  told.deal('a', [percent(tiers)]);
  for (const [at, customerId] of [
    ['01', 'x'],
    ['05', 'x'],
    ['12', 'y'],
    ['16', 'y'],
    ['17', 'x'],
  ] as const)
    told.event({ at: `03-${at}`, amount: 10_000, customerId });
  expect(told.amounts('a')).toEqual([1_000, 1_000, 2_000, 1_000, 2_000]);
});

test('WE-29 M-24 50 first deposits on brand A and 30 on brand B are 80: tier 3 on both', () => {
  const bands: Band[] = [{ upTo: 30, amount: 1_000 }, { upTo: 75, amount: 2_000 }, { amount: 3_000 }];
  const both = (across: 'deal' | 'brands') => {
    const told = world();
    const tiers = scale(bands, { metric: { measure: 'count', across }, retroactive: 'all' });
    const component: Component = { on: 'first-deposit', model: 'flat', amount: 0, tiers };
    told.deal('a', [component], { dealId: 'deal_1' });
    told.deal('a', [component], { dealId: 'deal_2', brandId: 'brd_b' });
    for (let count = 0; count < 80; count += 1)
      told.event({ kind: 'first-deposit', at: '03-10', brandId: count < 50 ? 'brd_a' : 'brd_b', customerId: `p${count}` });
    return [told.amounts('a')[0], told.amounts('a')[79]];
  };
  expect(both('deal')).toEqual([2_000, 1_000]);
  expect(both('brands')).toEqual([3_000, 3_000]);
});

test('M-24 an event of another programme moves no meter but one across brands, and none twice', () => {
  const bands: Band[] = [{ upTo: 1, rate: '0.10' }, { rate: '0.20' }];
  const by = (across: 'deal' | 'brands') => {
    const told = world();
    const component = percent(scale(bands, { metric: { measure: 'count', across } }));
    told.deal('a', [component], { dealId: 'whole' });
    told.deal('a', [component], { dealId: 'special', programId: 'prg_s' });
    told.event({ at: '03-01', amount: 10_000, programId: 'prg_s' });
    told.event({ at: '03-02', amount: 10_000 });
    for (const records of told.streams().values())
      expect(new Set(records.map(({ conversionId }) => conversionId)).size).toBe(records.length);
    return told.amounts('a');
  };
  expect([by('deal'), by('brands')]).toEqual([
    [1_000, 1_000],
    [1_000, 2_000],
  ]);
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

test('M-11 the week begins on Monday at midnight in Malta, also when the clocks change', () => {
  const bands: Band[] = [{ upTo: 1, rate: '0.10' }, { rate: '0.20' }];
  const by = (instants: readonly string[]) => {
    const told = world({ timeZone: 'Europe/Malta' });
    told.deal('a', [percent(scale(bands, { metric: { measure: 'count' }, reset: 'week' }))]);
    for (const at of instants) told.event({ at, amount: 10_000 });
    return told.amounts('a');
  };
  // Clocks go forward on Sunday 29 March 2026: Monday begins at 22:00 UTC, a week before at 23:00.
  expect(by(['2026-03-22T22:59:59.000Z', '2026-03-22T23:00:00.000Z', '2026-03-29T21:59:59.000Z', '2026-03-29T22:00:00.000Z'])).toEqual([
    1_000, 1_000, 2_000, 1_000,
  ]);
  expect(by(['2026-10-25T22:59:59.000Z', '2026-10-25T23:00:00.000Z', '2026-10-25T23:00:01.000Z'])).toEqual([1_000, 1_000, 2_000]);
});

test('M-11 a daily, quarterly, yearly and lifetime scale begins again when it says', () => {
  const bands: Band[] = [{ upTo: 1, rate: '0.10' }, { rate: '0.20' }];
  const by = (reset: Tiers['reset']) => {
    const told = world();
    told.deal('a', [percent(scale(bands, { metric: { measure: 'count' }, reset }))]);
    for (const at of ['03-30', '03-31', '04-01', '2027-01-01T00:00:00.000Z']) told.event({ at, amount: 10_000 });
    return told.amounts('a').map((amount) => amount / 1_000);
  };
  expect([by('day'), by('quarter'), by('year'), by('lifetime')]).toEqual([
    [1, 1, 1, 1],
    [1, 2, 1, 1],
    [1, 2, 2, 1],
    [1, 2, 2, 2],
  ]);
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

test('a scale by another kind of event, and by the whole network', () => {
  const told = world();
  const bands: Band[] = [{ upTo: 1, rate: '0.10' }, { rate: '0.20' }];
  told.parent('b', 'a');
  told.deal('a', [
    percent(scale(bands, { metric: { measure: 'count', on: 'visit' } })),
    percent(scale(bands, { metric: { measure: 'count', of: 'network' } })),
  ]);
  told.deal('b', [{ on: 'sale', model: 'percentage', rate: '0.01' }]);
  told.event({ at: '03-01', amount: 10_000 });
  told.event({ at: '03-02', amount: 10_000, partnerId: 'b' });
  told.event({ at: '03-03', kind: 'visit' });
  told.event({ at: '03-03', kind: 'visit' });
  told.event({ at: '03-04', amount: 10_000 });
  expect(told.amounts('a')).toEqual([2_000, 4_000]);
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

test('sales in another currency than the brand move the same meter at the rate of the day', () => {
  const told = world();
  told.fx('USD', 'EUR', '2026-03-01', '0.5');
  told.deal('a', [percent(scale([{ upTo: 10_000, rate: '0.10' }, { rate: '0.20' }]))]);
  told.event({ at: '03-01', amount: 10_000 });
  told.event({ at: '03-02', amount: 10_000, currency: 'USD' });
  expect(told.amounts('a')).toEqual([1_000, 1_000]);
  expect(told.streams().size).toBe(1);
});
