import { expect, test } from '@jest/globals';
import type { Component, CustomerQualification, Terms } from '../../src/index.js';
import { type World, world } from '../world.js';

const cpa = (customer: CustomerQualification, rest: Partial<Component> = {}): Component => ({
  on: 'first-deposit',
  model: 'flat',
  amount: 12_000,
  qualify: { customer },
  ...rest,
});

/** A customer's first deposit as its own event, and as money. */
function deposits(told: World, amounts: readonly (readonly [at: string, amount: number])[], details?: { turnover?: number }): string {
  const [[at] = ['']] = amounts;
  const first = told.event({ kind: 'first-deposit', at, customerId: 'x' });
  for (const [when, amount] of amounts) told.event({ kind: 'deposit', at: when, amount, customerId: 'x', details });
  return first;
}

const reasonOf = (told: World, id: string) => told.result(id).scopes[0]?.reason;

test('WE-15 20 qualified first deposits at 120.00 are 2,400.00', () => {
  const told = world();
  told.deal('a', [cpa({ minDeposits: 2_000 })]);
  for (let player = 0; player < 25; player += 1) {
    const customerId = `p${player}`;
    told.event({ kind: 'first-deposit', customerId });
    told.event({ kind: 'deposit', customerId, amount: player < 20 ? 2_000 : 1_999 });
  }
  expect(told.total('a')).toBe(240_000);
});

test('WE-16 WE-18 M-03 100 players at 120, and ten first deposits at 100.00', () => {
  const by = (players: number, amount: number) => {
    const told = world({ brandCurrency: 'USD' });
    told.deal('a', [{ on: 'first-deposit', model: 'flat', amount }]);
    for (let player = 0; player < players; player += 1) told.event({ kind: 'first-deposit', customerId: `p${player}` });
    return told.total('a');
  };
  expect([by(100, 12_000), by(10, 10_000)]).toEqual([1_200_000, 100_000]);
});

test('WE-19 deposits within 24 hours of the first count, the edge too, against the minimum of the country', () => {
  const nets = (second: string, country: string, amount = 500) => {
    const told = world();
    told.deal('a', [cpa({ minDeposits: 2_000, minDepositsByCountry: { DE: 1_500 }, withinHours: 24 })]);
    told.customer('x', { country });
    const first = deposits(told, [
      ['2026-03-01T10:00:00.000Z', 1_000],
      [second, amount],
    ]);
    return told.earns(first)['a'];
  };
  expect(['09:59:59', '10:00:00', '10:00:01'].map((time) => nets(`2026-03-02T${time}.000Z`, 'DE'))).toEqual([12_000, 12_000, 0]);
  expect([nets('2026-03-01T11:00:00.000Z', 'FR'), nets('2026-03-01T11:00:00.000Z', 'FR', 1_000)]).toEqual([0, 12_000]);
  expect([499, 500, 501].map((amount) => nets('2026-03-01T11:00:00.000Z', 'DE', amount))).toEqual([0, 12_000, 12_000]);
});

const t47: CustomerQualification = { minDeposits: 2_000, wager: '1', verifiedWithinDays: 30, withinDays: 30 };

test('T-47 the last condition on day 30 earns once, dated with the qualification; on day 31 never', () => {
  const told = (verifiedAt: string | null) => {
    const made = world();
    made.deal('a', [cpa(t47)]);
    made.customer('x', { verifiedAt });
    const first = deposits(made, [['2026-03-01T10:00:00.000Z', 2_000]], { turnover: 2_000 });
    const second = made.event({ kind: 'first-deposit', at: '2026-03-20T10:00:00.000Z', customerId: 'x' });
    return { ...made, first, second };
  };
  const day30 = told('2026-03-31T10:00:00.000Z');
  expect(day30.result(day30.first).scopes[0]).toMatchObject({ entitlement: 12_000n, earnedAt: '2026-03-31T10:00:00.000Z' });
  expect(reasonOf(day30, day30.second)).toBe('not-the-first');
  expect(told('2026-03-31T09:59:59.000Z').total('a')).toBe(12_000);
  const late = told('2026-03-31T10:00:01.000Z');
  expect([late.total('a'), reasonOf(late, late.first)]).toEqual([0, 'not-qualified-in-time']);
  const day31 = told('2026-04-01T10:00:00.000Z');
  expect([day31.total('a'), reasonOf(day31, day31.first)]).toEqual([0, 'not-qualified-in-time']);
  const never = told(null);
  expect([never.total('a'), reasonOf(never, never.first)]).toEqual([0, 'not-yet-qualified']);
});

