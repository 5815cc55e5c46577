import { expect, test } from '@jest/globals';
import {
  type Component,
  type Conversion,
  ENGINE_VERSION,
  type Explanation,
  foldConversion,
  type Reason,
  recompute,
  recomputePosting,
  type ScopeResult,
  type Terms,
} from '../src/index.js';
import { aDeal, aRefund, aSale, facts, percentage } from './builders.js';
import { openJournal } from './journal.js';

const only = (component: Partial<Component>): Terms => ({ components: [{ on: 'sale', model: 'percentage', ...component }] });
const flat = (amount: number | string, rest: Partial<Component> = {}): Terms => only({ model: 'flat', amount, ...rest });
const entitlements = (original: Conversion, terms: Terms, refunds: Conversion[] = []): unknown[] =>
  foldConversion(facts(original, terms, refunds)).scopes.map((scope) => (scope.type === 'conversion' ? scope.entitlement : scope.exact));
const firstScope = (original: Conversion, terms: Terms, refunds: Conversion[] = []): ScopeResult => {
  const [scope] = foldConversion(facts(original, terms, refunds)).scopes;
  if (!scope) throw new Error('the fold named no scope');
  return scope;
};

test('M-01 flat, percentage and both together earn what the terms say', () => {
  const terms: Terms = {
    components: [
      { on: 'lead', model: 'flat', amount: 500, qualify: { minAmount: 0 } },
      { on: 'sale', model: 'percentage', rate: '0.10' },
      { on: 'sale', model: 'flat-plus-percentage', amount: 25, rate: '0.0333' },
    ],
  };
  expect(entitlements(aSale({ kind: 'lead', amount: null, currency: null }), terms)).toEqual([500n]);
  expect(entitlements(aSale(), terms)).toEqual([1_000n, 358n]);
  const scopes = foldConversion(facts(aSale(), terms)).scopes.map(({ scope }) => scope);
  expect(scopes).toEqual(['cnv_1/deal_a/sale/EUR', 'cnv_1/deal_a/sale-2/EUR']);
});

test('D-06 WE-05 the rounding mode of the deal decides 4.725', () => {
  expect(entitlements(aSale({ amount: 1_050n }), only({ rate: '0.45' }))).toEqual([473n]);
  expect(entitlements(aSale({ amount: 1_050n }), only({ rate: '0.45', rounding: 'half-even' }))).toEqual([472n]);
});

test('M-25 WE-51 a paid commission that is refunded nets to zero and its reversal points at it', () => {
  const journal = openJournal();
  journal.learn({ type: 'deal', deal: aDeal(flat(1_000)) });
  journal.learn({ type: 'conversion', conversion: aSale() });
  journal.learn({ type: 'close', period: '2026-03' });
  journal.learn({ type: 'conversion', conversion: aRefund(null) });
  expect(journal.postings.map(({ amount, period, adjusts, reason }) => [amount, period, adjusts, reason])).toEqual([
    [1_000n, '2026-03', null, 'accrual'],
    [-1_000n, '2026-04', 'com_1', 'refund'],
  ]);
  expect(journal.nets()).toEqual({});
});

test('M-25 WE-54 a refund of a tenth takes back a tenth of the commission', () => {
  expect(entitlements(aSale(), percentage('0.20'))).toEqual([2_000n]);
  expect(entitlements(aSale(), percentage('0.20'), [aRefund(1_000n)])).toEqual([1_800n]);
  const journal = openJournal();
  journal.learn({ type: 'deal', deal: aDeal(percentage('0.20')) });
  journal.learn({ type: 'conversion', conversion: aSale() });
  journal.learn({ type: 'conversion', conversion: aRefund(1_000n) });
  expect(journal.postings.map(({ amount }) => amount)).toEqual([2_000n, -200n]);
});

test('D-06 WE-55 10 % of 0.25 and a full refund post +0.03 and -0.03', () => {
  const journal = openJournal();
  journal.learn({ type: 'deal', deal: aDeal(percentage('0.10')) });
  journal.learn({ type: 'conversion', conversion: aSale({ amount: 25n }) });
  journal.learn({ type: 'conversion', conversion: aRefund(25n) });
  expect(journal.postings.map(({ amount }) => amount)).toEqual([3n, -3n]);
});

