import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, isOver, isUnsent, nextLookupDelayMs, type PayoutStatus, payoutStatuses, type ReportedOutcome } from './payout-state.js';

const outcomes: ReportedOutcome[] = ['submitted', 'unknown', 'settled', 'failed', 'returned'];
/** Everything that may follow at once. */
const allowed: Record<PayoutStatus, PayoutStatus[]> = {
  draft: ['failed'],
  approved: ['failed'],
  cleared: ['submitted', 'unknown', 'failed'],
  unknown: ['submitted', 'settled', 'failed'],
  submitted: ['settled', 'failed'],
  settled: ['returned'],
  failed: [],
  returned: [],
};

test('every pair of state and report leads along allowed transitions only', () => {
  for (const status of payoutStatuses) {
    for (const outcome of outcomes) {
      const next = advance(status, outcome);
      let current = status;
      for (const step of 'steps' in next ? next.steps : []) {
        expect([current, allowed[current]]).toEqual([current, expect.arrayContaining([step])]);
        current = step;
      }
    }
  }
});

test('reports of one truth lead to one end, in any order and however often', () => {
  const truths: ReportedOutcome[][] = [
    ['submitted', 'unknown', 'settled'],
    ['submitted', 'unknown', 'failed'],
    ['submitted', 'settled', 'returned'],
  ];
  const scenario = fc
    .constantFrom(...truths)
    .chain((truth) => fc.tuple(fc.constant(truth), fc.shuffledSubarray([...truth, ...truth, ...truth], { minLength: 9 })));
  fc.assert(
    fc.property(scenario, ([truth, reports]) => {
      let status: PayoutStatus = 'cleared';
      for (const outcome of reports) {
        const next = advance(status, outcome);
        if ('conflict' in next) throw new Error(next.conflict);
        status = next.steps.at(-1) ?? status;
      }
      expect(status).toBe(truth.at(-1));
    }),
  );
});

test('a rail that contradicts what is final changes nothing and is named', () => {
  expect(advance('settled', 'failed')).toEqual({ conflict: 'a settled payout is reported as failed' });
  expect(advance('failed', 'settled')).toEqual({ conflict: 'a failed payout is reported as settled' });
  expect(advance('draft', 'settled')).toHaveProperty('conflict');
});

test('look-ups come soon at first and never stop', () => {
  expect([0, 1, 2, 9, 10, 1000].map(nextLookupDelayMs)).toEqual([1000, 2000, 4000, 512_000, 600_000, 600_000]);
});

test('INV-S1 what each report means in each state: the steps that it adds, or why it cannot be', () => {
  const meant = Object.fromEntries(
    payoutStatuses.map((status) => [
      status,
      outcomes.map((outcome) => {
        const next = advance(status, outcome);
        return 'conflict' in next ? next.conflict : next.steps.join(' ');
      }),
    ]),
  );
  const notSent = (status: string) => `a payout that is ${status} has not been sent`;
  const unsent = (status: string) => [notSent(status), notSent(status), notSent(status), 'failed', notSent(status)];
  expect(meant).toEqual({
    draft: unsent('draft'),
    approved: unsent('approved'),
    cleared: ['submitted', 'unknown', 'submitted settled', 'failed', 'submitted settled returned'],
    unknown: ['submitted', '', 'settled', 'failed', 'settled returned'],
    submitted: ['', '', 'settled', 'failed', 'settled returned'],
    settled: ['', '', '', 'a settled payout is reported as failed', 'returned'],
    failed: ['', '', 'a failed payout is reported as settled', '', 'a failed payout is reported as returned'],
    returned: ['', '', '', 'a returned payout is reported as failed', ''],
  });
});

test('which payouts are over, and which no rail has yet', () => {
  expect(payoutStatuses.filter(isOver)).toEqual(['settled', 'failed', 'returned']);
  expect(payoutStatuses.filter(isUnsent)).toEqual(['draft', 'approved', 'cleared']);
  expect(isUnsent(undefined)).toBe(false);
});
