import { expect, test } from '@jest/globals';
import {
  type Cause,
  type Component,
  foldConversion,
  type PostedScope,
  planPostings,
  type RunningState,
  recompute,
  recomputePosting,
} from '../src/index.js';
import { aDeal, aRefund, aSale, facts } from './builders.js';

const accrual: Cause = { reason: 'accrual', occurredAt: '2026-03-15T12:00:00.000Z' };
const common = { timeZone: 'Europe/Malta', closedPeriods: new Set<string>(), posted: [] };
const fine: Component = { on: 'sale', model: 'flat', amount: '0.7', subCent: 'accumulate' };
const tenth: Component = { on: 'sale', model: 'percentage', rate: '0.1' };
const identity = { partnerId: 'ptr_a', dealId: 'deal_a', dealVersion: 1, currency: 'EUR' };
const posted = (scope: string, net: bigint, component = 'sale'): PostedScope => ({
  ...identity,
  scope,
  component,
  net,
  originalPostingId: `first-of-${scope}`,
});
/** What other conversions posted into the running scope: none of it is this one's. */
const ofOthers = (net: bigint): PostedScope => ({ ...posted('deal_a/sale/EUR/half-away', net), originalPostingId: null });
const state = (sum: string, contribution: string): RunningState => ({
  ...identity,
  scope: 'deal_a/sale/EUR/half-away',
  component: 'sale',
  rounding: 'half-away',
  sum,
  contribution,
});

test('P-18 an accrual in whole: who, by which deal, how much, when and why', () => {
  const fold = foldConversion(facts(aSale(), { components: [tenth] }));
  const { postings, running } = planPostings({ ...common, fold, cause: accrual });
  expect(running).toEqual([]);
  expect(postings).toEqual([
    {
      ...identity,
      scope: 'cnv_1/deal_a/sale/EUR',
      component: 'sale',
      amount: 1_000n,
      period: '2026-03',
      adjusts: null,
      reason: 'accrual',
      earnedAt: null,
      occurredAt: accrual.occurredAt,
      explanation: {
        fold: fold.scopes[0]?.explanation,
        withdrawn: null,
        running: null,
        entitlement: '1000',
        postedBefore: '0',
        amount: '1000',
      },
    },
  ]);
});

test('P-18 the month is that of the brand, and the first open one after it', () => {
  const fold = foldConversion(facts(aSale(), { components: [tenth] }));
  const period = (occurredAt: string, ...closed: string[]) =>
    planPostings({ ...common, fold, cause: { ...accrual, occurredAt }, closedPeriods: new Set(closed) }).postings[0]?.period;
  expect([period('2026-03-31T21:59:59.999Z'), period('2026-03-31T22:00:00.000Z')]).toEqual(['2026-03', '2026-04']);
  expect(period('2026-03-31T22:00:00.000Z', '2026-04', '2026-05')).toBe('2026-06');
});

test('M-25 a correction points at the first posting of its scope; what others made earn first is an accrual', () => {
  const fold = foldConversion(facts(aSale(), { components: [tenth] }, [aRefund(1_000n)]));
  const reasons = (reason: Cause['reason'], before: readonly PostedScope[]) =>
    planPostings({ ...common, fold, posted: before, cause: { reason, occurredAt: '2026-03-20T12:00:00.000Z' } }).postings.map((one) => [
      one.amount,
      one.reason,
      one.adjusts,
      one.explanation.postedBefore,
    ]);
  const before = posted('cnv_1/deal_a/sale/EUR', 1_000n);
  expect(reasons('refund', [before])).toEqual([[-100n, 'refund', 'first-of-cnv_1/deal_a/sale/EUR', '1000']]);
  expect(reasons('refund', [{ ...before, net: 900n }])).toEqual([]);
  expect(reasons('re-rating', [before])).toEqual([[-100n, 're-rating', 'first-of-cnv_1/deal_a/sale/EUR', '1000']]);
  expect(reasons('re-rating', [])).toEqual([[900n, 'accrual', null, '0']]);
  expect(reasons('late-fact', [])).toEqual([[900n, 'late-fact', null, '0']]);
});

