import { expect } from '@jest/globals';
import type { Json } from '../client.js';
import { flat, scale, sum, times } from './terms.js';
import type { Example, Told, World } from './world.js';

type Fields = Record<string, unknown>;
type Start = Parameters<Example['play']>[0];

const line = (name: string, effect: 'deduct' | 'add' = 'deduct', rest: Fields = {}): Fields => ({ name, effect, of: name, ...rest });
const share = (rate: string, rest: Fields = {}): Fields => ({
  name: 'share',
  on: 'player-activity',
  model: 'revshare',
  rate,
  waterfall: { name: 'net-revenue', version: 1, lines: [] },
  carryover: { policy: 'component', unit: 'base' },
  ...rest,
});
const by = (...lines: Fields[]): Fields => ({ waterfall: { name: 'net-revenue', version: 1, lines } });
const carried = (policy: string, unit?: string): Fields => ({ carryover: { policy, ...(unit ? { unit } : {}) } });

const two = (month: number): string => String(month).padStart(2, '0');

/** What was won from customers in a month, in major units, with what is told besides. */
const won = (month: number, amount: number, details: Fields = {}, customer?: string): Told => ({
  kind: 'player-activity',
  at: `${two(month)}-15`,
  details: { currency: 'EUR', grossRevenue: Math.round(amount * 100), ...details },
  ...(customer === undefined ? {} : { customer }),
});

interface Story {
  components: readonly Fields[];
  told: readonly Told[];
  months: number;
}

/** Tells everything, closes the months one after the other from January on, and says what each statement comes to. */
async function closed(start: Start, { components, told, months }: Story): Promise<{ world: World; totals: number[]; statements: Json[] }> {
  const world = await start();
  await world.partner('a');
  await world.deal('a', { components, currency: 'EUR' });
  await world.events(told);
  for (const month of times(months, (index) => index + 1)) await world.close(`2026-${two(month)}`);
  await world.allExplained();
  const found = await world.statements();
  const statements = times(months, (index) => found[`2026-${two(index + 1)}`]);
  const entries = (await world.entries()).filter(({ conversionId }) => conversionId === null);
  expect(sum(entries.map(({ amount }) => amount))).toBe(sum(statements.map((one) => one?.total ?? 0)));
  return { world, totals: statements.map((one) => (one?.total ?? 0) / 100), statements };
}

interface Row extends Story {
  name: string;
  /** Major units, by month. */
  totals: readonly number[];
  /** What the partner nets in all, with what events earned. */
  paid?: number;
  /** What each month carries on, minor units of base or commission. */
  carries?: readonly string[];
}

