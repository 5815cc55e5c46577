import { expect, test } from '@jest/globals';
import {
  amountAt,
  type Component,
  type Conversion,
  foldConversion,
  foldStream,
  inCanonicalOrder,
  type StreamRecord,
  withDefaults,
} from '../src/index.js';
import { aDeal, aRefund, aSale } from './builders.js';

const tiers: Component['tiers'] = { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands: [{}] };
const fold = (component: Component, refunds: Conversion[] = [], original = aSale()) =>
  foldConversion({ original, refunds, versions: [aDeal({ components: [component] })], brandCurrency: 'EUR' });
const some = [aRefund(2_500n)];

test('M-27 what no longer qualifies after a refund no longer counts, unless the terms keep it, or a part of it still earns', () => {
  const weights = (component: Component) => fold(component, some).records[0]?.weights;
  const flat: Component = { on: 'sale', model: 'flat', amount: 100, qualify: { minAmount: 8_000 }, tiers };
  expect([weights(flat), weights({ ...flat, tiers: { ...tiers, demotion: 'keep' } })]).toEqual([['0'], ['1']]);
  expect(weights({ ...flat, model: 'flat-plus-percentage', rate: '0.1' })).toEqual(['1']);
});

test('M-25 a share that does not stand after a refund is shown as none of the whole', () => {
  const component: Component = {
    on: 'sale',
    model: 'percentage',
    rate: '0.1',
    onRefund: 'when-fully-refunded',
    qualify: { minAmount: 8_000 },
  };
  expect(fold(component, some).scopes[0]?.explanation.steps.at(-1)).toEqual({
    step: 'percentage-part',
    formula: '10000 x 0.1 x 0',
    value: '0',
  });
});

test('P-17 why nothing comes of it: no money, none of it, no rate', () => {
  const reason = (component: Component, rest: Partial<Conversion> = {}) => fold(component, [], aSale(rest)).reason;
  const both: Component = { on: 'sale', model: 'flat-plus-percentage', rate: '0.1', amount: 0 };
  expect([reason(both, { amount: 0n }), reason(both, { amount: null }), reason({ ...both, rate: '0' })]).toEqual([
    'amount-is-zero',
    'no-amount',
    'rate-is-zero',
  ]);
  const items: Component = { on: 'sale', model: 'line-items', items: { rates: [] } };
  expect(reason(items, { details: { lines: [{ sku: 'a', quantity: 1, amount: 0 }] } })).toBe('rate-is-zero');
  expect(fold({ ...both, amount: 7 }, [], aSale({ amount: null, currency: 'USD' })).scopes[0]).toMatchObject({ exact: '7', reason: null });
});

test('M-10 what a scale goes by: the base of shares, and the units of amounts', () => {
  const whole = (component: Component, details: Conversion['details'] = null) =>
    fold({ ...component, tiers }, [], aSale({ details })).records[0]?.whole;
  expect(whole({ on: 'sale', model: 'spread-share', rate: '0.5', spread: { unit: 10 } }, { quantity: '2', spread: '3' })).toEqual({
    base: '60',
    units: '0',
    plain: '30',
  });
  const lines = [{ sku: 'a', quantity: 1, amount: 100 }];
  expect(whole({ on: 'sale', model: 'line-items', items: { rates: [], otherwise: '0.5' } }, { lines })).toEqual({
    base: '100',
    units: '0',
    plain: '50',
  });
  expect(whole({ on: 'sale', model: 'per-unit', amount: 5 }, { quantity: '2.5' })).toEqual({ base: '0', units: '5/2', plain: '25/2' });
});

test('M-24 what only moves a meter carries nothing to rate', () => {
  const counted: Component = { on: 'lead', model: 'flat', amount: 5, tiers: { ...tiers, metric: { measure: 'count', on: 'sale' } } };
  const nothing = { base: '0', units: '0', plain: '0' };
  expect(fold(counted).records).toMatchObject([
    { scope: null, picked: { rate: null, amount: null }, whole: nothing, rest: nothing, paidAt: null },
  ]);
});

const record = (number: number, occurredAt: string): StreamRecord => ({
  stream: 's',
  conversionId: `c${number}`,
  eventId: `e${number}`,
  occurredAt,
  dealId: 'deal_a',
  dealVersion: 1,
  component: 'sale',
  scope: `c${number}`,
  customerId: null,
  weights: ['1'],
  picked: { rate: '0.1', amount: null },
  whole: { base: '1000', units: '0', plain: '100' },
  rest: { base: '1000', units: '0', plain: '100' },
  paidAt: null,
});

