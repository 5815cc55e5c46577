import { expect, test } from '@jest/globals';
import { rate, zero } from '@tributary/money';
import { latestOf } from '../src/engine-1/downline/chain.js';
import { applyRefunds, canonical } from '../src/engine-1/refunds.js';
import { fullMonths } from '../src/engine-1/rule-facts.js';
import { bandOf, marginalParts } from '../src/engine-1/scale.js';
import { type Band, type Component, type Conversion, foldConversion } from '../src/index.js';
import { aDeal, aRefund, aSale, facts } from './builders.js';

test('D-02 facts stand by time, then event, then conversion, each once', () => {
  const fact = (conversionId: string, eventId: string, occurredAt: string): Conversion => aSale({ conversionId, eventId, occurredAt });
  const [early, late] = ['2026-03-01T00:00:00.000Z', '2026-03-01T01:30:00.000+01:00'];
  const told = [
    fact('c1', 'e9', late),
    fact('c2', 'e1', late),
    fact('c4', 'e0', late),
    fact('c3', 'e0', late),
    fact('c5', 'e9', early),
    fact('c1', 'e9', late),
  ];
  for (const list of [told, [...told].reverse(), [told[3]!, told[0]!, told[4]!, told[2]!, told[1]!]])
    expect(canonical(list).map(({ conversionId }) => conversionId)).toEqual(['c5', 'c3', 'c4', 'c2', 'c1']);
});

test('M-25 what each refund takes, of what is left', () => {
  const taken = (original: Conversion, ...refunds: Conversion[]) =>
    applyRefunds(original, refunds).map(({ asked, applied, reason, rest }) => [asked, applied, reason, rest.amount, rest.gone]);
  const at = (day: number, amount: bigint | null, rest: Partial<Conversion> = {}) =>
    aRefund(amount, { conversionId: `r${day}`, eventId: `r${day}`, occurredAt: `2026-04-0${day}T00:00:00.000Z`, ...rest });
  expect(taken(aSale(), at(2, 4_000n), at(1, 1_000n), at(3, 5_000n), at(4, 1n))).toEqual([
    [1_000n, 1_000n, null, 9_000n, false],
    [4_000n, 4_000n, null, 5_000n, false],
    [5_000n, 5_000n, null, 0n, true],
    [1n, 0n, 'nothing-left-to-refund', 0n, true],
  ]);
  expect(taken(aSale(), at(1, 9_999n), at(2, 2n), at(3, null))).toEqual([
    [9_999n, 9_999n, null, 1n, false],
    [2n, 1n, null, 0n, true],
    [null, 0n, 'nothing-left-to-refund', 0n, true],
  ]);
  expect(taken(aSale(), at(1, -1n), at(2, 0n), at(3, 5n, { currency: 'USD' }), at(4, null, { currency: 'USD' }))).toEqual([
    [-1n, 0n, 'negative-amount', 10_000n, false],
    [0n, 0n, 'amount-is-zero', 10_000n, false],
    [5n, 0n, 'refund-currency-mismatch', 10_000n, false],
    [null, 10_000n, null, 0n, true],
  ]);
  expect(taken(aSale({ amount: null, currency: null }), at(1, 100n), at(2, 1n))).toEqual([
    [100n, 0n, null, null, true],
    [1n, 0n, 'nothing-left-to-refund', null, true],
  ]);
  expect(taken(aSale({ amount: 0n }), at(1, 100n, { currency: 'USD' }))).toEqual([[100n, 0n, null, 0n, true]]);
});