const cpas = (count: number): Told[] => times(count, (index) => ({ kind: 'first-deposit', customer: `p${index}`, at: '01-10' }));
const bandsOfNet = [
  { upTo: 577_799, rate: '0.35' },
  { upTo: 8_777_700, rate: '0.37' },
  { upTo: null, rate: '0.40' },
];
const fees = { fees: 150_000 };
const rows: Row[] = [
  {
    name: 'WE-01 P&L 3,870.00 less 18 % and bonuses of 1,527.00 at 42 %: 691.49',
    components: [
      share('0.42', by(line('administration', 'deduct', { of: 'gross-revenue', rate: '0.18' }), line('bonuses'), line('vip-cash'))),
    ],
    told: [won(1, 3_870, { deductions: { bonuses: 152_700, 'vip-cash': 0 } })],
    months: 1,
    totals: [691.49],
  },
  {
    name: 'WE-02 27,000 less bonus, fee and royalty at 40 %: 9,720.00',
    components: [share('0.40', by(line('bonus'), line('fee'), line('royalty')))],
    told: [won(1, 27_000, { deductions: { bonus: 100_000, fee: 50_000, royalty: 120_000 } })],
    months: 1,
    totals: [9_720],
  },
  {
    name: 'WE-03 a share of a side product’s turnover is added, percentages and points are deducted',
    components: [
      share(
        '0.30',
        by(
          line('poker', 'add', { of: 'turnover', rate: '0.01' }),
          line('administration', 'deduct', { of: 'gross-revenue', rate: '0.10' }),
          line('points'),
        ),
      ),
    ],
    told: [won(1, 1_000, { turnover: 500_000, deductions: { points: 2_500 } })],
    months: 1,
    totals: [277.5],
  },
  {
    name: 'WE-04 net 8,000 in the band of 37 %: 2,960.00',
    components: [
      share('0.35', {
        ...by(line('bonuses')),
        tiers: scale(bandsOfNet, { crossing: undefined, retroactive: undefined, demotion: undefined }),
      }),
    ],
    told: [won(1, 10_000, { deductions: { bonuses: 200_000 } })],
    months: 1,
    totals: [2_960],
  },
  {
    name: 'WE-05 45 % of 10.50, half away from zero: 4.73',
    components: [share('0.45', { rounding: 'half-away' })],
    told: [won(1, 10.5)],
    months: 1,
    totals: [4.73],
  },
  {
    name: 'WE-05 45 % of 10.50, half to even: 4.72',
    components: [share('0.45', { rounding: 'half-even' })],
    told: [won(1, 10.5)],
    months: 1,
    totals: [4.72],
  },
  {
    name: 'WE-07 gross 500 less 150 at 25 %: 87.50',
    components: [share('0.25', by(line('deductions')))],
    told: [won(1, 500, { deductions: { deductions: 15_000 } })],
    months: 1,
    totals: [87.5],
  },
  {
    name: 'WE-07 gross 12,000 less 3,000 at 30 %: 2,700.00',
    components: [share('0.30', by(line('deductions')))],
    told: [won(1, 12_000, { deductions: { deductions: 300_000 } })],
    months: 1,
    totals: [2_700],
  },
  {
    name: 'WE-08 -10,000 and +15,000 at 30 %, carried: 0 and 1,500.00',
    components: [share('0.30')],
    told: [won(1, -10_000), won(2, 15_000)],
    months: 2,
    totals: [0, 1_500],
    carries: ['1000000', '0'],
  },
  {
    name: 'WE-08 the same without carryover: 0 and 4,500.00',
    components: [share('0.30', carried('none'))],
    told: [won(1, -10_000), won(2, 15_000)],
    months: 2,
    totals: [0, 4_500],
    carries: ['0', '0'],
  },
  {
    name: 'WE-09 a member wins 15,000 and fees of 1,500 deepen it: -16,500 is carried, then 3,120.00',
    components: [share('0.40', by(line('fees')))],
    told: [won(1, -15_000, { deductions: fees }), won(2, 24_300)],
    months: 2,
    totals: [0, 3_120],
    carries: ['1650000', '0'],
  },
  {
    name: 'WE-10 +2,000, -1,500: the third month opens at -1,500',
    components: [share('1')],
    told: [won(1, 2_000), won(2, -1_500), won(3, 0)],
    months: 3,
    totals: [2_000, 0, 0],
    carries: ['0', '150000', '150000'],
  },
  {
    name: 'WE-11 a deficit opens month after month until it is met',
    components: [share('0.5')],
    told: [won(1, -100), won(2, 40), won(3, 30), won(4, 50), won(5, 10)],
    months: 5,
    totals: [0, 0, 0, 10, 5],
    carries: ['10000', '6000', '3000', '0', '0'],
  },
  {
    name: 'WE-12 five CPAs and a share of -800.00, the share carried: 500.00 is paid, -800.00 carried',
    components: [flat('first-deposit', 10_000), share('0.40', carried('component', 'commission'))],
    told: [...cpas(5), won(1, -2_000)],
    months: 1,
    paid: 500,
    totals: [0],
    carries: ['80000'],
  },
  {
    name: 'WE-12 the whole account: nothing is paid, -300.00 carried',
    components: [flat('first-deposit', 10_000), share('0.40', carried('account', 'commission'))],
    told: [...cpas(5), won(1, -2_000)],
    months: 1,
    paid: 0,
    totals: [-500],
    carries: ['30000'],
  },
  {
    name: 'WE-12 ring-fenced: 500.00 is paid, nothing carried',
    components: [flat('first-deposit', 10_000), share('0.40', carried('ring-fence'))],
    told: [...cpas(5), won(1, -2_000)],
    months: 1,
    paid: 500,
    totals: [0],
    carries: ['0'],
  },
  {
    name: 'WE-16 35 % of 120 a month of each of 100 players for twelve months: 50,400.00',
    components: [share('0.35')],
    told: times(12, (month) => won(month + 1, 12_000)),
    months: 12,
    paid: 50_400,
    totals: Array(12).fill(4_200),
  },
  {
    name: 'WE-21 25,000 net by whole bands: 8,750.00',
    components: [
      share('0.25', {
        tiers: scale(
          [
            { upTo: 500_000, rate: '0.25' },
            { upTo: 2_000_000, rate: '0.30' },
            { upTo: null, rate: '0.35' },
          ],
          { crossing: undefined, retroactive: undefined, demotion: undefined },
        ),
      }),
    ],
    told: [won(1, 25_000)],
    months: 1,
    totals: [8_750],
  },
];

