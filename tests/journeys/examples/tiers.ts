import { expect } from '@jest/globals';
import { flat, percent, perUnit, scale, sum, times } from './terms.js';
import type { Example, World } from './world.js';

const ngr = [
  { upTo: 500_000, rate: '0.25' },
  { upTo: 2_000_000, rate: '0.30' },
  { upTo: 5_000_000, rate: '0.35' },
  { upTo: 10_000_000, rate: '0.40' },
  { upTo: null, rate: '0.50' },
];
const twelve = [
  { upTo: 500_000, rate: '0.10' },
  { upTo: null, rate: '0.12' },
];

type Start = Parameters<Example['play']>[0];

/** A partner whose sales are rated by a scale. */
export async function sales(
  start: Start,
  tiers: Record<string, unknown>,
  amounts: readonly number[],
  at = (index: number) => `03-${String(index + 1).padStart(2, '0')}`,
): Promise<World> {
  const told = await start();
  await told.partner('a');
  await told.deal('a', [percent('0.10', { tiers })]);
  await told.events(amounts.map((amount, index) => ({ amount: Math.round(amount * 100), at: at(index) })));
  return told;
}

const ambassador = [
  { name: 'bronze', atLeast: [0, 0], rate: '0.10' },
  { name: 'silver', atLeast: [20, 0], rate: '0.15' },
  { name: 'gold', atLeast: [50, 0], rate: '0.20' },
];
const twenty = (start: Start, retroactive: string): Promise<World> =>
  sales(
    start,
    scale(ambassador, {
      metric: [{ measure: 'count' }, { measure: 'amount' }],
      reset: { rollingDays: 60 },
      retroactive,
      bounds: undefined,
    }),
    Array<number>(20).fill(100),
  );

