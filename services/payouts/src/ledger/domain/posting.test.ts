import { expect, test } from '@jest/globals';
import { accrual, backFromRail, claim, disapproval, handedToRail, move, type Posting, release, returned, settlement } from './posting.js';

const at = new Date('2026-03-02T08:00:00Z');
const owner = { partnerId: 'ptr', brandId: 'brd', currency: 'EUR' };
const entry = { ...owner, id: 'ent!2', entryId: 'ent', amount: 70n };
const payout = {
  ...owner,
  id: 'pyt',
  amount: 80n,
  charges: [
    { kind: 'fee', amount: -15 },
    { kind: 'exchange-fee', amount: -4 },
    { kind: 'withholding', amount: -10 },
    { kind: 'vat', amount: 19 },
    { kind: 'offset', amount: -10 },
    { kind: 'fee', amount: 0 },
  ] as const,
};
const legsOf = ({ legs }: Posting) => legs.map(({ account, amount }) => `${account} ${amount}`);

test('O-10 each transaction about an entry says what moved, whose it is, of which entry, under a key of its own', () => {
  const about = { ...owner, entryId: 'ent', payoutId: null, effectiveAt: at };
  const { legs: earned, ...first } = accrual(entry, at);
  expect(first).toEqual({ ...about, kind: 'accrual', key: 'accrual:ent!2' });
  expect(earned).toEqual([
    { account: 'brand-expense', amount: -70n },
    { account: 'pending', amount: 70n },
  ]);
  const { legs: moved, ...second } = move(entry, 'pending', 'held', 3, at);
  expect(second).toEqual({ ...about, kind: 'move', key: 'move:ent!2:3' });
  expect(moved).toEqual([
    { account: 'pending', amount: -70n },
    { account: 'held', amount: 70n },
  ]);
  expect(move(entry, 'payable', 'written-off', 4, at, 'clawback-window-over')).toMatchObject({ reason: 'clawback-window-over' });
  const { legs: taken, ...third } = disapproval(entry, '5', -70n, at);
  expect(third).toEqual({ ...about, kind: 'disapproval', key: 'disapproval:ent!2:5' });
  expect(taken).toEqual([
    { account: 'rejected', amount: 70n },
    { account: 'payable', amount: -70n },
  ]);
});

test('O-10 O-11 each step of a payout moves what it says, with every charge on an account of its own, and backwards just so', () => {
  const about = { ...owner, entryId: null, payoutId: 'pyt', effectiveAt: at };
  const steps = { claim, 'handed-to-rail': handedToRail, settlement, release, 'back-from-rail': backFromRail, return: returned };
  for (const [kind, make] of Object.entries(steps)) {
    const { legs: _legs, ...rest } = make(payout, at);
    expect(rest).toEqual({ ...about, kind, key: `${kind}:pyt` });
  }
  const charged = ['fees 15', 'exchange-fees 4', 'tax-withheld 10', 'vat -19', 'offset 10'];
  const given = ['fees -15', 'exchange-fees -4', 'tax-withheld -10', 'vat 19', 'offset -10'];
  expect(legsOf(claim(payout, at))).toEqual(['payable -100', 'in-payout 80', ...charged]);
  expect(legsOf(release(payout, at))).toEqual(['payable 100', 'in-payout -80', ...given]);
  expect(legsOf(handedToRail(payout, at))).toEqual(['rail-clearing -80', 'brand-funds 80']);
  expect(legsOf(backFromRail(payout, at))).toEqual(['brand-funds -80', 'rail-clearing 80']);
  expect(legsOf(settlement(payout, at))).toEqual(['in-payout -80', 'paid 80', 'disbursed -80', 'rail-clearing 80']);
  expect(legsOf(returned(payout, at))).toEqual(['payable 100', 'paid -80', ...given, 'brand-funds -80', 'disbursed 80']);
});