test('T-47 each condition alone decides when it came true', () => {
  const told = world();
  told.deal('a', [cpa({ minDeposits: 3_000, wager: '1.5' })]);
  const first = deposits(told, [
    ['03-01', 1_000],
    ['03-04', 2_000],
  ]);
  expect(reasonOf(told, first)).toBe('not-yet-qualified');
  told.event({ kind: 'bet', at: '03-05', customerId: 'x', details: { turnover: 4_499 } });
  expect(reasonOf(told, first)).toBe('not-yet-qualified');
  told.event({ kind: 'bet', at: '03-07', customerId: 'x', details: { turnover: 1 } });
  expect(told.result(first).scopes[0]).toMatchObject({ entitlement: 12_000n, earnedAt: '2026-03-07T12:00:00.000Z' });
});

test('T-47 a refunded deposit no longer counts', () => {
  const told = world();
  told.deal('a', [cpa({ minDeposits: 2_000 })]);
  const first = deposits(told, [['03-01', 2_000]]);
  expect(told.total('a')).toBe(12_000);
  told.refund('c0002', 1);
  expect([told.total('a'), reasonOf(told, first)]).toEqual([0, 'not-yet-qualified']);
});

test('C-05 an excluded customer earns nothing from then on; what was open is cancelled or kept by the terms', () => {
  const held = { holdDays: 10 };
  const by = (excludedFrom: string, onExclusion: CustomerQualification['onExclusion'], holding: Partial<Terms> = held) => {
    const told = world();
    const terms: Terms = { components: [cpa({ minDeposits: 2_000, onExclusion })], ...holding };
    told.deal('a', terms);
    told.customer('x', { excludedFrom });
    const first = deposits(told, [['2026-03-05T10:00:00.000Z', 2_000]]);
    return [told.total('a'), reasonOf(told, first)];
  };
  const never = [0, 'customer-excluded'];
  expect([by('2026-03-05T09:59:59.000Z', 'keep'), by('2026-03-05T10:00:00.000Z', 'keep')]).toEqual([never, never]);
  expect([by('2026-03-05T10:00:01.000Z', 'keep'), by('2026-03-05T10:00:01.000Z', 'cancel-open')]).toEqual([[12_000, null], never]);
  // Of ten full days the last is 15 March.
  expect([by('2026-03-15T23:59:59.999Z', undefined), by('2026-03-16T00:00:00.000Z', undefined)]).toEqual([never, [12_000, null]]);
  const locked: Partial<Terms> = { lock: { anchor: 'month-end', days: 3 }, timeZone: 'Europe/Malta' };
  expect(by('2026-04-03T21:59:59.999Z', 'cancel-open', locked)).toEqual(never);
  expect(by('2026-04-03T22:00:00.000Z', 'cancel-open', locked)).toEqual([12_000, null]);
});

test('an event without a customer earns no customer-qualified commission, by name', () => {
  const told = world();
  told.deal('a', [cpa({ minDeposits: 0 })]);
  expect(reasonOf(told, told.event({ kind: 'first-deposit' }))).toBe('customer-unknown');
});

test('C-05 events of an excluded customer earn nothing from then on by any terms, what came before stands', () => {
  const told = world();
  told.parent('a', 'top');
  told.deal('a', [
    { on: 'sale', model: 'flat', amount: 500 },
    {
      name: 'scaled',
      on: 'sale',
      model: 'percentage',
      rate: '0.1',
      caps: [{ measure: 'amount', limit: 100, per: 'month', afterRefund: 'returns' }],
    },
  ]);
  told.deal('top', [{ on: 'sale', model: 'percentage', rate: '0.1', downline: { levels: ['1'], of: 'amount', funding: 'on-top' } }]);
  told.customer('x', { excludedFrom: '2026-03-10T12:00:00.000Z' });
  const at = (occurredAt: string, customerId: string) => told.event({ at: occurredAt, customerId, amount: 1_000 });
  const [before, then, other] = [
    at('2026-03-10T11:59:59.999Z', 'x'),
    at('2026-03-10T12:00:00.000Z', 'x'),
    at('2026-03-11T00:00:00.000Z', 'y'),
  ];
  expect([before, then, other].map((sale) => told.earns(sale))).toEqual([
    { a: 600, top: 100 },
    { a: 0, top: 0 },
    { a: 500, top: 100 },
  ]);
  expect(told.result(then)).toMatchObject({ outcome: 'zero-commission', reason: 'customer-excluded' });
  expect(told.result(then).scopes[0]?.explanation.rules.at(-1)).toEqual({
    rule: 'exclusion',
    passed: false,
    detail: 'the customer is excluded from 2026-03-10T12:00:00.000Z',
  });
});
