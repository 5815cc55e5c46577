import { expect, test } from '@jest/globals';
import { isStreamed, streamKey } from '../src/engine-1/streams/records.js';
import type { Component } from '../src/index.js';
import {
  emptyStream,
  foldStream,
  inCanonicalOrder,
  type Kept,
  type StreamRecord,
  type StreamState,
  type Tiers,
  withDefaults,
} from '../src/index.js';
import { aDeal, aSale } from './builders.js';

const day = (number: number, hour = 12): string => `2026-03-${String(number).padStart(2, '0')}T${hour}:00:00.000Z`;
const kept = (base: number): Kept => ({ base: `${base}`, units: '0', plain: `${base / 10}` });
const record = (number: number, rest: Partial<StreamRecord> = {}): StreamRecord => ({
  stream: 's',
  conversionId: `c${number}`,
  eventId: `e${number}`,
  occurredAt: day(number),
  dealId: 'deal_a',
  dealVersion: 1,
  component: 'sale',
  scope: `c${number}/sale`,
  customerId: null,
  weights: ['1'],
  picked: { rate: '0.1', amount: null },
  whole: kept(1_000),
  rest: kept(1_000),
  paidAt: null,
  ...rest,
});
const sale = (rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'percentage', rate: '0.1', ...rest });
const terms = (component: Component, timeZone = 'UTC') => ({
  component: withDefaults({ components: [component] }).components[0]!,
  timeZone,
});
const scale = (rest: Partial<Tiers> = {}): Tiers => ({
  metric: { measure: 'count' },
  reset: 'month',
  scale: 'whole',
  bands: [{ upTo: 2, rate: '0.1' }, { upTo: 4, rate: '0.2' }, { rate: '0.3' }],
  ...rest,
});
const fold = (component: Component, records: readonly StreamRecord[], from?: StreamState, seen?: ReadonlySet<string>) =>
  foldStream(records, () => terms(component), from, seen);
const amounts = ({ lines }: ReturnType<typeof foldStream>) => lines.map(({ entitlement }) => Number(entitlement));
const places = ({ lines }: ReturnType<typeof foldStream>) => lines.map(({ record: { conversionId } }) => conversionId);

test('D-02 records stand by time, then event, then conversion, whatever order they come in', () => {
  const at = (conversionId: string, eventId: string, occurredAt: string) => record(1, { conversionId, eventId, occurredAt });
  const told = [at('c9', 'e2', day(2)), at('c3', 'e1', day(2)), at('c2', 'e1', '2026-03-02T13:00:00.000+01:00'), at('c5', 'e9', day(1))];
  const component = sale({ tiers: scale() });
  for (const list of [told, [...told].reverse(), [told[2]!, told[0]!, told[3]!, told[1]!]]) {
    expect([...list].sort(inCanonicalOrder).map(({ conversionId }) => conversionId)).toEqual(['c5', 'c2', 'c3', 'c9']);
    expect(places(fold(component, list))).toEqual(['c5', 'c2', 'c3', 'c9']);
  }
  expect(inCanonicalOrder(told[0]!, told[0]!)).toBe(0);
});

test('M-10 the state after some records is what the next ones need: meters by what they measure, in the latest period', () => {
  const component = sale({
    tiers: scale({
      metric: [{ measure: 'count' }, { measure: 'amount', of: 'network', across: 'brands' }],
      retroactive: 'all',
      bands: [{ rate: '0.1' }, { atLeast: [2, 0], rate: '0.2' }],
    }),
    caps: [
      { measure: 'amount', limit: 1_000, per: 'month' },
      { measure: 'conversions', limit: 5, per: 'day', of: 'customer' },
    ],
    subCent: 'accumulate',
  });
  const { state, fromTheStart } = fold(component, [
    record(1, { weights: ['1', '10'], customerId: 'x' }),
    record(2, { weights: ['1', '1/2'] }),
  ]);
  expect(fromTheStart).toBe(false);
  expect(state).toEqual({
    meters: {
      'count sale own deal': { period: '2026-03', total: '2' },
      'amount sale network brands': { period: '2026-03', total: '21/2' },
    },
    used: {
      'amount month': { period: '2026-03', total: '400' },
      'conversions day customer x': { period: '2026-03-01', total: '1' },
      'conversions day customer ': { period: '2026-03-02', total: '1' },
    },
    sum: '400',
    band: { period: '2026-03', index: 1 },
    lifted: { '1': { period: '2026-03', index: 1 } },
    rolling: false,
  });
  expect(fold(component, [])).toEqual({ lines: [], state: emptyStream, fromTheStart: false });
  expect(fold(component, [], state)).toEqual({ lines: [], state, fromTheStart: false });
  expect(emptyStream).toEqual({ meters: {}, used: {}, sum: '0', band: null, lifted: {}, rolling: false });
});

