import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance, nextLookupDelayMs, type PayoutStatus, payoutStatuses, type ReportedOutcome } from './payout-state.js';

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
