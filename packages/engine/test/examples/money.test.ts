import { expect, test } from '@jest/globals';
import type { Component, Terms } from '../../src/index.js';
import { world } from '../world.js';

const percent = (rate: string, rest: Partial<Component> = {}): Component => ({ on: 'sale', model: 'percentage', rate, ...rest });
const total = (amounts: readonly number[]): number => amounts.reduce((sum, one) => sum + one, 0);

test('WE-44 WE-45 five affiliates, 25 % for the first, 50 % for the last, the rest in equal parts', () => {
  const told = world();
  told.deal('c', [{ on: 'sale', model: 'flat', amount: 10_000, split: { by: 'touches', first: '0.25', last: '0.50', rest: 'equal' } }]);
  const sale = told.event({ partnerId: 'c' });
  told.touched(sale, ['a', 'b', 'c', 'd', 'e']);
  expect(told.earns(sale)).toEqual({ a: 3_000, b: 500, c: 500, d: 500, e: 5_500 });
  told.touched(sale, ['a', 'c', 'a']);
  expect(told.earns(sale)).toEqual({ a: 9_167, c: 833 });
  told.touched(sale, []);
  expect(told.earns(sale)).toEqual({ c: 10_000 });
});

test('WE-46 8.00 to three; 0.05 at 70/30 and 30/70; 34 yen to four', () => {
  const parts = (amount: number, shares: readonly string[], currency = 'EUR') => {
    const told = world();
    const split: Component['split'] = { by: 'named', shares: shares.map((share, index) => ({ partnerId: 'abcd'[index] ?? '', share })) };
    told.deal('a', { components: [{ on: 'lead', model: 'flat', amount, split }], currency });
    return Object.values(told.earns(told.event({ kind: 'lead' })));
  };
  expect(parts(800, ['1', '1', '1'])).toEqual([267, 267, 266]);
  expect([parts(5, ['0.7', '0.3']), parts(5, ['0.3', '0.7'])]).toEqual([
    [4, 1],
    [2, 3],
  ]);
  expect(parts(34, ['1', '1', '1', '1'], 'JPY')).toEqual([9, 9, 8, 8]);
});

test('WE-53 WE-54 M-25 a refund of a tenth takes a tenth, whether paid out or not, and once', () => {
  const told = world();
  told.deal('a', [percent('0.20')]);
  const sale = told.event({ amount: 10_000 });
  told.refund(sale, 1_000);
  expect(told.total('a')).toBe(1_800);
  told.pay(sale, '03-20');
  expect(told.total('a')).toBe(1_800);
});

test('WE-55 10 % of 0.25 is 0.03, and a full refund leaves nothing', () => {
  const told = world();
  told.deal('a', [percent('0.10')]);
  const sale = told.event({ amount: 25 });
  expect(told.total('a')).toBe(3);
  told.refund(sale, 25);
  expect(told.nets()).toEqual({});
});

test('WE-65 M-28 100.00 USD by a contract in euros are 92.00 at the rate of the day, for ever', () => {
  const told = world();
  const terms: Terms = { components: [percent('1')], currency: 'EUR' };
  told.deal('a', terms);
  told.fx('USD', 'EUR', '2026-03-15', '0.92');
  const sale = told.event({ amount: 10_000, currency: 'USD' });
  expect(told.earns(sale)).toEqual({ a: 9_200 });
  told.fx('USD', 'EUR', '2026-04-15', '0.95');
  expect(told.earns(sale)).toEqual({ a: 9_200 });
  const { explanation } = told.result(sale).scopes[0]!;
  expect(explanation.steps[0]).toMatchObject({ step: 'exchange', value: '0.92' });
  expect(explanation.inputs.circumstances?.rates[0]).toEqual({
    base: 'USD',
    quote: 'EUR',
    rate: '0.92',
    source: 'test',
    date: '2026-03-15',
    recordedAt: '2026-01-01T00:00:00.000Z',
  });
});

test('M-28 who bears the fee of the exchange is in the terms', () => {
  const told = world();
  told.deal('a', { components: [percent('1')], currency: 'EUR', fxFee: '0.02' });
  told.fx('USD', 'EUR', '2026-03-15', '0.5');
  expect(told.earns(told.event({ amount: 10_000, currency: 'USD' }))).toEqual({ a: 4_900 });
  expect(told.earns(told.event({ amount: 10_000 }))).toEqual({ a: 10_000 });
});

test('WE-66 currencies without minor units and with three decimals', () => {
  const by = (from: string, to: string, rate: string, amount: number) => {
    const told = world();
    told.deal('a', { components: [percent('0.10')], currency: to });
    told.fx(from, to, '2026-03-15', rate);
    return told.earns(told.event({ amount, currency: from }))['a'];
  };
  expect([by('USD', 'JPY', '150', 10_000), by('JPY', 'USD', '0.008', 15_000), by('BHD', 'EUR', '2.5', 1_000)]).toEqual([1_500, 1_200, 25]);
  expect(by('JPY', 'JPY', '1', 125)).toBe(13);
});

const year = (rest: Partial<Component>) => {
  const told = world();
  told.deal('a', [percent('0.30', rest)]);
  for (let month = 0; month < 13; month += 1) {
    const at = new Date(Date.UTC(2026, month, 15, 12)).toISOString();
    told.event({ amount: 4_900, customerId: 'x', at });
  }
  return told.amounts('a');
};

