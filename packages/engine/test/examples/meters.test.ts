import { expect, test } from '@jest/globals';
import type { Band, Component, Tiers } from '../../src/index.js';
import { world } from '../world.js';
import { percent, sales, scale } from './scales.js';

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

/** Gold by 50 conversions or by revenue of 10,000.00; silver by conversions alone. */
const either = (rest: Partial<Tiers> = {}): Tiers =>
  scale(
    [
      { name: 'bronze', atLeast: [0, 0], rate: '0.10' },
      { name: 'silver', atLeast: [20, null], rate: '0.15' },
      { name: 'gold', atLeast: [50, 1_000_000], rate: '0.20' },
    ],
    { metric: [{ measure: 'count' }, { measure: 'amount' }], reset: { rollingDays: 60 }, reach: 'any', ...rest },
  );
/** All on one day, an instant apart. */
const atOnce = (index: number) => `2026-03-01T12:00:${String(index).padStart(2, '0')}.000Z`;

test('WE-28 A-17 T-16 49 conversions and 9,999.99 are not gold; 0.01 more is, and so are 50 conversions of small sums', () => {
  const last = (amounts: readonly number[], rest: Partial<Tiers> = {}) =>
    sales(percent(either(rest)), amounts, atOnce)
      .amounts('a')
      .slice(-1)[0];
  const some = (count: number, each: number) => Array<number>(count).fill(each);
  // The 49th sale is of 100.00 in each.
  expect(last([...some(47, 210), 29.99, 100])).toBe(1_500);
  expect(last([...some(47, 210), 30, 100])).toBe(2_000);
  expect(last([...some(48, 1), 100])).toBe(1_500);
  expect(last([...some(49, 1), 100])).toBe(2_000);
  expect(last([...some(49, 1), 100], { reach: 'all' })).toBe(1_500);
  expect(last([...some(49, 1), 100], { crossing: 'old' })).toBe(1_500);
  // By revenue alone, past silver.
  expect(last([...some(11, 900), 99.99])).toBe(1_000);
  expect(last([...some(11, 900), 100])).toBe(2_000);
});

test('WE-28 A-17 12 conversions and 9,999.99: the next cent is paid as gold, and with `all` lifts every one before it', () => {
  const amounts = [...Array<number>(11).fill(833), 836.99, 0.01];
  const at = (index: number) => `2026-03-${String(index + 1).padStart(2, '0')}T12:00:00.000Z`;
  const bronze = [...Array<number>(11).fill(8_330), 8_370];
  for (const reset of ['month', { rollingDays: 60 }] as const) {
    const by = (retroactive: Tiers['retroactive'], count = 13) => {
      const told = sales(percent(either({ reset, retroactive })), amounts.slice(0, count), at);
      told.pay('c0001', '2026-03-05T12:00:00.000Z');
      return told.amounts('a');
    };
    expect([by('none', 12), by('all', 12), by('unpaid', 12)]).toEqual([bronze, bronze, bronze]);
    expect(by('none')).toEqual([...bronze, 0]);
    expect(by('all')).toEqual([...Array<number>(11).fill(16_660), 16_740, 0]);
    expect(by('unpaid')).toEqual([8_330, ...Array<number>(10).fill(16_660), 16_740, 0]);
  }
});

test('A-17 a refund that takes the revenue back leaves gold to what the conversions reach', () => {
  const by = (demotion: Tiers['demotion'], count: number) => {
    const told = sales(percent(either({ retroactive: 'all', demotion })), [9_000, ...Array<number>(count - 1).fill(100)], atOnce);
    told.refund(told.ids[0]!, 500_000);
    return told.amounts('a').at(-1);
  };
  expect([by('unwind', 30), by('keep', 30), by('unwind', 50)]).toEqual([1_500, 2_000, 2_000]);
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

test('sales in another currency than the brand move the same meter at the rate of the day', () => {
  const told = world();
  told.fx('USD', 'EUR', '2026-03-01', '0.5');
  told.deal('a', [percent(scale([{ upTo: 10_000, rate: '0.10' }, { rate: '0.20' }]))]);
  told.event({ at: '03-01', amount: 10_000 });
  told.event({ at: '03-02', amount: 10_000, currency: 'USD' });
  expect(told.amounts('a')).toEqual([1_000, 1_000]);
  expect(told.streams().size).toBe(1);
});