test('a scope that the fold no longer names comes down to zero, and says what became of the conversion', () => {
  const plan = (dealId?: string) => {
    const versions = dealId === undefined ? [] : [aDeal({ components: [] }, { dealId, version: 7 })];
    const fold = foldConversion({ original: aSale(), refunds: [], versions });
    return planPostings({ ...common, fold, posted: [posted('cnv_1/old/sale/EUR', 5n)], cause: { ...accrual, reason: 'amendment' } })
      .postings;
  };
  expect(plan()).toMatchObject([{ amount: -5n, adjusts: 'first-of-cnv_1/old/sale/EUR', earnedAt: null }]);
  expect(plan()[0]?.explanation).toEqual({
    fold: null,
    withdrawn: { outcome: 'zero-commission', reason: 'no-deal-in-force', dealId: null, dealVersion: null },
    running: null,
    entitlement: '0',
    postedBefore: '5',
    amount: '-5',
  });
  expect(plan('new')[0]?.explanation.withdrawn).toEqual({
    outcome: 'zero-commission',
    reason: 'no-component-for-kind',
    dealId: 'new',
    dealVersion: 7,
  });
});

test('M-20 a running scope posts the rounded difference, of what this conversion put in before and puts in now', () => {
  const fold = foldConversion(facts(aSale(), { components: [fine] }));
  const first = planPostings({ ...common, fold, cause: accrual });
  expect(first.running).toEqual([state('7/10', '7/10')]);
  expect(first.postings).toMatchObject([{ amount: 1n, adjusts: null, reason: 'accrual', component: 'sale' }]);
  const second = planPostings({
    ...common,
    fold,
    posted: [ofOthers(1n)],
    running: [state('7/10', '0')],
    cause: accrual,
  });
  expect(second.running).toEqual([state('7/5', '7/10')]);
  expect(second.postings).toEqual([]);
  const third = planPostings({
    ...common,
    fold,
    posted: [ofOthers(1n)],
    running: [state('7/5', '0')],
    cause: accrual,
  });
  expect(third.postings).toMatchObject([
    { amount: 1n, adjusts: null, explanation: { running: { without: '7/5', sum: '21/10', rounding: 'half-away' } } },
  ]);
  const again = { ...common, fold, posted: [posted('deal_a/sale/EUR/half-away', 3n)], running: [state('21/10', '7/10')] };
  const amended = { ...again, cause: { ...accrual, reason: 'amendment' } } as const;
  expect(planPostings(amended).postings).toMatchObject([
    { amount: -1n, adjusts: 'first-of-deal_a/sale/EUR/half-away', reason: 'amendment' },
  ]);
  expect(planPostings({ ...amended, posted: [ofOthers(3n)] }).postings).toMatchObject([
    { amount: -1n, adjusts: null, reason: 'amendment' },
  ]);
});

test('M-20 a running scope that the fold no longer names keeps its identity and loses the contribution', () => {
  const fold = foldConversion({ original: aSale(), refunds: [], versions: [] });
  const plan = planPostings({
    ...common,
    fold,
    posted: [posted('deal_a/sale/EUR/half-away', 2n)],
    running: [state('21/10', '7/10')],
    cause: { ...accrual, reason: 'amendment' },
  });
  expect(plan.running).toEqual([state('7/5', '0')]);
  expect(plan.postings).toMatchObject([
    { ...identity, amount: -1n, component: 'sale', explanation: { fold: null, running: { without: '7/5', sum: '7/5' } } },
  ]);
  expect(recomputePosting(plan.postings[0]!.explanation)).toEqual({ entitlement: 1n, amount: -1n, agrees: true });
});

test('M-20 what is rated again in a running scope is a re-rating of the sum, also where it comes to its first cent', () => {
  const fold = foldConversion(facts(aSale(), { components: [fine] }));
  const cause: Cause = { reason: 're-rating', occurredAt: accrual.occurredAt };
  const { postings } = planPostings({ ...common, fold, cause, posted: [ofOthers(0n)], running: [state('2/5', '0')] });
  expect(postings).toMatchObject([{ amount: 1n, adjusts: null, reason: 're-rating' }]);
});

