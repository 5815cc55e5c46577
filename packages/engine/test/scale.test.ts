import { expect, test } from '@jest/globals';
import { add, multiply, negate, type Rational, rate, toExactText } from '@tributary/money';
import fc from 'fast-check';
import { bandOf, marginalParts, marginalSum } from '../src/engine-1/scale.js';
import { type Band, checkTerms } from '../src/index.js';

const byRate = (band: Band): Rational => rate(band.rate ?? '0');
const marginal = (bands: readonly Band[], value: string, bounds: 'inclusive' | 'exclusive' = 'inclusive'): string =>
  toExactText(marginalSum(marginalParts(bands, rate('0'), rate(value), bounds), byRate));
const whole = (bands: readonly Band[], value: string, bounds: 'inclusive' | 'exclusive' = 'inclusive'): string => {
  const { band } = bandOf(bands, [rate(value)], bounds, 'all');
  return toExactText(add(multiply(rate(value), rate(band.rate ?? '0')), rate(String(band.fixed ?? 0))));
};

// Amounts of the examples in major units: a scale has no unit of its own.
const ngr: Band[] = [
  { upTo: 5_000, rate: '0.25' },
  { upTo: 20_000, rate: '0.30' },
  { upTo: 50_000, rate: '0.35' },
  { upTo: 100_000, rate: '0.40' },
  { upTo: null, rate: '0.50' },
];
const sales: Band[] = [
  { upTo: 5_000, rate: '0.10' },
  { upTo: null, rate: '0.12' },
];
const graduated: Band[] = [
  { upTo: 10, rate: '0.01', fixed: 200 },
  { upTo: 20, rate: '0.02', fixed: 300 },
  { upTo: null, rate: '0.03', fixed: 400 },
];

test('WE-21 whole pays the one rate on everything, marginal each part at its own', () => {
  expect(whole(ngr, '25000')).toBe('8750');
  expect(marginal(ngr, '25000')).toBe('7500');
});

test('WE-23 10 % to 5,000 and 12 % above', () => {
  expect(['4000', '5000', '6000'].map((value) => marginal(sales, value))).toEqual(['400', '500', '620']);
});

test('WE-22 WE-24 the upper bound belongs to its band, unless bounds are exclusive', () => {
  const at = (value: string, bounds: 'inclusive' | 'exclusive') => bandOf(sales, [rate(value)], bounds, 'all').index;
  expect(['4999.99', '5000', '5000.01'].map((value) => at(value, 'inclusive'))).toEqual([0, 0, 1]);
  expect(['4999.99', '5000', '5000.01'].map((value) => at(value, 'exclusive'))).toEqual([0, 1, 1]);
  expect([whole(sales, '5000'), whole(sales, '5000', 'exclusive')]).toEqual(['500', '600']);
  expect([marginal(sales, '5000'), marginal(sales, '5000', 'exclusive')]).toEqual(['500', '500']);
});

test('WE-27 volume and graduated scales with fixed payments', () => {
  const volume: Band[] = [{ upTo: 50_000, rate: '0.001' }, { upTo: 100_000, rate: '0.0006', fixed: 10 }, { upTo: null }];
  expect(whole(volume, '65000')).toBe('49');
  expect(['10', '11', '12', '21'].map((value) => marginal(graduated, value))).toEqual(['200.1', '500.12', '500.14', '900.33']);
  const between: Band[] = [
    { upTo: 100, rate: '2', fixed: 10 },
    { upTo: 200, rate: '1' },
  ];
  expect(['100', '100.5'].map((value) => whole(between, value))).toEqual(['210', '100.5']);
});

test('WE-27 with exclusive bounds a band is reached at its bound', () => {
  expect([marginal(graduated, '10'), marginal(graduated, '10', 'exclusive')]).toEqual(['200.1', '500.1']);
  expect([marginal(graduated, '0'), marginal(graduated, '0', 'exclusive')]).toEqual(['0', '0']);
});

test('WE-42 lots of a month, whole or marginal', () => {
  const lots: Band[] = [
    { upTo: 50, rate: '4' },
    { upTo: 100, rate: '5' },
    { upTo: null, rate: '6' },
  ];
  expect([whole(lots, '120'), marginal(lots, '120')]).toEqual(['720', '570']);
});

