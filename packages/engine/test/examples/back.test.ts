import { expect, test } from '@jest/globals';
import {
  type Back,
  type Band,
  type Component,
  checkTerms,
  foldStream,
  type StreamRecord,
  type StreamState,
  type Tiers,
  withDefaults,
} from '../../src/index.js';
import { type World, world } from '../world.js';
import { percent, sales, scale } from './scales.js';

const count = { metric: { measure: 'count' }, retroactive: 'all' } as const;
/** 10 % for two, 20 % up to four, then 30 %. */
const steps = (second: Back | undefined, third?: Back): Band[] => [
  { upTo: 2, rate: '0.10' },
  { upTo: 4, rate: '0.20', back: second },
  { upTo: null, rate: '0.30', back: third },
];
const hundreds = (bands: readonly Band[], number: number, rest: Partial<Tiers> = {}, component: Partial<Component> = {}) =>
  sales(percent(scale(bands, { ...count, ...rest }), component), Array<number>(number).fill(100));

test('M-10 from the third player 275.00, those before it 260.00: what came before has an action and a value of its own', () => {
  const told = world();
  const bands: Band[] = [{ upTo: 2, amount: 25_000 }, { upTo: 4, amount: 27_500, back: { amount: 26_000 } }, { amount: 30_000 }];
  told.deal('a', [{ on: 'deposit', model: 'flat', amount: 25_000, tiers: scale(bands, count) }]);
  const after = () => {
    told.event({ kind: 'deposit', at: `03-0${told.amounts('a').length + 1}` });
    return told.amounts('a').map((amount) => amount / 100);
  };
  expect(after()).toEqual([250]);
  expect(after()).toEqual([250, 250]);
  expect(after()).toEqual([260, 260, 275]);
  expect(after()).toEqual([260, 260, 275, 275]);
  // The last band says nothing of what came before: all of it is paid by it.
  expect(after()).toEqual([300, 300, 300, 300, 300]);
  told.refund('c0001');
  expect(told.amounts('a').map((amount) => amount / 100)).toEqual([0, 260, 260, 275, 275]);
});

test('M-10 each action changes what the own place gave: set to a rate, times, plus an amount', () => {
  const by = (back: Back) => hundreds(steps({ rate: '0.5' }, back), 5).amounts('a');
  expect(by({ rate: '0.12' })).toEqual([1_200, 1_200, 1_200, 1_200, 3_000]);
  expect(by({ factor: '1.5' })).toEqual([1_500, 1_500, 3_000, 3_000, 3_000]);
  expect(by({ factor: '0' })).toEqual([0, 0, 0, 0, 3_000]);
  const lots = (back: Back) => {
    const told = world();
    const bands: Band[] = [
      { upTo: 10, amount: 400 },
      { upTo: 20, amount: 500 },
      { amount: 600, back },
    ];
    const tiers = scale(bands, { metric: { measure: 'quantity' }, retroactive: 'all' });
    told.deal('a', [{ on: 'trade', model: 'per-unit', amount: 0, tiers }]);
    for (const [index, quantity] of ['8', '7.5', '10'].entries())
      told.event({ kind: 'trade', at: `03-0${index + 1}`, details: { quantity } });
    return told.amounts('a');
  };
  expect(lots({ add: 50 })).toEqual([3_600, 4_125, 6_000]);
  expect(lots({ add: '0.5' })).toEqual([3_204, 3_754, 6_000]);
  expect(lots({ amount: '410.2' })).toEqual([3_282, 3_077, 6_000]);
});

test('M-10 of flat plus percentage the part that is not set stays as its own band pays it, by its factor too', () => {
  const by = (first: Band, back: Back) =>
    hundreds(
      [
        { ...first, upTo: 1 },
        { rate: '0.5', amount: 900, back },
      ],
      2,
      {},
      { model: 'flat-plus-percentage', amount: 300 },
    ).amounts('a')[0];
  expect(by({}, { rate: '0.12' })).toBe(1_500);
  expect(by({ amount: 400 }, { rate: '0.12' })).toBe(1_600);
  expect(by({ rate: '0.2' }, { rate: '0.12' })).toBe(1_500);
  expect(by({ factor: '2' }, { rate: '0.12' })).toBe(1_800);
  expect(by({}, { amount: 450 })).toBe(1_450);
  expect(by({ rate: '0.2' }, { amount: 450 })).toBe(2_450);
  expect(by({ amount: 400 }, { amount: 450 })).toBe(1_450);
  expect(by({ factor: '2' }, { amount: 450 })).toBe(2_450);
  expect(by({ factor: '2' }, { factor: '1.5' })).toBe(3_900);
  expect(by({ rate: '0.2', amount: 400 }, { add: 7 })).toBe(2_407);
});