test('M-10 folding on gives what folding everything gives, and a new period begins anew', () => {
  const records = [1, 2, 3, 4, 5].map((number) => record(number));
  for (const component of [
    sale({ tiers: scale() }),
    sale({ tiers: scale({ scale: 'marginal' }), subCent: 'accumulate' }),
    sale({ caps: [{ measure: 'amount', limit: 350, per: 'month' }] }),
  ])
    for (let cut = 0; cut <= records.length; cut += 1) {
      const first = fold(component, records.slice(0, cut));
      const second = fold(component, records.slice(cut), first.state);
      expect([[...first.lines, ...second.lines], second.state, second.fromTheStart]).toEqual([
        fold(component, records).lines,
        fold(component, records).state,
        false,
      ]);
    }
  const april = record(9, { occurredAt: '2026-04-01T12:00:00.000Z' });
  const { state } = fold(sale({ tiers: scale() }), records);
  const next = fold(sale({ tiers: scale() }), [april], state);
  expect([amounts(next), next.state.meters]).toEqual([[100], { 'count sale own deal': { period: '2026-04', total: '1' } }]);
});

test('WE-28 customers counted before are not counted again in their period, and are in the next', () => {
  const component = sale({ tiers: scale({ metric: { measure: 'customers' } }) });
  const by = (number: number, customerId: string | null, rest: Partial<StreamRecord> = {}) => record(number, { customerId, ...rest });
  const first = fold(component, [by(1, 'x'), by(2, 'y'), by(3, 'x')]);
  expect(amounts(first)).toEqual([100, 100, 100]);
  const seen = new Set(['x', 'y']);
  expect(amounts(fold(component, [by(4, 'x'), by(5, 'z'), by(6, 'z'), by(7, null)], first.state, seen))).toEqual([100, 200, 200, 200]);
  const april = { occurredAt: '2026-04-01T12:00:00.000Z' };
  expect(fold(component, [by(8, 'x', april)], first.state, seen).state.meters).toEqual({
    'customers sale own deal': { period: '2026-04', total: '1' },
  });
  expect(fold(component, [by(1, 'x', { weights: ['0'] }), by(2, 'x')]).lines.map(({ place }) => place.weights)).toEqual([['0'], ['1']]);
});

test('A-19 a retroactive scale says when the lines before must be folded again', () => {
  const component = sale({ tiers: scale({ retroactive: 'all' }) });
  const records = [1, 2, 3].map((number) => record(number));
  const two = fold(component, records.slice(0, 2));
  expect(amounts(two)).toEqual([100, 100]);
  expect([two.state.lifted, two.fromTheStart]).toEqual([{ '1': { period: '2026-03', index: 0 } }, false]);
  expect(fold(component, records.slice(2), two.state).fromTheStart).toBe(true);
  const one = fold(component, records.slice(0, 1));
  expect(fold(component, records.slice(1, 2), one.state).fromTheStart).toBe(false);
  const april = record(9, { occurredAt: '2026-04-01T12:00:00.000Z' });
  const later = fold(component, [april], two.state);
  expect([later.fromTheStart, later.state.lifted]).toEqual([false, { '1': { period: '2026-04', index: 0 } }]);
  // A version whose bands are not at hand may be lifted too: it is not known.
  expect(fold(component, [record(3, { dealVersion: 2 })], two.state).fromTheStart).toBe(true);
  expect(fold(component, [{ ...april, dealVersion: 2 }], two.state).fromTheStart).toBe(false);
  const both = fold(component, [record(1), record(2, { dealVersion: 2 })]);
  expect(both.state.lifted).toEqual({ '1': { period: '2026-03', index: 0 }, '2': { period: '2026-03', index: 0 } });
  expect(fold(sale({ tiers: scale() }), records).state.lifted).toEqual({});
  expect(fold(sale({ tiers: scale({ retroactive: 'all', scale: 'marginal' }) }), records).state.lifted).toEqual({});
});

test('A-19 what is paid is rated by what its period had reached then, even where it was paid before it occurred', () => {
  const component = sale({ tiers: scale({ retroactive: 'unpaid' }) });
  const paid = (number: number, paidAt: string | null) => record(number, { paidAt });
  expect(amounts(fold(component, [paid(1, day(2)), paid(2, day(3, 11)), paid(3, day(1)), paid(4, null), paid(5, null)]))).toEqual([
    100, 100, 200, 300, 300,
  ]);
  const april = record(9, { occurredAt: '2026-04-01T12:00:00.000Z' });
  expect(amounts(fold(component, [paid(1, '2026-04-02T00:00:00.000Z'), paid(2, null), paid(3, null), april]))).toEqual([
    200, 200, 200, 100,
  ]);
});

