import { expect, test } from '@jest/globals';
import {
  type Component,
  checkTerms,
  type DealVersion,
  dealFor,
  foldConversion,
  type Terms,
  versionInForce,
  withDefaults,
} from '../src/index.js';
import { aDeal, aSale, percentage } from './builders.js';
import { openJournal } from './journal.js';

const v1 = aDeal(percentage('0.10'));
const v2 = aDeal(percentage('0.20'), { version: 2, effectiveFrom: '2026-04-01T00:00:00Z', recordedAt: '2026-03-28T00:00:00Z' });
const backdated = aDeal(percentage('0.30'), { version: 3, effectiveFrom: '2026-03-01T00:00:00Z', recordedAt: '2026-05-01T00:00:00Z' });
const numberOf = (version: DealVersion | undefined) => version?.version;

test('T-04 the terms for 15 March as known on 10 April are version 1', () => {
  expect(numberOf(versionInForce([v2, v1], '2026-03-15T00:00:00Z', '2026-04-10T00:00:00Z'))).toBe(1);
  expect(numberOf(versionInForce([v2, v1], '2026-04-01T00:00:00Z', '2026-04-10T00:00:00Z'))).toBe(2);
  expect(numberOf(versionInForce([v2, v1], '2026-03-31T23:59:59.999Z'))).toBe(1);
  expect(numberOf(versionInForce([v2, v1], '2026-04-05T00:00:00Z', '2026-03-27T00:00:00Z'))).toBe(1);
  expect(versionInForce([v2, v1], '2025-12-31T00:00:00Z')).toBeUndefined();
});

test('T-04 a version recorded later with an earlier effect wins from its effect on, once it is known', () => {
  const all = [backdated, v1, v2];
  expect(
    ['2026-02-28T00:00:00Z', '2026-03-15T00:00:00Z', '2026-04-15T00:00:00Z'].map((asOf) => numberOf(versionInForce(all, asOf))),
  ).toEqual([1, 3, 3]);
  expect(numberOf(versionInForce(all, '2026-04-15T00:00:00Z', '2026-04-30T00:00:00Z'))).toBe(2);
});

test('M-26 a March sale corrected in May is rated by the terms of March', () => {
  const journal = openJournal();
  for (const deal of [v1, v2]) journal.learn({ type: 'deal', deal });
  journal.learn({ type: 'conversion', conversion: aSale() });
  for (const period of ['2026-03', '2026-04']) journal.learn({ type: 'close', period });
  const refund = aSale({
    conversionId: 'cnv_2',
    eventId: 'refund',
    kind: 'refund',
    originalConversionId: 'cnv_1',
    occurredAt: '2026-05-03T00:00:00Z',
    amount: 5_000n,
  });
  journal.learn({ type: 'conversion', conversion: refund });
  expect(journal.postings).toMatchObject([
    { amount: 1_000n, period: '2026-03', dealVersion: 1, adjusts: null },
    { amount: -500n, period: '2026-05', dealVersion: 1, adjusts: 'com_1' },
  ]);
});

test('an amendment with earlier effect posts the difference into the open month', () => {
  const journal = openJournal();
  for (const deal of [v1, v2]) journal.learn({ type: 'deal', deal });
  journal.learn({ type: 'conversion', conversion: aSale() });
  for (const period of ['2026-03', '2026-04']) journal.learn({ type: 'close', period });
  journal.learn({ type: 'deal', deal: backdated });
  expect(journal.postings.at(-1)).toMatchObject({
    amount: 2_000n,
    period: '2026-05',
    reason: 'amendment',
    adjusts: 'com_1',
    dealVersion: 3,
  });
});

test('a sale that changes hands comes down to zero for one partner and up for the other', () => {
  const journal = openJournal();
  for (const deal of [v1, aDeal(percentage('0.20'), { dealId: 'deal_b', partnerId: 'ptr_b' })]) journal.learn({ type: 'deal', deal });
  journal.learn({ type: 'conversion', conversion: aSale() });
  journal.learn({ type: 'conversion', conversion: aSale({ partnerId: 'ptr_b' }) });
  expect(journal.postings).toMatchObject([
    { partnerId: 'ptr_a', amount: 1_000n, adjusts: null },
    { partnerId: 'ptr_a', amount: -1_000n, adjusts: 'com_1' },
    { partnerId: 'ptr_b', amount: 2_000n, adjusts: null },
  ]);
});