test('M-10 what stands in the band reached, or above it at its own place, is paid by the band', () => {
  // The third crosses the bound by its own amount: it is itself counted.
  const bands: Band[] = [
    { upTo: 20_000, rate: '0.10' },
    { rate: '0.20', back: { rate: '0.15' } },
  ];
  const by = (bounds: Tiers['bounds']) => sales(percent(scale(bands, { retroactive: 'all', bounds })), [100, 100, 0.01]).amounts('a');
  expect(by('inclusive')).toEqual([1_500, 1_500, 0]);
  expect(by('exclusive')).toEqual([1_500, 2_000, 0]);
});

test('M-10 only what is unpaid goes up, and what was paid keeps what the band reached by then made of it', () => {
  for (const reset of ['month', { rollingDays: 60 }] as const) {
    const told = hundreds(steps({ rate: '0.15' }, { factor: '1.5' }), 5, { retroactive: 'unpaid', reset });
    told.pay('c0001', '2026-03-02T15:00:00.000Z');
    told.pay('c0002', '2026-03-03T15:00:00.000Z');
    told.pay('c0003', '2026-03-04T15:00:00.000Z');
    expect(told.amounts('a')).toEqual([1_000, 1_500, 2_000, 3_000, 3_000]);
  }
});

test('M-10 in a rolling window a line is changed by the highest band that any window with it reaches, and by its own place in its own', () => {
  const rolling = (at: readonly string[]) => {
    const tiers = scale(steps({ rate: '0.15' }, { factor: '3' }), { ...count, reset: { rollingDays: 10 } });
    return sales(percent(tiers), Array<number>(at.length).fill(100), (index) => at[index] ?? '').amounts('a');
  };
  expect(rolling(['03-01', '03-02', '03-12'])).toEqual([1_000, 1_000, 1_000]);
  expect(rolling(['03-01', '03-02', '03-10', '03-14'])).toEqual([1_500, 1_500, 2_000, 1_000]);
  expect(rolling(['03-01', '03-09', '03-10', '03-11', '03-12', '03-13', '03-14'])).toEqual([
    1_500, 3_000, 6_000, 6_000, 6_000, 3_000, 3_000,
  ]);
});

test('M-10 with several metrics the own place counts by all of its minima', () => {
  const bands: Band[] = [
    { atLeast: [0, 0], rate: '0.10' },
    { atLeast: [2, 30_000], rate: '0.20', back: { factor: '1.2' } },
  ];
  const told = sales(
    percent(scale(bands, { retroactive: 'all', metric: [{ measure: 'count' }, { measure: 'amount' }] })),
    [200, 50, 50, 1],
  );
  expect(told.amounts('a')).toEqual([2_400, 600, 1_000, 20]);
});

test('M-10 a refund pays the rest by the same action, a cap limits it, and a fixed amount is paid once', () => {
  const told = hundreds(steps({ rate: '0.15' }), 3);
  told.refund('c0001', 4_000);
  expect(told.amounts('a')).toEqual([900, 1_500, 2_000]);
  const capped = (afterRefund: 'returns' | 'stays') => {
    const made = hundreds(
      steps({ rate: '0.15' }),
      4,
      { demotion: 'keep' },
      { caps: [{ measure: 'amount', limit: 4_000, per: 'month', afterRefund }] },
    );
    made.refund('c0001', 4_000);
    return made.amounts('a');
  };
  expect(capped('returns')).toEqual([900, 1_500, 1_600, 0]);
  expect(capped('stays')).toEqual([900, 1_500, 1_000, 0]);
  const fixed: Band[] = [
    { upTo: 2, rate: '0.10', fixed: 100 },
    { rate: '0.20', fixed: 500, back: { rate: '0.15' } },
  ];
  expect(hundreds(fixed, 4).amounts('a')).toEqual([2_000, 1_500, 2_000, 2_000]);
});

const shown = (told: World) =>
  told
    .results()
    .flatMap(({ scopes }) => scopes)
    .map(({ explanation: { rules, steps } }) => [
      rules.find(({ rule }) => rule === 'tier')?.detail,
      steps.filter(({ step }) => step === 'tier').map(({ formula, value }) => `${formula} = ${value}`),
    ]);