test('T-47 what was earned later than its cause is posted into the month in which it was earned', () => {
  const fold = foldConversion(facts(aSale(), { components: [tenth] }));
  const [scope] = fold.scopes;
  const later = { ...fold, scopes: [{ ...scope!, earnedAt: '2026-05-02T00:00:00.000Z' }] };
  expect(planPostings({ ...common, fold: later, cause: accrual }).postings).toMatchObject([
    { period: '2026-05', earnedAt: '2026-05-02T00:00:00.000Z', occurredAt: '2026-05-02T00:00:00.000Z' },
  ]);
});

test('T-47 M-25 a refund of what was earned after the conversion occurs when it is refunded, if that is later still', () => {
  const fold = foldConversion(facts(aSale(), { components: [tenth] }, [aRefund(4_000n)]));
  const [scope] = fold.scopes;
  const earnedAt = '2026-05-02T00:00:00.000Z';
  const held = [posted(scope!.scope, 1_000n)];
  const refunded = (occurredAt: string) =>
    planPostings({
      ...common,
      fold: { ...fold, scopes: [{ ...scope!, earnedAt }] },
      posted: held,
      cause: { reason: 'refund', occurredAt },
    }).postings;
  expect(refunded('2026-09-01T00:00:00.000Z')).toMatchObject([
    { amount: -400n, period: '2026-09', earnedAt, occurredAt: '2026-09-01T00:00:00.000Z' },
  ]);
  expect(refunded('2026-05-01T00:00:00.000Z')).toMatchObject([{ amount: -400n, period: '2026-05', earnedAt, occurredAt: earnedAt }]);
  expect(refunded('2026-05-02T00:00:00Z')).toMatchObject([{ occurredAt: '2026-05-02T00:00:00Z' }]);
});

test('P-18 an explanation agrees with itself only where scope, amount, exact value and currency all do', () => {
  const [scope] = foldConversion(facts(aSale({ amount: 1_005n }), { components: [tenth] }, [aRefund(5n)])).scopes;
  const { explanation } = scope!;
  expect(recompute(explanation)).toEqual({ amount: '100', exact: '100', currency: 'EUR', agrees: true });
  expect(recompute({ ...explanation, scope: 'another' })).toEqual({ amount: '0', exact: '0', currency: 'EUR', agrees: false });
  expect(recompute({ ...explanation, exact: '101' }).agrees).toBe(false);
  expect(recompute({ ...explanation, result: { ...explanation.result, amount: '101' } }).agrees).toBe(false);
  expect(recompute({ ...explanation, result: { ...explanation.result, currency: 'USD' } })).toMatchObject({
    currency: 'EUR',
    agrees: false,
  });
});

test('P-18 a posting agrees only where its fold, its sum, its entitlement and its amount all do', () => {
  const [scope] = foldConversion(facts(aSale(), { components: [tenth] })).scopes;
  const right = { fold: scope!.explanation, withdrawn: null, running: null, entitlement: '1000', postedBefore: '400', amount: '600' };
  expect(recomputePosting(right)).toEqual({ entitlement: 1_000n, amount: 600n, agrees: true });
  for (const wrong of [{ entitlement: '999' }, { postedBefore: '401' }, { amount: '601' }, { fold: { ...right.fold, exact: '1' } }])
    expect(recomputePosting({ ...right, ...wrong }).agrees).toBe(false);
  expect(recomputePosting({ ...right, fold: null, entitlement: '0', amount: '-400' })).toEqual({
    entitlement: 0n,
    amount: -400n,
    agrees: true,
  });
  const fold = foldConversion(facts(aSale(), { components: [fine] })).scopes[0]!.explanation;
  const running = { without: '7/5', sum: '21/10', rounding: 'half-away' as const };
  const summed = { fold, withdrawn: null, running, entitlement: '2', postedBefore: '1', amount: '1' };
  expect(recomputePosting(summed)).toEqual({ entitlement: 2n, amount: 1n, agrees: true });
  expect(recomputePosting({ ...summed, running: { ...running, sum: '11/5' } }).agrees).toBe(false);
  expect(recomputePosting({ ...summed, running: { ...running, rounding: 'half-even' } })).toMatchObject({ entitlement: 2n, agrees: true });
  expect(recomputePosting({ ...summed, running: { without: '9/5', sum: '5/2', rounding: 'half-even' } })).toMatchObject({
    entitlement: 2n,
    agrees: true,
  });
  expect(recomputePosting({ ...summed, fold: { ...fold, exact: '9' } }).agrees).toBe(false);
});