test('of several deals the programme goes before the brand, then the most recent', () => {
  const forBrand = aDeal(percentage('0.1'), { dealId: 'deal_brand', effectiveFrom: '2026-03-01T00:00:00Z' });
  const forProgram = aDeal(percentage('0.2'), { dealId: 'deal_program', programId: 'prg_a' });
  const newer = aDeal(percentage('0.3'), { dealId: 'deal_newer', programId: 'prg_a', effectiveFrom: '2026-02-01T00:00:00Z' });
  const chosen = (...versions: DealVersion[]) => dealFor(aSale(), versions).deal?.dealId;
  expect(chosen(forBrand, forProgram)).toBe('deal_program');
  expect(chosen(forProgram, newer, forBrand)).toBe('deal_newer');
  expect(chosen({ ...forProgram, programId: 'prg_other' }, forBrand)).toBe('deal_brand');
  expect(chosen(forBrand, { ...forBrand, dealId: 'deal_c' }, { ...forBrand, dealId: 'deal_a' })).toBe('deal_c');
  expect(chosen({ ...forBrand, status: 'draft' })).toBeUndefined();
});

test('what terms leave out has a documented default', () => {
  const terms = withDefaults({
    components: [
      { on: 'sale', model: 'percentage', rate: '0.1' },
      { on: 'sale', model: 'flat', amount: 5, name: 'sale-2' },
      { on: 'sale', model: 'flat', amount: 7 },
    ],
  });
  expect(terms).toMatchObject({ termsVersion: 1, holdDays: 0, currency: null });
  expect(terms.components.map(({ name }) => name)).toEqual(['sale', 'sale-2', 'sale-3']);
  expect(terms.components[0]).toMatchObject({
    name: 'sale',
    on: 'sale',
    model: 'percentage',
    amount: null,
    rate: '0.1',
    spread: null,
    items: null,
    qualify: { minAmount: null, rule: null, customer: null },
    alternatives: [],
    byOrdinal: null,
    duration: null,
    tiers: null,
    caps: [],
    split: null,
    downline: null,
    waterfall: null,
    carryover: null,
    recoups: [],
    onRefund: { flat: 'when-fully-refunded', percentage: 'proportional' },
    rounding: 'half-away',
    subCent: 'round-each',
  });
});