test('D-05 WE-54 refund then sale nets as sale then refund', () => {
  const journal = openJournal();
  journal.learn({ type: 'conversion', conversion: aRefund(1_000n) });
  journal.learn({ type: 'conversion', conversion: aSale() });
  journal.learn({ type: 'deal', deal: aDeal(percentage('0.20')) });
  expect(journal.nets()).toEqual({ 'ptr_a:cnv_1/deal_a/sale/EUR': 1_800n });
  expect(journal.postings).toHaveLength(1);
});

test('M-20 D-06 WE-38 ten trades of a tenth of a cent accrue one cent', () => {
  const journal = openJournal();
  journal.learn({ type: 'deal', deal: aDeal(flat('0.1', { on: 'trade', subCent: 'accumulate' })) });
  for (let trade = 1; trade <= 10; trade += 1) {
    journal.learn({
      type: 'conversion',
      conversion: aSale({ kind: 'trade', conversionId: `cnv_${trade}`, eventId: `trade-${trade}`, amount: null, currency: null }),
    });
  }
  expect(journal.nets()).toEqual({ 'ptr_a:deal_a/trade/EUR/half-away': 1n });
  expect([...journal.running.values()].map(({ sum }) => sum)).toEqual(['1']);
});

test('M-20 D-06 WE-67 58 minutes of 76.8 milli-cents post 4 cents, and rounding each would post none', () => {
  const perMinute = (subCent: Component['subCent']) => {
    const journal = openJournal('USD');
    journal.learn({ type: 'deal', deal: aDeal(flat('0.0768', { on: 'minute', subCent })) });
    for (let minute = 1; minute <= 58; minute += 1) {
      journal.learn({
        type: 'conversion',
        conversion: aSale({ kind: 'minute', conversionId: `cnv_${minute}`, eventId: `minute-${minute}`, amount: null, currency: null }),
      });
    }
    return journal;
  };
  expect(perMinute('round-each').nets()).toEqual({});
  const journal = perMinute('accumulate');
  expect(journal.nets()).toEqual({ 'ptr_a:deal_a/minute/USD/half-away': 4n });
  expect([...journal.running.values()].map(({ sum }) => sum)).toEqual(['2784/625']);
  expect(journal.postings.every(({ adjusts, amount }) => adjusts === null && amount === 1n)).toBe(true);
});

test('WE-53 refunds and a chargeback of the same money take it back once', () => {
  const result = foldConversion(
    facts(aSale(), percentage('0.20'), [
      aRefund(6_000n),
      aRefund(9_000n, { kind: 'chargeback', occurredAt: '2026-03-25T00:00:00Z' }),
      aRefund(null, { occurredAt: '2026-04-01T00:00:00Z' }),
    ]),
  );
  expect(result).toMatchObject({ outcome: 'zero-commission', reason: 'fully-refunded' });
  expect(result.refunds.map(({ applied, outcome, reason }) => [applied, outcome, reason])).toEqual([
    [6_000n, 'reversal', null],
    [4_000n, 'reversal', null],
    [0n, 'zero-commission', 'nothing-left-to-refund'],
  ]);
  expect(result.scopes[0]?.explanation.rules).toContainEqual({
    rule: 'refund-capped',
    passed: true,
    detail: 'chargeback cnv_r9000 takes 9000, capped at the 4000 that were left',
  });
});

test('each refund policy keeps what it says', () => {
  const half = [aRefund(5_000n)];
  const all = [aRefund(null)];
  const both = only({ model: 'flat-plus-percentage', amount: 500, rate: '0.10' });
  expect([entitlements(aSale(), both, half), entitlements(aSale(), both, all)]).toEqual([[1_000n], [0n]]);
  const proportional = flat(500, { onRefund: 'proportional' });
  expect([entitlements(aSale(), proportional, half), entitlements(aSale(), proportional, all)]).toEqual([[250n], [0n]]);
  const never = only({ rate: '0.10', onRefund: 'never' });
  expect([entitlements(aSale(), never, half), entitlements(aSale(), never, all)]).toEqual([[1_000n], [1_000n]]);
  const whole = only({ rate: '0.10', onRefund: 'when-fully-refunded' });
  expect([entitlements(aSale(), whole, half), entitlements(aSale(), whole, all)]).toEqual([[1_000n], [0n]]);
  const minimum = flat(500, { qualify: { minAmount: 5_001 } });
  expect(firstScope(aSale(), minimum, half).reason).toBe('below-minimum-amount');
  expect(foldConversion(facts(aSale(), flat(500), half)).refunds[0]).toMatchObject({
    outcome: 'zero-commission',
    reason: 'commission-not-affected',
  });
});

