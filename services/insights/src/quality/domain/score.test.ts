import { expect, test } from '@jest/globals';
import { rate, rational, toExactText } from '@tributary/money';
import { figuresOf } from './figures.js';
import { eachFigure, type Figures, score } from './score.js';
import { addUp, readWeights } from './weights.js';

const figures = (retention: string, volume: string, value: string, refunds: string): Figures => ({
  retention: rate(retention),
  volume: rate(volume),
  value: rate(value),
  refunds: rate(refunds),
});
const told = (partners: Record<string, Figures>, weights: Figures) =>
  score(new Map(Object.entries(partners)), weights).map(({ partnerId, score: total }) => [partnerId, toExactText(total)]);

const partners = { few: figures('0.8', '5', '5000', '1'), many: figures('0.2', '50', '5000', '0.5') };

test('T-45 fewer but retained stand above more: retention weighs more than volume, and other weights turn it round', () => {
  expect(told(partners, figures('0.6', '0.2', '0.2', '0'))).toEqual([
    ['few', '0.82'],
    ['many', '0.55'],
  ]);
  expect(told(partners, figures('0.2', '0.6', '0.2', '0'))).toEqual([
    ['many', '0.85'],
    ['few', '0.46'],
  ]);
});

test('T-45 a score is the sum of what is shown: each figure to the best, times its weight, exactly', () => {
  const weights = readWeights({ retention: '0.7', volume: '0.1', value: '0.1', refunds: '0.1' });
  const [first] = score(new Map(Object.entries({ a: figures('1', '1', '7', '1'), b: figures('1', '3', '9', '1') })), weights).slice(1);
  expect(first && eachFigure((name) => Object.values(first.figures[name]).map(toExactText))).toEqual({
    retention: ['1', '1', '0.7', '0.7'],
    volume: ['1', '1/3', '0.1', '1/30'],
    value: ['7', '7/9', '0.1', '7/90'],
    refunds: ['1', '1', '0.1', '0.1'],
  });
  expect(first && toExactText(first.score)).toBe('41/45');
});

test('where nobody has anything nobody stands out; equals stand by id', () => {
  const nothing = figures('0', '0', '0', '0');
  expect(told({ b: nothing, a: nothing }, figures('0.6', '0.2', '0.2', '0'))).toEqual([
    ['a', '0'],
    ['b', '0'],
  ]);
  expect(told({}, nothing)).toEqual([]);
});

test('figures of what was counted: shares of customers and of money', () => {
  const counted = { partnerId: 'p', conversions: 4n, customers: 3n, retained: 1n, value: 1000n, refunded: 250n };
  expect(figuresOf(counted)).toEqual({ retention: rational(1n, 3n), volume: rational(4n), value: rational(1000n), refunds: rate('0.75') });
  const none = { ...counted, customers: 0n, retained: 0n, value: 0n };
  expect(figuresOf({ ...none, refunded: 0n })).toMatchObject({ retention: rational(0n), refunds: rational(1n) });
  expect(figuresOf(none).refunds).toEqual(rational(0n));
  expect(figuresOf({ ...counted, refunded: 1001n }).refunds).toEqual(rational(0n));
});

test('weights are a whole, to the last digit', () => {
  expect(addUp({ retention: '0.6', volume: '0.2', value: '0.2', refunds: '0' })).toBe(true);
  expect(addUp({ retention: '0.1', volume: '0.2', value: '0.3', refunds: '0.4' })).toBe(true);
  expect(addUp({ retention: '0.6', volume: '0.2', value: '0.2', refunds: '0.000000000001' })).toBe(false);
  expect(addUp({ retention: '0.6', volume: '0.2', value: '0.1', refunds: '0' })).toBe(false);
});
