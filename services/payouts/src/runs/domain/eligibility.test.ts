import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EligibilityRule, eligibilityFields, firstNotMet, problemsOfRules, tagsAt } from './eligibility.js';

const atLeast = (name: string, field: string, value: number): EligibilityRule => ({
  name,
  rule: { combinator: 'and', rules: [{ field, operator: '>=', value }] },
});

test('WE-25 O-04 the right to withdraw is a condition of its own: five active customers and so much payable', () => {
  const rules = [atLeast('five active customers', 'month.customers', 5), atLeast('at least 50.00', 'payable.amount', 5000)];
  expect(firstNotMet(rules, { 'month.customers': 4, 'payable.amount': 90_000n })).toBe('five active customers');
  expect(firstNotMet(rules, { 'month.customers': 5, 'payable.amount': 4999n })).toBe('at least 50.00');
  expect(firstNotMet(rules, { 'month.customers': 5, 'payable.amount': 5000n })).toBeUndefined();
  expect(firstNotMet(rules, {})).toBe('five active customers');
});

test('rules are checked when they are written', () => {
  expect(problemsOfRules([atLeast('a', 'month.customers', 5), atLeast('a', 'iban', 5)])).toEqual([
    { pointer: '/1/name', rule: 'name-used-twice' },
    { pointer: '/1/rule/rules/0/field', rule: 'unknown-field' },
  ]);
});

test('a tag counts from the instant it was given until before it was taken', () => {
  const spans = [{ tag: 'vip', effectiveFrom: '2026-03-01T00:00:00Z', effectiveTo: '2026-04-01T00:00:00Z' }];
  expect(tagsAt(spans, new Date('2026-02-28T23:59:59.999Z'))).toEqual([]);
  expect(tagsAt(spans, new Date('2026-03-01T00:00:00Z'))).toEqual(['vip']);
  expect(tagsAt(spans, new Date('2026-04-01T00:00:00Z'))).toEqual([]);
});

test('another condition never makes anybody eligible, and more of what they ask for never makes anybody ineligible', () => {
  const rule = fc.record({
    name: fc.uuid(),
    field: fc.constantFrom('month.customers', 'payable.amount'),
    value: fc.integer({ min: 0, max: 20 }),
  });
  const rules = fc.array(rule, { maxLength: 4 }).map((each) => each.map(({ name, field, value }) => atLeast(name, field, value)));
  fc.assert(
    fc.property(rules, rules, fc.nat(20), fc.nat(20), fc.nat(5), (own, added, customers, amount, more) => {
      const facts = (plus: number) => ({ 'month.customers': customers + plus, 'payable.amount': BigInt(amount + plus) });
      if (firstNotMet([...own, ...added], facts(0)) === undefined) expect(firstNotMet(own, facts(0))).toBeUndefined();
      if (firstNotMet(own, facts(0)) === undefined) expect(firstNotMet(own, facts(more))).toBeUndefined();
    }),
  );
});

test('what rules may ask for, each of its type and with a name for people; a tag that has no end is carried on', () => {
  expect(eligibilityFields).toEqual({
    'partner.tags': { type: 'list', label: 'tags of the partner' },
    'enrollment.status': { type: 'text', label: 'status of the enrolment' },
    'payable.amount': { type: 'number', label: 'payable minor units' },
    'payable.entries': { type: 'number', label: 'payable entries' },
    'month.conversions': { type: 'number', label: 'conversions of the month that earn' },
    'month.customers': { type: 'number', label: 'customers of the month that earn' },
  });
  expect(tagsAt([{ tag: 'vip', effectiveFrom: '2026-03-01T00:00:00Z', effectiveTo: null }], new Date('2036-03-01'))).toEqual(['vip']);
});