test('the minimum amount is inclusive', () => {
  const terms = only({ rate: '0.10', qualify: { minAmount: 10_000 } });
  expect(entitlements(aSale({ amount: 9_999n }), terms)).toEqual([0n]);
  expect(entitlements(aSale({ amount: 10_000n }), terms)).toEqual([1_000n]);
});

test('P-17 every conversion has one outcome with a named reason', () => {
  const sale = aSale();
  const rule = { combinator: 'and', rules: [{ field: 'plan', operator: '=', value: 'pro' }] } as const;
  const expected: [Reason | null, string, Conversion, Terms][] = [
    [null, 'commission', sale, percentage('0.1')],
    ['no-partner', 'zero-commission', aSale({ partnerId: null }), percentage('0.1')],
    ['no-deal-in-force', 'zero-commission', aSale({ occurredAt: '2025-12-31T23:59:59.999Z' }), percentage('0.1')],
    ['no-deal-in-force', 'zero-commission', aSale({ brandId: 'brd_b' }), percentage('0.1')],
    ['no-component-for-kind', 'zero-commission', aSale({ kind: 'lead' }), percentage('0.1')],
    ['no-amount', 'zero-commission', aSale({ amount: null, currency: null }), percentage('0.1')],
    ['amount-is-zero', 'zero-commission', aSale({ amount: 0n }), percentage('0.1')],
    ['rate-is-zero', 'zero-commission', sale, percentage('0')],
    ['below-minimum-amount', 'zero-commission', sale, only({ rate: '0.1', qualify: { minAmount: 10_001 } })],
    ['rule-not-met', 'zero-commission', sale, only({ rate: '0.1', qualify: { rule } })],
    [null, 'commission', aSale({ details: { plan: 'pro' } }), only({ rate: '0.1', qualify: { rule } })],
    ['rounds-to-zero', 'zero-commission', aSale({ amount: 4n }), percentage('0.1')],
    ['original-unknown', 'zero-commission', aRefund(null), percentage('0.1')],
    [
      'original-unknown',
      'zero-commission',
      aRefund(null, { originalConversionId: null }),
      { components: [{ on: 'refund', model: 'flat', amount: 5 }] },
    ],
    ['negative-amount', 'rejected', aSale({ amount: -1n }), percentage('0.1')],
    ['fx-rate-missing', 'held', sale, { ...percentage('0.1'), currency: 'USD' }],
    ['fx-rate-missing', 'held', aSale({ currency: 'USD' }), only({ model: 'flat-plus-percentage', amount: 5, rate: '0.1' })],
    [null, 'commission', aSale({ currency: 'USD' }), percentage('0.1')],
    [null, 'commission', aSale({ currency: 'USD' }), flat(5)],
  ];
  for (const [reason, outcome, original, terms] of expected) {
    expect([foldConversion(facts(original, terms)).reason, foldConversion(facts(original, terms)).outcome]).toEqual([reason, outcome]);
  }
  const nowhere = { ...facts(aSale({ amount: null, currency: null }), flat(5)), brandCurrency: null };
  expect(foldConversion(nowhere)).toMatchObject({ outcome: 'rejected', reason: 'no-currency' });
  const ended = {
    ...facts(sale, percentage('0.1')),
    versions: [aDeal(percentage('0.1')), aDeal(percentage('0.1'), { version: 2, status: 'ended' })],
  };
  expect(foldConversion(ended)).toMatchObject({ outcome: 'zero-commission', reason: 'deal-ended' });
});