test('WE-25 of several metrics the highest band whose minima are all met holds, else the lowest', () => {
  const bands: Band[] = [
    { atLeast: [1_000, 5], rate: '0.25' },
    { atLeast: [5_000, 10], rate: '0.30' },
    { atLeast: [20_000, 15], rate: '0.35' },
  ];
  const at = (amount: string, players: string) => bandOf(bands, [rate(amount), rate(players)], 'inclusive', 'all').index;
  expect([at('20000', '15'), at('20000', '14'), at('19999.99', '99'), at('5000', '9'), at('0', '0')]).toEqual([2, 1, 1, 0, 0]);
});

test('A-17 of several metrics the highest band of whose minima any is met holds, by equality too, else the lowest', () => {
  const bands: Band[] = [
    { atLeast: [null, null], rate: '0.10' },
    { atLeast: [20, null], rate: '0.15' },
    { atLeast: [50, 1_000_000], rate: '0.20' },
  ];
  const at = (count: string, amount: string, reach: 'all' | 'any' = 'all') =>
    bandOf(bands, [rate(count), rate(amount)], 'exclusive', reach).index;
  const figures = [
    ['0', '0'],
    ['19', '999999'],
    ['20', '0'],
    ['49', '999999.9'],
    ['50', '0'],
    ['0', '1000000'],
    ['50', '1000000'],
  ] as const;
  expect(figures.map(([count, amount]) => at(count, amount, 'any'))).toEqual([0, 0, 1, 1, 2, 2, 2]);
  expect(figures.map(([count, amount]) => at(count, amount, 'all'))).toEqual([0, 0, 1, 1, 1, 0, 2]);
  expect(figures.map(([count, amount]) => at(count, amount))).toEqual([0, 0, 1, 1, 1, 0, 2]);
});

test('A-17 no band of a scale that the checks accept is hidden by others', () => {
  const least = fc.option(fc.integer({ min: 1, max: 4 }), { nil: null });
  const minima = fc.array(fc.tuple(least, least), { minLength: 2, maxLength: 4 });
  const grid = ['0', '1', '2', '3', '4', '5'].flatMap((a) => ['0', '1', '2', '3', '4', '5'].map((b) => [rate(a), rate(b)]));
  let accepted = 0;
  fc.assert(
    fc.property(minima, fc.constantFrom('all' as const, 'any' as const), (list, reach) => {
      const bands: Band[] = list.map((atLeast, index) => ({ atLeast: index === 0 ? [null, null] : atLeast, rate: '0.1' }));
      const metric = [{ measure: 'count' }, { measure: 'amount' }] as const;
      const tiers = {
        metric,
        reset: 'month',
        scale: 'whole',
        crossing: 'new',
        retroactive: 'none',
        demotion: 'keep',
        reach,
        bands,
      } as const;
      if (checkTerms({ components: [{ on: 'sale', model: 'percentage', rate: '0.1', tiers }] }).length > 0) return;
      accepted += 1;
      const found = new Set(grid.map((values) => bandOf(bands, values, 'inclusive', reach).index));
      expect([...found].sort()).toEqual([...bands.keys()]);
    }),
    { numRuns: 3_000, seed: 17 },
  );
  expect(accepted).toBeGreaterThan(200);
});

test('below zero is the first band, beyond the last bound the last', () => {
  expect(bandOf(ngr, [rate('-800')], 'inclusive', 'all').index).toBe(0);
  expect(marginal(ngr, '-800')).toBe('-200');
  expect(bandOf([{ upTo: 10 }, { upTo: 20 }], [rate('21')], 'inclusive', 'all').index).toBe(1);
});

test('a scale needs bands', () => {
  expect(() => bandOf([], [rate('1')], 'inclusive', 'all')).toThrow(RangeError);
});

test('a marginal scale is linear: on the way up, in steps, and back', () => {
  const value = fc.bigInt({ min: -50n, max: 200n }).map((n) => ({ n, d: 4n }));
  const sum = (from: Rational, to: Rational, bounds: 'inclusive' | 'exclusive') =>
    toExactText(marginalSum(marginalParts(graduated, from, to, bounds), byRate));
  fc.assert(
    fc.property(value, value, value, fc.constantFrom('inclusive' as const, 'exclusive' as const), (a, b, c, bounds) => {
      const inSteps = add(
        marginalSum(marginalParts(graduated, a, b, bounds), byRate),
        marginalSum(marginalParts(graduated, b, c, bounds), byRate),
      );
      expect(toExactText(inSteps)).toBe(sum(a, c, bounds));
      expect(toExactText(negate(marginalSum(marginalParts(graduated, c, a, bounds), byRate)))).toBe(sum(a, c, bounds));
    }),
  );
});