/** What a month is rated by: the close issues the statement, and its entries explain themselves. */
export const months: Example[] = [
  ...rows.map(
    ({ name, totals, carries, paid, ...story }): Example => ({
      name,
      async play(start) {
        const made = await closed(start, story);
        expect(made.totals).toEqual(totals);
        if (paid !== undefined) expect(await made.world.total()).toBe(paid * 100);
        if (carries)
          expect(made.statements.map((one) => one.components.find(({ component }: Json) => component === 'share').carry.closing)).toEqual(
            carries,
          );
      },
    }),
  ),
  {
    name: 'WE-06 the lines of the waterfall are the whole difference between gross and net',
    async play(start) {
      const lines = [line('bonuses'), line('administration', 'deduct', { of: 'gross-revenue', rate: '0.123' })];
      const { statements } = await closed(start, {
        components: [share('0.30', by(...lines))],
        told: [won(1, 100.01, { deductions: { bonuses: 33 } })],
        months: 1,
      });
      const [shown] = statements[0].components[0].waterfalls;
      const milli = (amount: string): number => Math.round(Number(amount) * 1_000);
      expect(sum(shown.lines.map(({ amount }: Json) => milli(amount)))).toBe(milli(shown.net) - milli(shown.gross));
    },
  },
  {
    name: 'WE-13 a high roller is set apart: at most the negative total, met only by what he loses later',
    async play(start) {
      const carryover = { policy: 'component', unit: 'base', highRoller: { threshold: -500_000 } };
      const told = [
        won(1, -9_000, {}, 'h1'),
        won(1, -6_000, {}, 'h2'),
        won(1, 5_000, {}, 'c'),
        won(2, 1_000, {}, 'h1'),
        won(2, 2_000, {}, 'c'),
        won(3, 7_000, {}, 'h1'),
        won(3, 1_000, {}, 'h2'),
      ];
      const { totals, statements } = await closed(start, { components: [share('0.5', { carryover })], told, months: 3 });
      expect(totals).toEqual([0, 1_000, 1_000]);
      expect(statements.map((one) => one.components[0].carry.closing)).toEqual(['0', '0', '0']);
    },
  },
  {
    name: 'WE-17 the CPA is an advance: the share is payable only beyond it, and what is left to recoup carries',
    async play(start) {
      const told = [...cpas(1), won(1, 300), won(2, 200), won(3, 100)];
      const { world, totals, statements } = await closed(start, {
        components: [flat('first-deposit', 12_000), share('0.30', { recoups: ['first-deposit'], ...carried('ring-fence') })],
        told,
        months: 3,
      });
      expect(totals).toEqual([0, 30, 30]);
      expect(statements.map((one) => one.components.find(({ component }: Json) => component === 'share').recoup.closing)).toEqual([
        '3000',
        '0',
        '0',
      ]);
      expect(await world.total()).toBe(18_000);
    },
  },
  {
    name: 'WE-25 bands of two conditions: the highest whose both hold, else the lowest',
    async play(start) {
      const bands = [
        { atLeast: [0, 0], rate: '0.25' },
        { atLeast: [1_000_000, 3], rate: '0.30' },
        { atLeast: [5_000_000, 5], rate: '0.35' },
      ];
      const tiers = scale(bands, {
        metric: [{ measure: 'amount' }, { measure: 'customers' }],
        bounds: undefined,
        crossing: undefined,
        retroactive: undefined,
        demotion: undefined,
      });
      const of = (month: number, total: number, players: number) => times(players, (index) => won(month, total / players, {}, `p${index}`));
      const told = [...of(1, 60_000, 2), ...of(2, 60_000, 4), ...of(3, 60_000, 5), ...of(4, 9_000, 9)];
      const { totals } = await closed(start, { components: [share('0.25', { tiers })], told, months: 4 });
      expect(totals).toEqual([15_000, 18_000, 21_000, 2_250]);
    },
  },
  {
    name: 'WE-14 a deal that offsets commission of others against net revenue mixes units and is refused',
    async play(start) {
      const world = await start();
      await world.partner('a');
      const mixed = [flat('first-deposit', 10_000), share('0.30', carried('account', 'base'))];
      await expect(world.deal('a', mixed)).rejects.toThrow(/422.*terms-invalid/s);
    },
  },
];
