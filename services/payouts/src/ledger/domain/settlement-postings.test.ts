import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Posting } from './posting.js';
import { beyond, differenceExplained, railFee, settlementDifference } from './settlement-postings.js';

const at = new Date('2026-03-02T08:00:00Z');
const payment = { id: 'pyt', partnerId: 'ptr', brandId: 'brd' };
const sums = (postings: readonly Posting[]) => {
  const total = new Map<string, bigint>();
  for (const { currency, legs } of postings)
    for (const { account, amount } of legs) total.set(`${currency} ${account}`, (total.get(`${currency} ${account}`) ?? 0n) + amount);
  return Object.fromEntries([...total].filter(([, amount]) => amount !== 0n));
};

test('FF14 a fee of the rail is the cost of the brand, and left its account', () => {
  expect(railFee(payment, 'pyt', { amount: 25n, currency: 'EUR' }, at)).toMatchObject({
    key: 'rail-fee:pyt',
    legs: [
      { account: 'rail-fees', amount: -25n },
      { account: 'brand-funds', amount: 25n },
    ],
  });
});

test('FF14 after suspense the funds are what the bank moved, of each currency; explained, nothing is left in suspense', () => {
  const money = fc.record({ amount: fc.bigInt(0n, 10n ** 9n), currency: fc.constantFrom('EUR', 'USD') });
  fc.assert(
    fc.property(money, money, fc.constantFrom('rail-fees' as const, 'brand-funds' as const), (told, moved, to) => {
      const differences = beyond(told, moved);
      const held = differences.map((one) => settlementDifference(payment, 'rci', one, at));
      const funds = (currency: string) => (told.currency === currency ? told.amount : 0n) + (sums(held)[`${currency} brand-funds`] ?? 0n);
      for (const currency of ['EUR', 'USD']) expect(funds(currency)).toBe(moved.currency === currency ? moved.amount : 0n);
      const explained = differences.map((one) => differenceExplained(payment, 'rci', one, to, at));
      expect(Object.keys(sums([...held, ...explained])).filter((key) => key.endsWith('suspense'))).toEqual([]);
      if (to === 'brand-funds') expect(sums([...held, ...explained])).toEqual({});
      for (const { legs } of [...held, ...explained]) expect(legs.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
    }),
  );
});

test('FF14 a difference and its explanation are each posted once for an item and a currency; where there is none nothing is', () => {
  const euros = { amount: 25n, currency: 'EUR' };
  expect(settlementDifference(payment, 'rci', euros, at)).toMatchObject({
    kind: 'settlement-difference',
    key: 'settlement-difference:rci:EUR',
  });
  expect(differenceExplained(payment, 'rci', euros, 'rail-fees', at)).toMatchObject({
    kind: 'difference-explained',
    key: 'difference-explained:rci:EUR',
  });
  expect(beyond(euros, euros)).toEqual([]);
  expect(beyond(euros, { ...euros, amount: 20n })).toEqual([{ ...euros, amount: -5n }]);
  expect(beyond(euros, { amount: 27n, currency: 'USD' })).toEqual([
    { amount: 27n, currency: 'USD' },
    { ...euros, amount: -25n },
  ]);
});