test('M-10 a scale by minima is found by its bands, whatever comes first in them', () => {
  const bands: Band[] = [{ rate: '0.1' }, { atLeast: [5], rate: '0.2' }, { atLeast: [9], rate: '0.3' }];
  expect(['0', '4', '5', '8', '9', '99'].map((value) => bandOf(bands, [rate(value)], 'inclusive', 'all').index)).toEqual([
    0, 0, 1, 1, 2, 2,
  ]);
  expect(bandOf([{ upTo: 1 }, { upTo: 2 }], [rate('-3')], 'inclusive', 'all').index).toBe(0);
  expect(bandOf([{ upTo: 1 }, { upTo: 2 }], [rate('7')], 'inclusive', 'all').index).toBe(1);
  expect(bandOf([{ upTo: 1 }, {}], [rate('1'), rate('1')], 'inclusive', 'all').index).toBe(1);
  expect(bandOf([{ atLeast: [1, 1] }, { atLeast: [2] }], [rate('2')], 'inclusive', 'all').index).toBe(1);
  expect(() => bandOf([], [zero], 'inclusive', 'all')).toThrow(new RangeError('a scale has at least one band'));
});

test('M-10 the parts of a stretch stand in the order passed, and bands with nothing in them are left out', () => {
  const bands: Band[] = [{ upTo: 10, fixed: 1 }, { upTo: 20, fixed: 2 }, { upTo: 30 }];
  const parts = (from: string, to: string) =>
    marginalParts(bands, rate(from), rate(to), 'inclusive').map(({ index, quantity, fixed }) => [
      index,
      Number(quantity.n),
      Number(fixed.n),
    ]);
  expect(parts('5', '25')).toEqual([
    [0, 5, 0],
    [1, 10, 2],
    [2, 5, 0],
  ]);
  expect(parts('25', '5')).toEqual([
    [2, -5, 0],
    [1, -10, -2],
    [0, -5, 0],
  ]);
  expect(parts('0', '40')).toEqual([
    [0, 10, 1],
    [1, 10, 2],
    [2, 20, 0],
  ]);
  expect([parts('12', '12'), parts('10', '10'), parts('-5', '-2')]).toEqual([[], [], [[0, 3, 0]]]);
});

test('T-47 the latest of several times, none where all were at once', () => {
  const [a, b] = ['2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.001Z'];
  expect([latestOf([]), latestOf([null, null]), latestOf([null, a]), latestOf([a, b, null]), latestOf([b, a])]).toEqual([
    null,
    null,
    a,
    b,
    b,
  ]);
  expect(latestOf([a, '2026-03-01T01:00:00.000+01:00'])).toBe(a);
});

test('M-14 full months between two instants on the calendar of the zone', () => {
  const months = (from: string, to: string, zone = 'UTC') => fullMonths(`${from}:00.000Z`, `${to}:00.000Z`, zone);
  expect([months('2026-01-31T10:00', '2026-02-28T09:59'), months('2026-01-31T10:00', '2026-02-28T10:00')]).toEqual([0, 1]);
  expect([months('2025-11-15T10:00', '2026-02-15T10:00'), months('2026-02-15T10:00', '2025-11-15T10:00')]).toEqual([3, 0]);
  expect([months('2026-03-01T12:00', '2026-04-01T11:30'), months('2026-03-01T12:00', '2026-04-01T11:30', 'Europe/Malta')]).toEqual([0, 1]);
});

const fold = (original: Conversion, ...components: Component[]) =>
  foldConversion({ ...facts(original, { components }), brandCurrency: null });

test('P-17 nothing to rate in any currency is rejected by name, and says so', () => {
  const flat: Component = {
    on: 'sale',
    model: 'flat',
    amount: 5,
    tiers: { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands: [{}] },
  };
  const result = fold(aSale({ amount: null, currency: null }), flat);
  expect(result).toMatchObject({ outcome: 'rejected', reason: 'no-currency' });
  expect(result.scopes[0]).toMatchObject({ currency: 'XXX', exact: '0' });
  expect(result.scopes[0]?.explanation.rules.at(-1)).toEqual({
    rule: 'same-currency',
    passed: false,
    detail: 'neither the terms, the brand nor the conversion name a currency',
  });
  const nothing = { base: '0', units: '0', plain: '0' };
  expect(result.records).toMatchObject([{ weights: ['0'], whole: nothing, rest: nothing, picked: { rate: null, amount: null } }]);
});