test('WE-28 a window that ends exactly its days later no longer lifts a record', () => {
  const [component] = withDefaults({
    components: [
      {
        on: 'sale',
        model: 'percentage',
        rate: '0.1',
        tiers: { ...tiers, reset: { rollingDays: 3 }, retroactive: 'all', bands: [{ upTo: 3, rate: '0.2' }, { rate: '0.3' }] },
      },
    ],
  }).components;
  const at = (day: number, hour: number) => `2026-03-0${day}T${hour}:00:00.000Z`;
  const records = [at(1, 12), at(3, 12), at(3, 13), at(4, 12), at(4, 12)].map((when, index) => record(index, when));
  const { lines } = foldStream(records, () => ({ component: component!, timeZone: 'UTC' }));
  expect(lines.map(({ entitlement }) => Number(entitlement))).toEqual([200, 300, 300, 300, 300]);
});

test('D-02 the order of records tells which stands before and which after', () => {
  const [a, b] = [record(1, '2026-03-01T00:00:00.000Z'), record(2, '2026-03-01T00:00:00.000Z')];
  expect([inCanonicalOrder(a, b), inCanonicalOrder(b, a), inCanonicalOrder(a, a)]).toEqual([-1, 1, 0]);
});

const fold2 = (component: Component, records: readonly StreamRecord[]) =>
  foldStream(records, () => ({ component: withDefaults({ components: [component] }).components[0]!, timeZone: 'UTC' }));
const noon = (day: number) => `2026-03-0${day}T12:00:00.000Z`;
const sale: Component = { on: 'sale', model: 'percentage', rate: '0.1' };

test('M-16 what one cap blocks takes nothing of another; what is nothing by itself is not over a cap', () => {
  const caps = [
    { measure: 'conversions', limit: 1, per: 'month' },
    { measure: 'amount', limit: 500, per: 'month', afterRefund: 'stays' },
  ] as const;
  const { state } = fold2({ ...sale, caps }, [record(1, noon(1)), record(2, noon(2))]);
  expect([state.used['amount month']?.total, state.sum]).toEqual(['100', '0']);
  const component = withDefaults({ components: [{ ...sale, caps }] }).components[0]!;
  const place = { before: [], reached: null, room: ['1', '500'], sumBefore: '0', bandBefore: null };
  const nothing = { base: '0', units: '0', plain: '0' };
  expect(amountAt({ ...record(1, noon(1)), whole: nothing, rest: nothing }, component, place).reason).toBeNull();
});

test('A-19 records of one instant that are paid at it are rated by all of them', () => {
  const unpaid: Component = { ...sale, tiers: { ...tiers, retroactive: 'unpaid', bands: [{ upTo: 1, rate: '0.1' }, { rate: '0.2' }] } };
  const paid = { ...record(1, noon(1)), paidAt: noon(1) };
  expect(fold2(unpaid, [paid, record(2, noon(1))]).lines.map(({ entitlement }) => Number(entitlement))).toEqual([200, 200]);
});

test('WE-28 in windows a customer counts with the first record that counts, and the last record is lifted by none before it', () => {
  const window: Component = { ...sale, tiers: { ...tiers, reset: { rollingDays: 3 }, metric: { measure: 'customers' }, bands: [{}] } };
  const of = (number: number, weight: string) => ({ ...record(number, noon(number)), customerId: 'x', weights: [weight] });
  expect(fold2(window, [of(1, '0'), of(2, '1'), of(3, '1')]).lines.map(({ place }) => place.weights)).toEqual([['0'], ['1'], ['0']]);
  const lifted: Component = {
    ...sale,
    tiers: { ...tiers, reset: { rollingDays: 3 }, retroactive: 'all', bands: [{ upTo: 1, rate: '0.1' }, { rate: '0.2' }] },
  };
  const amounts = fold2(
    lifted,
    [1, 2, 9].map((day) => record(day, noon(day))),
  ).lines.map(({ entitlement }) => Number(entitlement));
  expect(amounts).toEqual([200, 200, 100]);
});

test('M-10 a share of no money counts for no scale, even where the whole counts', () => {
  const keep: Component = { ...sale, tiers: { ...tiers, demotion: 'keep' } };
  expect(fold(keep, [], aSale({ amount: null, currency: null })).records[0]?.weights).toEqual(['0']);
});