test('M-10 P-18 an explanation tells the band reached and the own one, and the arithmetic of the action', () => {
  const first = (bands: Band[], component: Partial<Component> = {}) => shown(hundreds(bands, 3, {}, component))[0];
  expect(shown(hundreds(steps({ rate: '0.15' }), 3))).toEqual([
    ['band 2 at 3, reached in the period; before it, in band 1 at 1', ['10000 x 0.15 = 1500']],
    ['band 2 at 3, reached in the period; before it, in band 1 at 2', ['10000 x 0.15 = 1500']],
    ['band 2 at 3, reached in the period', ['10000 x 0.20 = 2000']],
  ]);
  const low: Band = { upTo: 2, name: 'low' };
  const formula = (own: Band, back: Back, component: Partial<Component> = {}) => {
    const [detail, [said]] = first(
      [
        { ...low, ...own },
        { name: 'high', rate: '0.2', fixed: 30, back },
      ],
      component,
    ) as [string, string[]];
    expect(detail).toBe('band high at 3, reached in the period; before it, in band low at 1');
    return said;
  };
  expect(formula({}, { factor: '1.5' })).toBe('(1000) x 1.5 + 30 = 1530');
  expect(formula({ rate: '0.12', factor: '2' }, { factor: '1.5' })).toBe('((10000 x 0.12) x 2) x 1.5 + 30 = 3630');
  const both = { model: 'flat-plus-percentage', amount: 300 } as const;
  expect(formula({}, { rate: '0.12' }, both)).toBe('10000 x 0.12 + 1 x 300 + 30 = 1530');
  expect(formula({ factor: '2' }, { rate: '0.12' }, both)).toBe('10000 x 0.12 + (1 x 300) x 2 + 30 = 1830');
  expect(formula({}, { amount: 450 }, both)).toBe('1 x 450 + 10000 x 0.10 + 30 = 1480');
  expect(formula({ rate: '0.2' }, { add: 7 }, both)).toBe('10000 x 0.2 + 1 x 300 + 1 x 7 + 30 = 2337');
  const told = world();
  const bands: Band[] = [{ upTo: 1 }, { back: { amount: '4.5' } }];
  told.deal('a', [{ on: 'lead', model: 'flat', amount: 3, tiers: scale(bands, count) }]);
  for (const day of [1, 2]) told.event({ kind: 'lead', at: `03-0${day}` });
  expect(shown(told)).toEqual([
    ['band 2 at 2, reached in the period; before it, in band 1 at 1', ['1 x 4.5 = 4.5']],
    ['band 2 at 2, reached in the period', ['3 = 3']],
  ]);
});

/** Folds the records of hundreds, from one to another, by other bands than they were told with. */
function folding(bands: readonly Band[], change: (record: StreamRecord, index: number) => StreamRecord = (record) => record) {
  const component = percent(scale(bands, { ...count, crossing: 'new', bounds: 'inclusive', demotion: 'unwind' }));
  expect(checkTerms({ components: [component] })).toEqual([]);
  const terms = { component: withDefaults({ components: [component] }).components[0]!, timeZone: 'UTC' };
  const told = hundreds(bands, 5).results();
  const records = told.flatMap((one) => one.records).map(change);
  return (from: number, to: number, state?: StreamState) => {
    const folded = foldStream(records.slice(from, to), () => terms, state);
    return { ...folded, amounts: folded.lines.map(({ entitlement }) => Number(entitlement)) };
  };
}

test('M-10 folded on, the lines before stand until another band is reached', () => {
  const fold = folding(steps({ rate: '0.15' }, { factor: '1.5' }));
  const three = fold(0, 3);
  expect(three.amounts).toEqual([1_500, 1_500, 2_000]);
  const four = fold(3, 4, three.state);
  expect([four.amounts, four.fromTheStart]).toEqual([[2_000], false]);
  expect(fold(4, 5, four.state).fromTheStart).toBe(true);
  expect(fold(0, 5).amounts).toEqual([1_500, 1_500, 3_000, 3_000, 3_000]);
});

test('M-10 where a meter has fallen again, what stood above the band is paid by the band too', () => {
  const fold = folding(steps({ rate: '0.15' }, { rate: '0.25' }), (record, index) => ({
    ...record,
    weights: [['2', '1', '3', '-2', '-1'][index] ?? ''],
  }));
  expect(fold(0, 5).amounts).toEqual([1_500, 2_000, 2_000, 2_000, 2_000]);
  expect(fold(0, 3).amounts).toEqual([2_500, 2_500, 3_000]);
});