test('P-18 an explanation survives JSON and recomputes to the same cents', () => {
  const rule = {
    combinator: 'and',
    rules: [
      { field: 'plan', operator: '=', value: 'pro' },
      { field: 'amount', operator: '>', value: 5 },
    ],
  } as const;
  const terms = only({ model: 'flat-plus-percentage', amount: '12.5', rate: '0.0825', qualify: { minAmount: 100, rule } });
  const original = aSale({ details: { plan: 'pro' } });
  for (const subCent of ['round-each', 'accumulate'] as const) {
    const scope = firstScope(original, { components: terms.components.map((one) => ({ ...one, subCent })) }, [aRefund(1_234n)]);
    const copy = JSON.parse(JSON.stringify(scope.explanation)) as Explanation;
    expect(recompute(copy)).toEqual({
      amount: scope.type === 'conversion' ? '736' : null,
      exact: scope.exact,
      currency: 'EUR',
      agrees: true,
    });
    const forged = { ...copy, inputs: { ...copy.inputs, conversion: { ...copy.inputs.conversion, amount: '10100' } } };
    expect(recompute(forged).agrees).toBe(false);
  }
});

test('P-18 every posting recomputes from its own explanation, and a changed one does not', () => {
  const journal = openJournal();
  journal.learn({ type: 'deal', deal: aDeal(flat('0.7', { subCent: 'accumulate' })) });
  journal.learn({ type: 'conversion', conversion: aSale() });
  journal.learn({ type: 'conversion', conversion: aSale({ conversionId: 'cnv_2', eventId: 'order-2' }) });
  journal.learn({ type: 'conversion', conversion: aSale({ conversionId: 'cnv_3', eventId: 'order-3' }) });
  journal.learn({ type: 'conversion', conversion: aRefund(null) });
  const explanations = journal.postings.map(({ explanation }) => explanation);
  expect(explanations.map(({ running, entitlement, postedBefore, amount }) => [running?.sum, entitlement, postedBefore, amount])).toEqual([
    ['7/10', '1', '0', '1'],
    ['21/10', '2', '1', '1'],
    ['7/5', '1', '2', '-1'],
  ]);
  for (const explanation of explanations) {
    expect(recomputePosting(explanation).agrees).toBe(true);
    expect(recomputePosting({ ...explanation, postedBefore: '9' }).agrees).toBe(false);
    expect(recomputePosting({ ...explanation, running: { without: '5', sum: '5', rounding: 'down' } }).agrees).toBe(false);
  }
});

test('P-18 an explanation names the deal, the engine, the rules, the steps and the rounding', () => {
  const { explanation } = firstScope(aSale({ amount: 1_050n }), only({ rate: '0.45', qualify: { minAmount: 100 } }), [aRefund(50n)]);
  expect(explanation).toMatchObject({
    engineVersion: ENGINE_VERSION,
    inputs: { deal: { dealId: 'deal_a', version: 1 } },
    exact: '450',
    result: { amount: '450', currency: 'EUR', reason: null },
  });
  expect(explanation.rules).toEqual([
    { rule: 'deal-in-force', passed: true, detail: 'deal_a version 1, effective 2026-01-01T00:00:00.000Z, at 2026-03-15T12:00:00.000Z' },
    { rule: 'component-for-kind', passed: true, detail: 'sale pays on sale' },
    { rule: 'refund-applied', passed: true, detail: 'refund cnv_r50 takes 50' },
    { rule: 'minimum-amount', passed: true, detail: '1050 is at least 100' },
    { rule: 'refund-proportional', passed: true, detail: 'it keeps the share that is left, 20/21' },
  ]);
  expect(explanation.steps).toEqual([
    { step: 'left-after-refunds', formula: '1050 - 50', value: '1000' },
    { step: 'percentage-part', formula: '1000 x 0.45', value: '450' },
  ]);
  expect(explanation.rounding).toEqual({ mode: 'half-away', place: 'once, on the commission of the conversion, to the minor unit of EUR' });
});

test('D-02 an unknown engine is refused rather than guessed', () => {
  expect(() => foldConversion(facts(aSale(), percentage('0.1')), 'engine-0' as 'engine-1')).toThrow('there is no engine "engine-0"');
});