test('WE-28 windows fold from the start only, and say so', () => {
  const component = sale({ tiers: scale({ reset: { rollingDays: 3 } }) });
  const records = [1, 2, 3, 4].map((number) => record(number));
  const all = fold(component, records);
  expect([amounts(all), all.fromTheStart]).toEqual([[100, 100, 200, 200], false]);
  expect(all.state).toMatchObject({ meters: {}, lifted: {}, rolling: true, band: { period: '', index: 1 } });
  expect(fold(component, [record(5)], all.state).fromTheStart).toBe(true);
  const mixed = foldStream([record(1), record(2, { dealVersion: 2 })], ({ dealVersion }) => terms(dealVersion === 1 ? component : sale()));
  expect(mixed.state.rolling).toBe(true);
  const lifted = sale({
    tiers: scale({
      reset: { rollingDays: 3 },
      retroactive: 'all',
      bands: [{ upTo: 1, rate: '0.1' }, { upTo: 2, rate: '0.2' }, { rate: '0.3' }],
    }),
  });
  expect(amounts(fold(lifted, [record(1), record(2), record(3), record(4)]))).toEqual([300, 300, 300, 300]);
  expect(amounts(fold(lifted, [record(1), record(2), record(6), record(10), record(11), record(12)]))).toEqual([
    200, 200, 100, 300, 300, 300,
  ]);
  expect(amounts(fold(lifted, [record(1), record(2), record(4), record(5)]))).toEqual([200, 200, 200, 200]);
});

test('records without a line move meters only, and a change of time or terms keeps its own zone', () => {
  const component = sale({ tiers: scale() });
  const counted = fold(component, [record(1, { scope: null }), record(2, { scope: null }), record(3)]);
  expect([amounts(counted), counted.state.meters]).toEqual([[200], { 'count sale own deal': { period: '2026-03', total: '3' } }]);
  const night = record(1, { occurredAt: '2026-03-31T23:30:00.000Z' });
  expect(foldStream([night], () => terms(component, 'Europe/Malta')).state.meters).toEqual({
    'count sale own deal': { period: '2026-04', total: '1' },
  });
});

test('M-16 which stream a conversion is in: the longest period, the customer where only the customer counts', () => {
  const cap = (per: 'day' | 'week' | 'month' | 'year', of: 'partner' | 'customer' = 'partner') =>
    ({ measure: 'amount', limit: 5, per, of }) as const;
  const key = (rest: Partial<Component>, customerId: string | null = 'x/y') => {
    const component = withDefaults({ components: [sale(rest)] }).components[0]!;
    const deal = aDeal({ components: [] });
    return streamKey(
      { deal, component, currency: 'EUR', timeZone: 'Europe/Malta' },
      aSale({ occurredAt: '2026-03-31T22:30:00.000Z', customerId }),
    );
  };
  expect([key({ caps: [cap('day')] }), key({ caps: [cap('day'), cap('year'), cap('month')] })]).toEqual([
    'deal_a/sale/EUR/2026-04-01',
    'deal_a/sale/EUR/2026',
  ]);
  expect([key({ caps: [cap('week')] }), key({ caps: [cap('week'), cap('month')] }), key({ caps: [cap('day'), cap('week')] })]).toEqual([
    'deal_a/sale/EUR/2026-W14',
    'deal_a/sale/EUR/all',
    'deal_a/sale/EUR/2026-W14',
  ]);
  expect([key({ tiers: scale() }), key({ tiers: scale({ reset: { rollingDays: 60 } }), caps: [cap('day')] })]).toEqual([
    'deal_a/sale/EUR/2026-04',
    'deal_a/sale/EUR/rolling-60',
  ]);
  expect([key({ tiers: scale(), caps: [cap('year', 'customer')] }), key({ caps: [cap('day', 'customer')] })]).toEqual([
    'deal_a/sale/EUR/2026',
    'deal_a/sale/EUR/2026-04-01/x%2Fy',
  ]);
  expect([key({ caps: [cap('day', 'customer'), cap('day')] }), key({ caps: [cap('day', 'customer')] }, null)]).toEqual([
    'deal_a/sale/EUR/2026-04-01',
    'deal_a/sale/EUR/2026-04-01/',
  ]);
  const streamed = (component: Component) => isStreamed(withDefaults({ components: [component] }).components[0]!);
  expect([
    streamed(sale()),
    streamed(sale({ caps: [cap('day')] })),
    streamed(sale({ tiers: scale() })),
    streamed(sale({ model: 'revshare', tiers: scale() })),
  ]).toEqual([false, true, true, false]);
});
