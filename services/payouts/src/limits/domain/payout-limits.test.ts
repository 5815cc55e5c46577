import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exceeded, overLimit, type PayoutLimits, type Usage } from './payout-limits.js';

const none: PayoutLimits = { perPayout: null, partnerPerDay: null, brandPerDay: null, newPartner: null, firstPayout: null, velocity: null };
const usage: Usage = {
  brandToday: 300n,
  partnerToday: 200n,
  isNew: true,
  inAll: 150n,
  accountProven: false,
  toAccount: 50n,
  payouts: 2,
};

test.each([
  ['per-payout', { perPayout: 100n }, 100n],
  ['partner-per-day', { partnerPerDay: 300n }, 100n],
  ['brand-per-day', { brandPerDay: 400n }, 100n],
  ['new-partner', { newPartner: { days: 30, amount: 250n } }, 100n],
  ['first-payout', { firstPayout: 150n }, 100n],
] as const)('SEC21 %s: the limit itself is in, a cent more is not', (name, limit, amount) => {
  expect(exceeded({ ...none, ...limit }, usage, amount - 1n)).toBeUndefined();
  expect(exceeded({ ...none, ...limit }, usage, amount)).toBeUndefined();
  expect(exceeded({ ...none, ...limit }, usage, amount + 1n)).toBe(name);
});

test('SEC21 velocity counts payouts, whatever they are worth; who is not new and is proven is not held to what is for those who are not', () => {
  expect(exceeded({ ...none, velocity: { payouts: 3, days: 1 } }, usage, 1n)).toBeUndefined();
  expect(exceeded({ ...none, velocity: { payouts: 2, days: 1 } }, usage, 1n)).toBe('velocity');
  const strict = { ...none, newPartner: { days: 1, amount: 0n }, firstPayout: 0n };
  expect(exceeded(strict, { ...usage, isNew: false }, 1n)).toBe('first-payout');
  expect(exceeded(strict, { ...usage, isNew: false, accountProven: true }, 1n)).toBeUndefined();
  expect(exceeded(none, usage, 10n ** 15n)).toBeUndefined();
});

const amount = fc.bigInt({ min: 1n, max: 100n });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const limits = fc.record({
  perPayout: maybe(amount),
  partnerPerDay: maybe(fc.bigInt({ min: 0n, max: 300n })),
  brandPerDay: maybe(fc.bigInt({ min: 0n, max: 600n })),
  newPartner: maybe(fc.record({ days: fc.constant(30), amount: fc.bigInt({ min: 0n, max: 300n }) })),
  firstPayout: maybe(fc.bigInt({ min: 0n, max: 150n })),
  velocity: maybe(fc.record({ payouts: fc.integer({ min: 1, max: 4 }), days: fc.constant(1) })),
});
const wish = fc.record({
  brandId: fc.constantFrom('a', 'b'),
  partnerId: fc.constantFrom('p', 'q', 'r'),
  accountHmac: fc.constantFrom('x', 'y'),
  currency: fc.constantFrom('EUR', 'USD'),
  amount,
});
const sum = (all: readonly { amount: bigint }[]) => all.reduce((total, each) => total + each.amount, 0n);

test('SEC21 no sequence of payouts goes over any limit, and none is stopped that would not', () => {
  fc.assert(
    fc.property(limits, fc.array(wish, { minLength: 1, maxLength: 40 }), (rules, wishes) => {
      const fresh: Usage = { brandToday: 0n, partnerToday: 0n, isNew: true, inAll: 0n, accountProven: false, toAccount: 0n, payouts: 0 };
      const broken = overLimit(wishes.map((each) => ({ ...each, limits: rules, usage: fresh })));
      const passed = (test: (each: (typeof wishes)[number]) => boolean, until = wishes.length) =>
        wishes.slice(0, until).filter((each, index) => broken[index] === undefined && test(each));
      wishes.forEach((each, index) => {
        const brand = (one: typeof each) => one.brandId === each.brandId && one.currency === each.currency;
        const partner = (one: typeof each) => brand(one) && one.partnerId === each.partnerId;
        const account = (one: typeof each) => partner(one) && one.accountHmac === each.accountHmac;
        const most = (limit: bigint | null) => limit ?? 10n ** 18n;
        const fits =
          each.amount <= most(rules.perPayout) &&
          sum(passed(brand, index)) + each.amount <= most(rules.brandPerDay) &&
          sum(passed(partner, index)) + each.amount <= most(rules.partnerPerDay) &&
          sum(passed(partner, index)) + each.amount <= most(rules.newPartner?.amount ?? null) &&
          sum(passed(account, index)) + each.amount <= most(rules.firstPayout) &&
          passed(partner, index).length < (rules.velocity?.payouts ?? 1000);
        expect(broken[index] === undefined).toBe(fits);
      });
    }),
    { numRuns: 500 },
  );
});
