import { expect, test } from '@jest/globals';
import { chargeKinds, type PayoutCharge } from '@tributary/contracts';
import fc from 'fast-check';
import { type BalanceTerms, imbalance, noBalance, plusLeg, shown } from './balance-terms.js';
import {
  accrual,
  type Bucket,
  claim,
  disapproval,
  handedToRail,
  type Leg,
  move,
  type Posting,
  release,
  returned,
  settlement,
} from './posting.js';

const at = new Date('2026-03-02T08:00:00Z');
const owner = { partnerId: 'ptr', brandId: 'brd', currency: 'EUR' };
const entry = (amount: bigint) => ({ ...owner, id: 'ent', entryId: 'ent', amount });
const payout = (amount: bigint, ...charges: PayoutCharge[]) => ({ ...owner, id: 'pyt', amount, charges });
const after = (postings: readonly Posting[], from: BalanceTerms = noBalance) => postings.flatMap(({ legs }) => legs).reduce(plusLeg, from);

const buckets: Bucket[] = ['pending', 'held', 'approved', 'payable', 'rejected', 'in-payout', 'paid', 'written-off'];
const anyCharges = fc.array(fc.record({ kind: fc.constantFrom(...chargeKinds), amount: fc.integer({ min: -100, max: 100 }) }), {
  maxLength: 3,
});
const anyPosting = fc
  .tuple(fc.bigInt(-1_000_000n, 1_000_000n), fc.constantFrom(...buckets), fc.constantFrom(...buckets), fc.nat(7), anyCharges)
  .map(([amount, from, to, kind, charges]): Posting => {
    const makers = [
      accrual(entry(amount), at),
      move(entry(amount), from, to, 1, at),
      disapproval(entry(amount), '2', amount, at),
      claim(payout(amount, ...charges), at),
      handedToRail(payout(amount, ...charges), at),
      settlement(payout(amount, ...charges), at),
      release(payout(amount, ...charges), at),
      returned(payout(amount, ...charges), at),
    ];
    return makers[kind] ?? accrual(entry(amount), at);
  });

test('O-10 every transaction that the domain can make sums to zero', () => {
  fc.assert(fc.property(anyPosting, ({ legs }) => legs.reduce((sum, { amount }) => sum + amount, 0n) === 0n));
});

test('the balance equation holds after any sequence of transactions', () => {
  fc.assert(
    fc.property(fc.array(anyPosting, { maxLength: 40 }), (postings) => {
      const terms = after(postings);
      expect(imbalance(terms)).toBe(0n);
      expect(imbalance(shown(terms))).toBe(0n);
      expect(shown(terms).payable).toBeGreaterThanOrEqual(0n);
    }),
  );
});

test('after a settlement clearing is empty, the funds are gone, and the whole still sums to zero', () => {
  const legs = [
    accrual(entry(1000n), at),
    claim(payout(1000n), at),
    handedToRail(payout(1000n), at),
    settlement(payout(1000n), at),
  ].flatMap((posting) => posting.legs);
  const on = (account: string) => legs.filter((leg) => leg.account === account).reduce((sum, { amount }) => sum + amount, 0n);
  expect([on('rail-clearing'), on('brand-funds'), on('paid'), on('disbursed'), on('brand-expense')]).toEqual([
    0n,
    1000n,
    1000n,
    -1000n,
    -1000n,
  ]);
});

test('WE-59 the fee of a withdrawal is a leg of its own: what is paid and the fee are what was payable; what comes back brings the fee along', () => {
  const forced = payout(949n, { kind: 'fee', amount: -50 });
  const paid = after([
    accrual(entry(999n), at),
    move(entry(999n), 'pending', 'payable', 1, at),
    claim(forced, at),
    handedToRail(forced, at),
    settlement(forced, at),
  ]);
  expect(paid).toMatchObject({ payable: 0n, inPayout: 0n, paid: 949n, fees: 50n });
  expect(after([returned(forced, at)], paid)).toMatchObject({ payable: 999n, paid: 0n, fees: 0n });
  expect(after([claim(forced, at), release(forced, at)])).toEqual(noBalance);
});

test('a payable net below zero is shown as a receivable', () => {
  expect(shown(after([accrual(entry(-1000n), at), move(entry(-1000n), 'pending', 'payable', 1, at)]))).toMatchObject({
    reversed: 1000n,
    payable: 0n,
    receivable: 1000n,
  });
});

test('every account counts into just its own term, and those of the brand into none', () => {
  const term = (account: Leg['account'], amount = 7n) =>
    Object.fromEntries(Object.entries(plusLeg(noBalance, { account, amount })).filter(([, value]) => value !== 0n));
  expect(term('brand-expense')).toEqual({ reversed: 7n });
  expect(term('brand-expense', -7n)).toEqual({ accrued: 7n });
  expect(term('receivable')).toEqual({ receivable: -7n });
  const own = {
    'in-payout': 'inPayout',
    'written-off': 'writtenOff',
    'exchange-fees': 'fees',
    'tax-withheld': 'taxWithheld',
    exchange: 'exchanged',
  };
  for (const [account, name] of Object.entries(own)) expect(term(account as Leg['account'])).toEqual({ [name]: 7n });
  for (const account of ['rejected', 'pending', 'held', 'approved', 'payable', 'paid', 'fees', 'vat', 'offset'] as const)
    expect(term(account)).toEqual({ [account]: 7n });
  expect(shown({ ...noBalance, payable: 5n, receivable: 3n })).toMatchObject({ payable: 5n, receivable: 3n });
  for (const account of ['brand-funds', 'rail-clearing', 'disbursed', 'rail-fees', 'suspense'] as const) expect(term(account)).toEqual({});
});

test('the balance equation counts every term, with its sign', () => {
  const off = Object.keys(noBalance).map((term) => [term, imbalance({ ...noBalance, [term]: 7n })]);
  const minus = [
    'reversed',
    'rejected',
    'pending',
    'held',
    'approved',
    'payable',
    'inPayout',
    'paid',
    'writtenOff',
    'fees',
    'taxWithheld',
    'vat',
    'offset',
    'exchanged',
  ];
  expect(off).toEqual(Object.keys(noBalance).map((term) => [term, minus.includes(term) ? -7n : 7n]));
});
