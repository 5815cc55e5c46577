import { expect, test } from '@jest/globals';
import { type Adjustment, adjustmentScope, explainAdjustment, isAdjustment, recomputePosting } from '../src/index.js';

const adjustment: Adjustment = {
  adjustmentId: 'adj_a',
  kind: 'bonus',
  partnerId: 'ptr_a',
  brandId: 'brd_a',
  amount: '-1500',
  currency: 'EUR',
  reason: 'paid twice in March',
  makerId: 'key_a',
  occurredAt: '2026-03-31T00:00:00.000Z',
};

test('an adjustment is explained by itself and recomputes to its amount', () => {
  const explanation = explainAdjustment(adjustment);
  expect(recomputePosting(JSON.parse(JSON.stringify(explanation)))).toEqual({ entitlement: -1500n, amount: -1500n, agrees: true });
  expect(isAdjustment(explanation)).toBe(true);
  expect(adjustmentScope('adj_a')).toBe('adjustment/adj_a');
});

test('an explanation whose figures do not belong together does not agree', () => {
  const explanation = explainAdjustment(adjustment);
  expect(recomputePosting({ ...explanation, amount: '-1501' }).agrees).toBe(false);
  expect(recomputePosting({ ...explanation, postedBefore: '1' }).agrees).toBe(false);
  expect(recomputePosting({ ...explanation, entitlement: '0' }).agrees).toBe(false);
  expect(recomputePosting({ ...explanation, adjustment: { ...adjustment, amount: '7' } })).toMatchObject({ amount: 7n, agrees: false });
});

test('what is no explanation is no adjustment', () => {
  expect([null, undefined].map(isAdjustment)).toEqual([false, false]);
});