export const tiers: Example[] = [
  {
    name: 'WE-20 deposits of 250, from the third 275 for all, from the fifth 300 for all',
    async play(start) {
      const told = await start();
      await told.partner('a');
      const bands = [
        { upTo: 2, amount: 25_000 },
        { upTo: 4, amount: 27_500 },
        { upTo: null, amount: 30_000 },
      ];
      await told.deal('a', [flat('deposit', 25_000, { tiers: scale(bands, { metric: { measure: 'count' }, retroactive: 'all' }) })]);
      const totals: number[] = [];
      for (const day of [1, 2, 3, 4, 5, 6]) {
        await told.event({ kind: 'deposit', amount: 10_000, at: `03-0${day}` });
        totals.push((await told.total()) / 100);
      }
      expect(totals).toEqual([250, 500, 825, 1_100, 1_500, 1_800]);
      const posted = (await told.entries()).map(({ amount, reason }) => [amount / 100, reason]);
      const lifted = [25, 're-rating'];
      expect(posted).toEqual([
        [250, 'accrual'],
        [250, 'accrual'],
        ...[[275, 'accrual'], lifted, lifted],
        [275, 'accrual'],
        ...[[300, 'accrual'], lifted, lifted, lifted, lifted],
        [300, 'accrual'],
      ]);
      await told.event({ kind: 'deposit', amount: 10_000, at: '04-01' });
      expect(await told.total()).toBe(205_000);
      await told.allExplained();
    },
  },
  {
    name: 'WE-21 25,000 by five bands: 8,750.00 on the whole, 7,500.00 part by part',
    async play(start) {
      const whole = await sales(start, scale(ngr), [25_000]);
      const marginal = await sales(start, scale(ngr, { scale: 'marginal', crossing: undefined }), [4_000, 6_000, 15_000]);
      expect([await whole.total(), await marginal.total()]).toEqual([875_000, 750_000]);
      await whole.allExplained();
      await marginal.allExplained();
    },
  },
  {
    name: 'WE-22 WE-24 bounds at 4,999.99, 5,000.00 and 5,000.01, on the whole and part by part',
    async play(start) {
      const by = async (rest: object) => {
        const told = await start();
        for (const [name, amount] of Object.entries({ a: 499_999, b: 500_000, c: 500_001 })) {
          await told.partner(name);
          await told.deal(name, [percent('0.10', { tiers: scale(twelve, { ...rest }) })]);
          await told.event({ by: name, amount });
        }
        await told.allExplained();
        return [await told.total('a'), await told.total('b'), await told.total('c')];
      };
      expect(await by({})).toEqual([50_000, 50_000, 60_000]);
      expect(await by({ bounds: 'exclusive' })).toEqual([50_000, 60_000, 60_000]);
      expect(await by({ scale: 'marginal', crossing: undefined })).toEqual([50_000, 50_000, 50_000]);
    },
  },
  {
    name: 'WE-23 10 % to 5,000 and 12 % above, part by part: 400, 500 and 620',
    async play(start) {
      const told = await start();
      const amounts = { a: 400_000, b: 500_000, c: 600_000 };
      for (const [name, amount] of Object.entries(amounts)) {
        await told.partner(name);
        await told.deal(name, [percent('0.10', { tiers: scale(twelve, { scale: 'marginal', crossing: undefined }) })]);
        await told.event({ by: name, amount });
      }
      expect([await told.total('a'), await told.total('b'), await told.total('c')]).toEqual([40_000, 50_000, 62_000]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-26 a tier by paying customers: the crossing sale at the old rate; a refunded customer is kept or unwound',
    async play(start) {
      const by = async (demotion: string) => {
        const told = await start();
        await told.partner('a');
        const bands = [
          { upTo: 1, rate: '0.10' },
          { upTo: null, rate: '0.20' },
        ];
        await told.deal('a', [percent('0.10', { tiers: scale(bands, { metric: { measure: 'customers' }, crossing: 'old', demotion }) })]);
        const customers = ['x', 'x', 'y', 'z', 'z'];
        const ids = await told.events(customers.map((customer, index) => ({ customer, amount: 10_000, at: `03-0${index + 1}` })));
        const before = await told.amounts();
        for (const one of ids.slice(0, 2)) await told.refund(one, 10_000);
        const after = await told.amounts();
        await told.allExplained();
        return [before, after];
      };
      const before = [1_000, 1_000, 1_000, 2_000, 2_000];
      expect(await by('unwind')).toEqual([before, [0, 0, 1_000, 1_000, 2_000]]);
      expect(await by('keep')).toEqual([before, [0, 0, 1_000, 2_000, 2_000]]);
    },
  },
  {
    name: 'WE-27 volume and graduated scales with fixed payments',
    async play(start) {
      const told = await start();
      const units = async (name: string, bands: readonly object[], quantity: string) => {
        await told.partner(name);
        await told.deal(name, [
          { on: 'usage', model: 'per-unit', amount: 0, tiers: scale(bands as never, { metric: { measure: 'quantity' } }) },
        ]);
        await told.event({ by: name, kind: 'usage', details: { quantity } });
        return (await told.total(name)) / 100;
      };
      const volume = [
        { upTo: 50_000, amount: '0.1' },
        { upTo: 100_000, amount: '0.06', fixed: 1_000 },
        { upTo: null, amount: '0.05' },
      ];
      const between = [
        { upTo: 100, amount: 200, fixed: 1_000 },
        { upTo: null, amount: 100 },
      ];
      expect([await units('a', volume, '65000'), await units('b', between, '100'), await units('c', between, '100.5')]).toEqual([
        49, 210, 100.5,
      ]);

      const graduated = [
        { upTo: 1_000, rate: '0.01', fixed: 20_000 },
        { upTo: 2_000, rate: '0.02', fixed: 30_000 },
        { upTo: null, rate: '0.03', fixed: 40_000 },
      ];
      const figures: number[] = [];
      for (const amount of [1_000, 1_100, 1_200, 2_100]) {
        const name = `g${amount}`;
        await told.partner(name);
        await told.deal(name, [percent('0.01', { tiers: scale(graduated, { scale: 'marginal', crossing: undefined }) })]);
        await told.event({ by: name, amount });
        figures.push((await told.total(name)) / 100);
      }
      expect(figures).toEqual([200.1, 500.12, 500.14, 900.33]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-28 A-19 T-16 twenty sales in 60 days: 205.00, or 300.00 with nineteen differences of 5.00',
    async play(start) {
      const off = await twenty(start, 'none');
      expect([await off.total(), (await off.entries()).filter(({ reason }) => reason === 're-rating').length]).toEqual([20_500, 0]);
      const on = await twenty(start, 'all');
      expect(await on.total()).toBe(30_000);
      await on.allExplained();
    },
  },
  {
    name: 'WE-28 A-19 the crossing sale posts nineteen differences, each linked to its original',
    async play(start) {
      const told = await start();
      await told.partner('a');
      await told.deal('a', [
        percent('0.10', {
          tiers: scale(
            [
              { upTo: 19, rate: '0.10' },
              { upTo: null, rate: '0.15' },
            ],
            { metric: { measure: 'count' }, reset: { rollingDays: 60 }, retroactive: 'all' },
          ),
        }),
      ]);
      await told.events(times(19, (index) => ({ amount: 10_000, at: `03-${String(index + 1).padStart(2, '0')}` })));
      const first = await told.entries();
      expect(sum(first.map(({ amount }) => amount))).toBe(19_000);
      await told.event({ amount: 10_000, at: '03-20' });
      const later = (await told.entries()).slice(19);
      expect(later.filter(({ reason }) => reason === 're-rating').map(({ amount }) => amount)).toEqual(Array(19).fill(500));
      expect(new Set(later.filter(({ reason }) => reason === 're-rating').map(({ adjusts }) => adjusts))).toEqual(
        new Set(first.map(({ id }) => id)),
      );
      expect(await told.total()).toBe(30_000);
      await told.allExplained();
    },
  },
  {
    name: 'WE-28 gold by revenue: twelve sales that sum to 10,000.00',
    async play(start) {
      const gold = scale(
        [
          { upTo: 1_000_000, rate: '0.10' },
          { upTo: null, rate: '0.20' },
        ],
        { reset: { rollingDays: 60 }, bounds: 'exclusive' },
      );
      const told = await sales(start, gold, [...Array<number>(11).fill(833), 837]);
      expect(await told.amounts()).toEqual([...Array<number>(11).fill(8_330), 16_740]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-29 M-24 50 first deposits on one brand and 30 on another: tier 3 on both, else tier 2 and tier 1',
    async play(start) {
      const bands = [
        { upTo: 30, amount: 1_000 },
        { upTo: 75, amount: 2_000 },
        { upTo: null, amount: 3_000 },
      ];
      const by = async (across: string) => {
        const told = await start();
        await told.brand('second', { timeZone: 'America/New_York' });
        await told.partner('a');
        const tiers = scale(bands, { metric: { measure: 'count', across }, retroactive: 'all' });
        const terms = { components: [flat('first-deposit', 0, { tiers })], timeZone: 'Europe/Berlin' };
        await told.deal('a', terms);
        await told.events(
          times(80, (index) => ({ kind: 'first-deposit', at: '03-10', brand: index < 50 ? 'main' : 'second', customer: `p${index}` })),
        );
        // The second brand's deal comes when everything has happened.
        await told.deal('a', terms, { at: 'second' });
        const all = await told.amounts();
        await told.allExplained();
        return [all[0], all[79]];
      };
      expect(await by('brands')).toEqual([3_000, 3_000]);
      expect(await by('deal')).toEqual([2_000, 1_000]);
    },
  },
  {
    name: 'WE-30 a custom 3.00 replaces the default 2.00, and the tier adds 10 % to it: 3.30',
    async play(start) {
      const told = await start();
      await told.partner('a', { tags: ['custom'] });
      const custom = {
        name: 'custom',
        priority: 10,
        when: { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'custom' }] },
        amount: 300,
      };
      const byNumber = scale([{ upTo: 1 }, { upTo: null, factor: '1.10' }], { metric: { measure: 'count' } });
      await told.deal('a', [flat('lead', 200, { alternatives: [custom], tiers: byNumber })]);
      await told.events([
        { kind: 'lead', at: '03-01' },
        { kind: 'lead', at: '03-02' },
      ]);
      expect(await told.amounts()).toEqual([300, 330]);
      await told.allExplained();
    },
  },
  {
    name: 'WE-42 lots of a month, part by part, for all, and from the crossing trade on',
    async play(start) {
      const lots = [
        { upTo: 50, amount: 400 },
        { upTo: 100, amount: 500 },
        { upTo: null, amount: 600 },
      ];
      const by = async (rest: object) => {
        const told = await start();
        await told.partner('a');
        await told.deal('a', [perUnit(0, { tiers: scale(lots, { metric: { measure: 'quantity' }, ...rest }) })]);
        await told.events([1, 2, 3].map((day) => ({ kind: 'trade', at: `03-0${day}`, details: { lots: '40' } })));
        await told.allExplained();
        return (await told.amounts()).map((amount) => amount / 100);
      };
      expect(await by({ scale: 'marginal', crossing: undefined })).toEqual([160, 190, 220]);
      expect(await by({ retroactive: 'all' })).toEqual([240, 240, 240]);
      expect(await by({})).toEqual([160, 200, 240]);
    },
  },
];