test('WE-68 M-15 30 % of 49.00 for twelve months from the first sale, the thirteenth nothing', () => {
  const paid = year({ duration: { months: 12, from: 'customer-first' } });
  expect(paid).toEqual([...Array<number>(12).fill(1_470), 0]);
  expect(total(paid)).toBe(17_640);
});

test('WE-69 M-14 one rate for the first months, another afterwards', () => {
  const paid = year({ rate: '0.25', duration: { months: 3, from: 'customer-first', afterwards: { rate: '0.10' } } });
  expect(paid).toEqual([1_225, 1_225, 1_225, ...Array<number>(10).fill(490)]);
});

test('WE-68 the twelve months end before the same instant a year later: a second before, at it, a second after', () => {
  const at = (instant: string) => {
    const told = world({ timeZone: 'Europe/Berlin' });
    told.deal('a', [percent('0.30', { duration: { months: 12, from: 'customer-first' } })]);
    told.event({ amount: 10_000, customerId: 'x', at: '2026-01-15T12:00:00.000Z' });
    return told.earns(told.event({ amount: 10_000, customerId: 'x', at: instant }))['a'];
  };
  expect(['11:59:59', '12:00:00', '12:00:01'].map((time) => at(`2027-01-15T${time}.000Z`))).toEqual([3_000, 0, 0]);
});

test('M-15 an old customer keeps its terms, or moves, as the new version says', () => {
  const by = (existingCustomers: Terms['existingCustomers']) => {
    const told = world();
    told.deal('a', [percent('0.30')]);
    told.event({ amount: 10_000, customerId: 'x', at: '03-01' });
    told.deal('a', { components: [percent('0.10')], existingCustomers }, { effectiveFrom: '2026-04-01T00:00:00.000Z' });
    told.event({ amount: 10_000, customerId: 'x', at: '04-15' });
    told.event({ amount: 10_000, customerId: 'y', at: '04-15' });
    return told.amounts('a');
  };
  expect([by('keep-their-terms'), by('move')]).toEqual([
    [3_000, 3_000, 1_000],
    [3_000, 1_000, 1_000],
  ]);
});

test('WE-47 WE-48 what the window left without a partner earns nothing, a bound customer goes on', () => {
  const told = world();
  told.deal('a', [percent('0.10')]);
  const outside = told.event({ amount: 10_000, partnerId: null });
  expect(told.result(outside)).toMatchObject({ outcome: 'zero-commission', reason: 'no-partner' });
  told.event({ amount: 10_000, at: '12-15' });
  expect(told.total('a')).toBe(1_000);
});

test('WE-70 M-16 60 conversions on a day: 50 paid, 10 over the cap, and the month counts 50', () => {
  const told = world();
  const caps: Component['caps'] = [
    { measure: 'conversions', limit: 50, per: 'day' },
    { measure: 'conversions', limit: 75, per: 'month' },
  ];
  told.deal('a', [{ on: 'lead', model: 'flat', amount: 100, caps }]);
  for (let count = 0; count < 60; count += 1) told.event({ kind: 'lead', at: '03-01' });
  expect(told.total('a')).toBe(5_000);
  expect(told.reasons().filter((reason) => reason === 'over-cap')).toHaveLength(10);
  for (let count = 0; count < 60; count += 1) told.event({ kind: 'lead', at: '03-02' });
  expect(told.total('a')).toBe(7_500);
});

test('WE-71 M-16 a spend limit per customer and month clamps; after a refund the room returns or stays', () => {
  const by = (afterRefund: 'returns' | 'stays') => {
    const told = world();
    told.deal('a', [percent('0.10', { caps: [{ measure: 'amount', limit: 1_500, per: 'month', of: 'customer', afterRefund }] })]);
    const first = told.event({ amount: 10_000, customerId: 'x', at: '03-01' });
    told.event({ amount: 10_000, customerId: 'x', at: '03-02' });
    told.event({ amount: 10_000, customerId: 'y', at: '03-03' });
    told.event({ amount: 10_000, customerId: 'x', at: '04-01' });
    const before = told.amounts('a');
    told.refund(first);
    return [before, told.amounts('a')];
  };
  expect(by('returns')).toEqual([
    [1_000, 500, 1_000, 1_000],
    [0, 1_000, 1_000, 1_000],
  ]);
  expect(by('stays')).toEqual([
    [1_000, 500, 1_000, 1_000],
    [0, 500, 1_000, 1_000],
  ]);
});

test('M-16 rounding never exceeds a spend limit, and a scale beside a cap per customer counts for all', () => {
  const told = world();
  const caps: Component['caps'] = [{ measure: 'amount', limit: 10, per: 'month' }];
  told.deal('a', [percent('0.10', { caps })]);
  for (let count = 0; count < 4; count += 1) told.event({ amount: 35 });
  expect(told.amounts('a')).toEqual([4, 4, 2, 0]);

  const scaled = world();
  const perCustomer: Component['caps'] = [{ measure: 'conversions', limit: 1, per: 'month', of: 'customer' }];
  const tiers: Component['tiers'] = { metric: { measure: 'count' }, reset: 'month', scale: 'whole', bands: [{ upTo: 2 }, { factor: '2' }] };
  scaled.deal('a', [percent('0.10', { caps: perCustomer, tiers })]);
  for (const [index, customerId] of ['x', 'x', 'y', 'y', 'z'].entries())
    scaled.event({ amount: 1_000, customerId, at: `03-0${index + 1}` });
  expect(scaled.amounts('a')).toEqual([100, 0, 200, 0, 200]);
});