test('every mistake in terms is named with its place', () => {
  const sale: Component = { on: 'sale', model: 'percentage', rate: '0.1' };
  const flat: Component = { on: 'sale', model: 'flat', amount: 5 };
  const rule = { combinator: 'and', rules: [{ field: 'email', operator: '=', value: 'x' }] } as const;
  const mistakes: [Partial<Terms>, string, string][] = [
    [{ components: [] }, '/components', 'at-least-one-component'],
    [{ holdDays: 366 }, '/holdDays', 'hold-days-between-0-and-365'],
    [{ holdDays: 0, lock: { anchor: 'month-end' } }, '/lock', 'hold-days-or-lock-not-both'],
    [{ lock: { anchor: 'month' as 'month-end' } }, '/lock/anchor', 'anchor-is-unknown'],
    [{ lock: { anchor: 'month-end', months: 25 } }, '/lock/months', 'lock-months-between-0-and-24'],
    [{ lock: { anchor: 'month-end', months: -1 } }, '/lock/months', 'lock-months-between-0-and-24'],
    [{ lock: { anchor: 'month-end', days: 366 } }, '/lock/days', 'lock-days-between-0-and-365'],
    [{ lock: { anchor: 'month-end', days: 0.5 } }, '/lock/days', 'lock-days-between-0-and-365'],
    [{ lock: { anchor: 'month-end', dayOfMonth: 0 } }, '/lock/dayOfMonth', 'day-of-month-between-1-and-31'],
    [{ lock: { anchor: 'month-end', dayOfMonth: 32 } }, '/lock/dayOfMonth', 'day-of-month-between-1-and-31'],
    [{ holdDays: 1.5 }, '/holdDays', 'hold-days-between-0-and-365'],
    [{ currency: 'EURO' }, '/currency', 'currency-must-be-iso-4217'],
    [{ components: [{ ...sale, on: 'refund' }] }, '/components/0/on', 'refunds-and-chargebacks-earn-nothing'],
    [{ components: [{ ...sale, name: 'a/b' }] }, '/components/0/name', 'name-must-be-kebab-case'],
    [
      {
        components: [
          { ...sale, name: 'a' },
          { ...flat, name: 'a' },
        ],
      },
      '/components/1/name',
      'component-name-is-taken',
    ],
    [{ components: [{ ...sale, amount: 5 }] }, '/components/0/amount', 'amount-needs-a-flat-model'],
    [{ components: [{ ...flat, rate: '0.1' }] }, '/components/0/rate', 'rate-needs-a-percentage-model'],
    [{ components: [{ on: 'sale', model: 'flat' }] }, '/components/0/amount', 'amount-is-missing'],
    [{ components: [{ on: 'sale', model: 'percentage' }] }, '/components/0/rate', 'rate-is-missing'],
    [{ components: [{ ...flat, amount: 0.5 }] }, '/components/0/amount', 'amount-must-be-an-integer-or-a-decimal-string'],
    [{ components: [{ ...flat, amount: '5e2' }] }, '/components/0/amount', 'amount-must-be-an-integer-or-a-decimal-string'],
    [{ components: [{ ...flat, amount: -5 }] }, '/components/0/amount', 'amount-must-not-be-negative'],
    [{ components: [{ ...flat, amount: 1_000_000_000_001 }] }, '/components/0/amount', 'amount-is-too-large'],
    [{ components: [{ ...flat, amount: '0.0768' }] }, '/components/0/amount', 'amount-rounds-to-zero-unless-sub-cents-accumulate'],
    [{ components: [{ ...sale, rate: '10 %' }] }, '/components/0/rate', 'rate-must-be-a-decimal-string'],
    [{ components: [{ ...sale, rate: '-0.1' }] }, '/components/0/rate', 'rate-must-not-be-negative'],
    [{ components: [{ ...sale, rate: '10' }] }, '/components/0/rate', 'rate-must-not-exceed-one'],
    [
      { components: [{ ...sale, qualify: { minAmount: -1 } }] },
      '/components/0/qualify/minAmount',
      'minimum-amount-must-be-a-positive-integer-or-zero',
    ],
    [{ components: [{ ...sale, qualify: { rule } }] }, '/components/0/qualify/rule/rules/0/field', 'unknown-field'],
    [
      { components: [{ ...flat, subCent: 'accumulate', onRefund: 'proportional' }] },
      '/components/0/onRefund',
      'proportional-flat-amounts-cannot-accumulate',
    ],
  ];
  for (const [wrong, pointer, name] of mistakes) expect(checkTerms({ components: [sale], ...wrong })).toEqual([{ pointer, rule: name }]);
  const golden: Terms = { components: [sale, { on: 'lead', model: 'flat', amount: 500, qualify: { minAmount: 0 } }], holdDays: 0 };
  expect(checkTerms(golden)).toEqual([]);
  expect(foldConversion({ original: aSale(), refunds: [], versions: [aDeal(golden)] }).deal).toEqual({
    dealId: 'deal_a',
    version: 1,
  });
});

test('T-39 a deal that goes over to another licence, or ends, rates nothing more of the one before', () => {
  const of = (licence: string): Terms => ({ ...v1.terms, licence });
  const before = aDeal(of('MGA'));
  const sale = aSale({ occurredAt: '2026-04-15T00:00:00Z', details: { licence: 'MGA' } });
  const later = { version: 2, effectiveFrom: '2026-04-01T00:00:00Z' };
  expect(dealFor(sale, [before])).toMatchObject({ deal: { version: 1 } });
  expect(dealFor(sale, [before, aDeal(of('UKGC'), later)])).toEqual({ deal: null, reason: 'no-deal-in-force' });
  expect(dealFor(sale, [before, aDeal(of('MGA'), { ...later, status: 'ended' })])).toEqual({ deal: null, reason: 'deal-ended' });
  expect(dealFor(sale, [before, aDeal(of('UKGC'), { ...later, status: 'ended' })])).toEqual({ deal: null, reason: 'no-deal-in-force' });
});
