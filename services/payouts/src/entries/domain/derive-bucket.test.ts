import { describe, expect, test } from '@jest/globals';
import { correctionDue, deriveBucket, type EntryFacts, effectiveFrom, isCancelledOut, isReversal, writeOffOf } from './derive-bucket.js';

const now = new Date('2026-03-31T22:00:00.000Z');
const facts = (some: Partial<EntryFacts> = {}): EntryFacts => ({
  id: 'e',
  amount: 2000n,
  accrued: true,
  adjusts: null,
  occurredAt: new Date('2026-03-01T08:00:00Z'),
  maturesAt: new Date('2026-03-31T22:00:00.000Z'),
  decisionState: 'approved',
  decidedAt: now,
  bucket: 'pending',
  runId: null,
  paidAt: null,
  clawback: null,
  forgiven: false,
  takenBack: false,
  corrected: 0n,
  ...some,
});
const refund = (some: Partial<EntryFacts> = {}) => facts({ id: 'r', amount: -200n, adjusts: 'e', bucket: null, ...some });

test.each([
  ['none', 'pending'],
  ['held', 'held'],
  ['rejected', 'rejected'],
  ['approved', 'payable'],
] as const)('an entry whose highest decision is %s lies in %s', (decisionState, bucket) => {
  expect(deriveBucket(facts({ decisionState }), undefined, now)).toBe(bucket);
});

test('O-01 an approved entry is payable from the very instant at which its holding period ends', () => {
  expect(deriveBucket(facts(), undefined, new Date(now.getTime() - 1))).toBe('approved');
  expect(deriveBucket(facts(), undefined, now)).toBe('payable');
});

test.each(['none', 'held', 'rejected'] as const)('M-25 a refund of an unpaid entry lies beside it: %s', (decisionState) => {
  const original = facts({ decisionState });
  expect(deriveBucket(refund(), original, now)).toBe(deriveBucket(original, undefined, now));
});

test('M-25 a refund waits for its original to arrive, and does not wait for anything once that is paid', () => {
  expect(deriveBucket(refund(), undefined, now)).toBe('pending');
  expect(deriveBucket(refund(), facts({ accrued: false }), now)).toBe('pending');
  expect(deriveBucket(refund({ maturesAt: new Date('2099-01-01') }), facts({ bucket: 'paid', runId: 'run' }), now)).toBe('payable');
});

test('what a run holds stays where the payout has put it', () => {
  expect(deriveBucket(facts({ bucket: 'in-payout', runId: 'run', decisionState: 'rejected' }), undefined, now)).toBe('in-payout');
});

test('WE-51 what was paid and then disapproved is due back once, and given again when it is approved once more', () => {
  const paid = facts({ bucket: 'paid', runId: 'run' });
  expect(correctionDue(paid, undefined)).toBe(0n);
  expect(correctionDue({ ...paid, decisionState: 'rejected' }, undefined)).toBe(-2000n);
  expect(correctionDue({ ...paid, decisionState: 'rejected', corrected: -2000n }, undefined)).toBe(0n);
  expect(correctionDue({ ...paid, corrected: -2000n }, undefined)).toBe(2000n);
});

test('a disapproved sale takes its refunds along: the partner does not owe the same money twice', () => {
  const original = facts({ bucket: 'paid', runId: 'run', decisionState: 'rejected', corrected: -2000n });
  expect(deriveBucket(refund(), original, now)).toBe('rejected');
  expect(correctionDue(refund({ bucket: 'paid', runId: 'run' }), original)).toBe(200n);
});

describe('WE-52 M-25 what was paid is taken back within the brand’s window only', () => {
  // 60 full days after the 2nd of March in Berlin: until the 2nd of May begins there.
  const paidAt = new Date('2026-03-02T08:00:00.000Z');
  const until = new Date('2026-05-01T22:00:00.000Z');
  const clawback = { days: 60, timeZone: 'Europe/Berlin' };
  const paid = facts({ bucket: 'paid', runId: 'run', paidAt });
  const at = (occurredAt: Date, some: Partial<EntryFacts> = {}) => refund({ occurredAt, clawback, ...some });
  const after = new Date(until.getTime() + 1);

  test('the end of its last full day is inside', () => {
    expect(deriveBucket(at(until), paid, now)).toBe('payable');
    expect(deriveBucket(at(after), paid, now)).toBe('written-off');
    expect(writeOffOf(at(until), paid)).toBeNull();
    expect(writeOffOf(at(after), paid)).toEqual({ reason: 'clawback-window-over', paidAt, clawbackDays: 60, until });
  });
  test('no days: until the payment itself', () => {
    const none = { clawback: { days: 0, timeZone: 'Europe/Berlin' } };
    expect(deriveBucket(at(paidAt, none), paid, now)).toBe('payable');
    expect(deriveBucket(at(new Date(paidAt.getTime() + 1), none), paid, now)).toBe('written-off');
  });
  test('a brand that says nothing takes back without end', () => {
    expect(deriveBucket(at(new Date('2036-01-01'), { clawback: null }), paid, now)).toBe('payable');
  });
  test('what has not been paid, or came back, is taken back however late', () => {
    expect(deriveBucket(at(after), facts(), now)).toBe('payable');
    expect(deriveBucket(at(after), facts({ bucket: 'in-payout', runId: 'run' }), now)).toBe('payable');
    expect(deriveBucket(at(after), facts({ bucket: 'payable' }), now)).toBe('payable');
    expect(deriveBucket(at(after), undefined, now)).toBe('pending');
  });
  test('it waits for a decision like any other, and a rejection goes before', () => {
    expect(deriveBucket(at(after, { decisionState: 'none' }), paid, now)).toBe('pending');
    expect(deriveBucket(at(after, { decisionState: 'held' }), paid, now)).toBe('held');
    expect(deriveBucket(at(after, { decisionState: 'rejected' }), paid, now)).toBe('rejected');
    expect(deriveBucket(at(after), { ...paid, decisionState: 'rejected' }, now)).toBe('rejected');
  });
  test('what a run has netted already stays netted', () => {
    expect(deriveBucket(at(after, { bucket: 'in-payout', runId: 'next' }), paid, now)).toBe('in-payout');
  });
  test('what corrects upwards, and what corrects nothing, is paid as ever', () => {
    expect(deriveBucket(at(after, { amount: 200n }), paid, now)).toBe('payable');
    expect(deriveBucket(at(after, { adjusts: null }), paid, now)).toBe('payable');
  });
  test('being written off counts from the refund, and no longer being so from when that is known', () => {
    expect(effectiveFrom(at(new Date('2026-03-20T00:00:00Z'), { decidedAt: null }), 'written-off', now)).toEqual(
      new Date('2026-03-20T00:00:00Z'),
    );
    expect(effectiveFrom(at(new Date('2026-03-20T00:00:00Z'), { bucket: 'written-off', decidedAt: null }), 'payable', now)).toEqual(now);
  });
});

