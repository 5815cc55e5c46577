import { expect, test } from '@jest/globals';
import { costsOf, reportOfAnswer, reportOfState } from './rail-reports.js';

test('FF2 FF3 what a rail answers to an instruction: accepted, refused, or nothing that can be known', () => {
  const answered = (answer: Parameters<typeof reportOfAnswer>[1]) => reportOfAnswer('pyt', answer);
  expect(answered({ outcome: 'accepted', reference: 'R1' })).toEqual({
    payoutId: 'pyt',
    outcome: 'submitted',
    reference: 'R1',
    reason: null,
  });
  expect(answered({ outcome: 'rejected', reason: 'closed' })).toEqual({
    payoutId: 'pyt',
    outcome: 'failed',
    reference: null,
    reason: 'closed',
  });
  expect(answered({ outcome: 'unknown', reason: '500' })).toEqual({ payoutId: 'pyt', outcome: 'unknown', reference: null, reason: '500' });
});

test('FF5 what a rail knows, or calls back', () => {
  expect(reportOfState('pyt', { state: 'rejected', reason: 'closed' })).toEqual({
    payoutId: 'pyt',
    outcome: 'failed',
    reference: null,
    reason: 'closed',
  });
  const found = (state: 'accepted' | 'settled' | 'returned') => reportOfState('pyt', { state, reference: 'R1' });
  const said = { payoutId: 'pyt', reference: 'R1', reason: null };
  expect(found('accepted')).toEqual({ ...said, outcome: 'submitted' });
  expect(found('settled')).toEqual({ ...said, outcome: 'settled' });
  expect(found('returned')).toEqual({ ...said, outcome: 'returned' });
});

test('FF14 what a rail says that it has cost is told, and nothing where it says nothing', () => {
  const fee = { amount: 25n, currency: 'EUR' };
  const debited = { amount: 1100n, currency: 'USD' };
  expect(costsOf({ fee, debited })).toStrictEqual({ fee, debited });
  expect(costsOf({})).toStrictEqual({});
  expect(reportOfState('pyt', { state: 'settled', reference: 'R1', fee, debited })).toMatchObject({ outcome: 'settled', fee, debited });
});
