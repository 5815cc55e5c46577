import { expect, test } from '@jest/globals';
import { correctionDue, deriveBucket, type EntryFacts } from './derive-bucket.js';

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