test('what came back after it was taken back lies in payable beside what was taken back of it', () => {
  expect(deriveBucket(facts({ corrected: -2000n, decisionState: 'rejected' }), undefined, now)).toBe('payable');
});

test('what came back after it was rejected is rejected with all that was to be taken back of it, unless a payout has netted some', () => {
  const back = facts({ bucket: 'payable', corrected: -2000n, decisionState: 'rejected', corrections: [{ amount: -2000n }] });
  expect(deriveBucket(back, undefined, now)).toBe('rejected');
  expect(deriveBucket({ ...back, corrections: [{ amount: -1999n }] }, undefined, now)).toBe('payable');
  expect(deriveBucket({ ...back, decisionState: 'approved' }, undefined, now)).toBe('payable');
  const refunded = refund({ bucket: 'payable', corrected: 200n, corrections: [{ amount: 200n }] });
  expect(deriveBucket(refunded, back, now)).toBe('rejected');
  expect(isCancelledOut({ ...back, bucket: 'paid', runId: 'run' }, undefined)).toBe(false);
  expect(isCancelledOut({ ...back, corrected: 0n }, undefined)).toBe(false);
});

test('what has no maturity yet does not mature; what knows no instant of its own or of a payment is not too late', () => {
  expect(deriveBucket(facts({ maturesAt: null }), undefined, now)).toBe('approved');
  const clawback = { days: 1, timeZone: 'UTC' };
  const paid = facts({ bucket: 'paid', runId: 'run', paidAt: new Date(0) });
  expect(writeOffOf(refund({ clawback, occurredAt: null }), paid)).toBeNull();
  expect(writeOffOf(refund({ clawback }), undefined)).toBeNull();
  expect(isReversal({ amount: 0n, adjusts: 'e' })).toBe(false);
});

test('only what was paid once is taken back', () => {
  for (const bucket of ['pending', 'held', 'approved', 'payable', 'rejected', 'in-payout'] as const)
    expect(correctionDue(facts({ bucket, decisionState: 'rejected' }), undefined)).toBe(0n);
  // Paid, taken back, and then the payment came back: nothing more is due.
  expect(correctionDue(facts({ bucket: 'payable', decisionState: 'rejected', corrected: -2000n }), undefined)).toBe(0n);
  expect(correctionDue(facts({ bucket: 'payable', corrected: -2000n }), undefined)).toBe(2000n);
});

test('O-10 a move counts from the latest of its causes, and never from before they were or after now', () => {
  const [first, second, third] = ['2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z', '2026-03-20T00:00:00Z'].map((text) => new Date(text));
  const entry = facts({ occurredAt: first ?? null, decidedAt: second ?? null, maturesAt: third ?? null });
  expect(effectiveFrom(entry, 'payable', now)).toEqual(third);
  expect(effectiveFrom(entry, 'approved', now)).toEqual(second);
  expect(effectiveFrom({ ...entry, amount: -1n, adjusts: 'x' }, 'payable', now)).toEqual(second);
  expect(effectiveFrom({ ...entry, amount: -1n, adjusts: 'x' }, 'held', now)).toEqual(second);
  expect(effectiveFrom({ ...entry, decidedAt: null }, 'held', now)).toEqual(first);
  expect(effectiveFrom({ ...entry, decidedAt: null, occurredAt: null }, 'held', now)).toEqual(now);
  expect(effectiveFrom({ ...entry, decidedAt: new Date(now.getTime() + 1) }, 'held', now)).toEqual(now);
});

test('what was forgiven is written off where it takes something, and changes nothing else', () => {
  expect(deriveBucket(facts({ forgiven: true, amount: -200n }), undefined, now)).toBe('written-off');
  for (const amount of [0n, 200n]) expect(deriveBucket(facts({ forgiven: true, amount }), undefined, now)).toBe('payable');
});