test('M-24 what a conversion adds to meters of other brands, in their currency and zone', () => {
  const tiers = {
    metric: [{ measure: 'amount', across: 'brands' }, { measure: 'count' }],
    reset: 'day',
    scale: 'whole',
    bands: [{}],
  } as const;
  const component: Component = { on: 'sale', model: 'percentage', rate: '0.1', tiers };
  const there = { dealId: 'there', brandId: 'brd_b', programId: 'prg_b' };
  const rates = [{ base: 'EUR', quote: 'USD', date: '2026-03-16', rate: '2', source: 's', recordedAt: '2026-03-16T00:00:00.000Z' }];
  const circumstances = { partner: { tags: [], tier: null }, uplines: [], customer: null, touches: [], rates };
  const records = (versions: Parameters<typeof foldConversion>[0]['versions'], rest: Partial<Parameters<typeof foldConversion>[0]> = {}) =>
    foldConversion({
      original: aSale({ occurredAt: '2026-03-15T23:30:00.000Z' }),
      refunds: [],
      versions,
      brandCurrency: 'EUR',
      circumstances,
      ...rest,
    }).records.map(({ stream, weights, scope }) => [stream, weights, scope]);
  const otherBrands = { brd_b: { currency: 'USD', timeZone: 'Europe/Malta' }, brd_a: { currency: 'CHF', timeZone: 'Asia/Tokyo' } };
  expect(records([aDeal({ components: [component] }, there)], { otherBrands })).toEqual([
    ['there/sale/USD/2026-03-16', ['20000', '0'], null],
  ]);
  expect(records([aDeal({ components: [component] }, there)])).toEqual([['there/sale/EUR/2026-03-15', ['10000', '0'], null]]);
  const own = aDeal({ components: [component] });
  expect(records([own, aDeal({ components: [component] }, { ...there, partnerId: 'ptr_b' })], { otherBrands })).toEqual([
    ['deal_a/sale/EUR/2026-03-15', ['10000', '1'], 'cnv_1/deal_a/sale/EUR'],
  ]);
  // What it would pay for has to qualify to count; what it only counts does not.
  const strict = (on: string): Component => ({
    ...component,
    on,
    qualify: { minAmount: 1_000_000 },
    tiers: { ...tiers, metric: { measure: 'amount', on: 'sale', across: 'brands' } },
  });
  expect(records([aDeal({ components: [strict('sale')] }, there)])).toEqual([]);
  expect(records([aDeal({ components: [strict('lead')] }, there)])).toEqual([['there/lead/EUR/2026-03-15', ['10000'], null]]);
  expect(records([aDeal({ components: [strict('sale')] }, { ...there, status: 'ended' })])).toEqual([]);
  expect(records([own], { original: aSale({ partnerId: null }) })).toEqual([]);
});

test('P-17 a conversion that comes with its own original, below zero or without a partner is told apart', () => {
  const percent: Component = { on: 'sale', model: 'percentage', rate: '0.1' };
  const reason = (rest: Partial<Conversion>) => fold(aSale(rest), percent).reason;
  expect([reason({ kind: 'refund' }), reason({ kind: 'chargeback' }), reason({ originalConversionId: 'x' })]).toEqual(
    Array(3).fill('original-unknown'),
  );
  expect([reason({ amount: -1n }), reason({ amount: 0n }), reason({ amount: null }), reason({ partnerId: null })]).toEqual([
    'negative-amount',
    'amount-is-zero',
    'no-amount',
    'no-partner',
  ]);
  expect(foldConversion({ original: aSale(), refunds: [], versions: [] }).reason).toBe('no-deal-in-force');
  const monthly: Component = { on: 'sale', model: 'retainer', amount: 5 };
  expect([
    fold(aSale(), monthly).reason,
    fold(aSale({ kind: 'lead' }), monthly).reason,
    fold(aSale({ kind: 'lead' }), percent).reason,
  ]).toEqual(['rated-by-the-month', 'no-component-for-kind', 'no-component-for-kind']);
  const twice = foldConversion({ original: aSale(), refunds: [], versions: [aDeal({ components: [percent, { ...percent, rate: '0' }] })] });
  expect([twice.outcome, twice.scopes.map((scope) => scope.reason)]).toEqual(['commission', [null, 'rate-is-zero']]);
});
