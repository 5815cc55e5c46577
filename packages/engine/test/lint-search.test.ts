import { expect, test } from '@jest/globals';
import { evaluate, type Facts, type Rule, type RuleGroup } from '@tributary/rules';
import fc from 'fast-check';
import { type Component, qualificationFields, type Terms } from '../src/index.js';
import { effortFor } from '../src/lint/effort.js';
import { findFacts } from '../src/lint/witness.js';
import { lint } from './lint-builders.js';
import { override, percent } from './terms-builders.js';

const words = ['AT', 'DE', 'DEX'];
const numbers = [0, 1, 2, 5, 500];
const text = fc.constantFrom(...words);
const textRule = fc.oneof(
  fc.record({ field: fc.constantFrom('country', 'sku'), operator: fc.constantFrom('=', '!=', '<', '>=', 'beginsWith'), value: text }),
  fc.record({ field: fc.constantFrom('country', 'sku'), operator: fc.constantFrom('in', 'notIn'), value: fc.uniqueArray(text) }),
  fc.record({ field: fc.constantFrom('country', 'sku'), operator: fc.constantFrom('null', 'notNull') }),
);
const numberRule = fc.oneof(
  fc.record({
    field: fc.constantFrom('amount', 'quantity'),
    operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    value: fc.constantFrom(...numbers, '2.5'),
  }),
  fc.record({
    field: fc.constantFrom('amount', 'quantity'),
    operator: fc.constant('between'),
    value: fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...numbers)),
  }),
);
const tagRule = fc.record({ field: fc.constant('partner.tags'), operator: fc.constantFrom('contains', 'doesNotContain'), value: text });
const oneRule = fc.oneof(textRule, numberRule, tagRule) as fc.Arbitrary<Rule>;
const groups = fc.letrec<{ group: RuleGroup; node: Rule | RuleGroup }>((tie) => ({
  group: fc.record({
    combinator: fc.constantFrom('and', 'or'),
    not: fc.boolean(),
    rules: fc.array(tie('node'), { maxLength: 3 }),
  }) as fc.Arbitrary<RuleGroup>,
  node: fc.oneof({ depthSize: 'small', maxDepth: 2 }, oneRule, tie('group')),
}));
const facts: fc.Arbitrary<Facts> = fc.record({
  country: fc.constantFrom(...words, 'D', 'ZZ', null),
  sku: fc.constantFrom(...words, null),
  amount: fc.constantFrom(0n, 1n, 2n, 3n, 6n, 499n, 501n, null),
  quantity: fc.constantFrom(0.5, 1, 1.5, 2.5, 3.75, 5, 1000, null),
  'partner.tags': fc.uniqueArray(text),
});

test('D-14 what the linter says cannot be satisfied is satisfied by nothing, and its examples do satisfy', () => {
  fc.assert(
    fc.property(groups.group, fc.array(facts, { minLength: 20, maxLength: 20 }), (rule, some) => {
      const search = findFacts(rule, qualificationFields, {}, effortFor('conditions'));
      if (search.result === 'found') expect(evaluate(rule, search.facts)).toBe(true);
      if (search.result === 'none') expect(some.filter((fact) => evaluate(rule, fact))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

const forCountry = (country: string, field = 'country'): RuleGroup => ({
  combinator: 'and',
  rules: [{ field, operator: '=', value: country }],
});

test('D-14 the margin of very many components that exclude each other is found, and quickly', () => {
  const fields = ['country', 'product', 'sku', 'category', 'plan', 'symbol', 'currency', 'customer.country', 'partner.tier', 'programId'];
  const pairs: Terms = {
    components: Array.from({ length: 20 }, (_, index) => ({
      ...percent,
      rate: index % 2 === 0 ? '0.02' : '0.03',
      qualify: { rule: forCountry(index % 2 === 0 ? 'EUR' : 'USD', fields[index >> 1]) },
    })),
  };
  expect(lint(pairs, { margin: { maximumShareOfRevenue: '0.3' } })).toEqual([]);
  expect(lint(pairs, { margin: { maximumShareOfRevenue: '0.29' } })).toMatchObject([
    { pointer: '/components/19', message: expect.stringContaining('can earn 30 % of its revenue') },
  ]);
  const countries: Terms = {
    components: Array.from({ length: 20 }, (_, index) => ({ ...percent, rate: '0.3', qualify: { rule: forCountry(`C${index}`) } })),
  };
  expect(lint(countries, { margin: { maximumShareOfRevenue: '0.3' } })).toEqual([]);
});

test('M-12 fifty rules of one priority for fifty countries do not overlap', () => {
  const alternatives = Array.from({ length: 50 }, (_, index) => ({
    name: `c${index}`,
    priority: 1,
    rate: '0.2',
    when: forCountry(`C${index}`),
  }));
  expect(lint({ components: [{ ...percent, alternatives }] })).toEqual([]);
});

const and = (...rules: Rule[]): RuleGroup => ({ combinator: 'and', rules });
const deals = (
  components: number,
  alternatives: number,
  when: (index: number) => RuleGroup,
  priority: (index: number) => number,
): Terms => ({
  components: Array.from({ length: components }, (_, place) => ({
    ...percent,
    name: `c${place}`,
    on: `kind-${place}`,
    alternatives: Array.from({ length: alternatives }, (_, index) => ({
      name: `a${index}`,
      priority: priority(index),
      rate: '0.2',
      when: when(index),
    })),
  })),
});
const timed = (terms: Terms) => {
  const started = performance.now();
  const rules = lint(terms).map(({ rule }) => rule);
  return { rules: new Set(rules), ms: performance.now() - started };
};
const tooMany = 'conditions-are-too-many-to-look-through';

test('D-14 eighty alternatives of a country and an amount each are looked through to the last', () => {
  const when = (index: number) =>
    and({ field: 'country', operator: '=', value: `C${index}` }, { field: 'amount', operator: '>=', value: index * 100 });
  expect(timed(deals(2, 40, when, () => 1)).rules).toEqual(new Set());
  expect(timed(deals(2, 40, when, (index) => index)).rules).toEqual(new Set());
  const hidden = timed(
    deals(
      1,
      50,
      (index) => (index === 30 ? when(29) : when(index)),
      (index) => -index,
    ),
  );
  expect(hidden.rules).toEqual(new Set(['alternative-is-unreachable']));
});

test('D-14 the largest terms are answered soon; what is cut off claims nothing but that', () => {
  const words = (index: number, count: number) => Array.from({ length: count }, (_, word) => `w${index}-${word}`);
  const lists = (index: number) =>
    and(
      { field: 'country', operator: 'in', value: words(index, 500) },
      { field: 'sku', operator: 'in', value: words(index, 500) },
      { field: 'plan', operator: 'notIn', value: words(index, 500) },
    );
  const same = timed(deals(4, 50, lists, () => 1));
  expect(same.rules).toEqual(new Set([tooMany]));
  const ranked = timed(deals(4, 50, lists, (index) => index));
  expect(ranked.rules).toEqual(new Set([tooMany]));
  const countries = timed(
    deals(
      20,
      50,
      (index) => and({ field: 'country', operator: '=', value: `C${index}` }),
      () => 1,
    ),
  );
  expect(countries.rules).toEqual(new Set([tooMany]));
  // Far above what they take, far below the minutes that they took.
  for (const { ms } of [same, ranked, countries]) expect(ms).toBeLessThan(3_000);
});

test('D-14 what may add up but was not looked through is said to be no more than that', () => {
  const many = (index: number) => Array.from({ length: 2_000 }, (_, word) => `w${index}-${word}`);
  const terms: Terms = {
    components: Array.from({ length: 12 }, (_, index) => ({
      ...percent,
      rate: '0.1',
      qualify: { rule: and({ field: 'sku', operator: 'in', value: many(index) }) },
    })),
  };
  const [finding] = lint(terms, { margin: { maximumShareOfRevenue: '0.3' } }).filter(({ rule }) => rule === 'shares-exceed-the-margin');
  expect(finding?.message).toMatch(/can earn .* Not all of the conditions could be looked through: it may be less\.$/);
});

test('D-14 what asks for nothing is not said to ask for too much, wherever it stands', () => {
  const { components } = deals(
    20,
    50,
    (index) => and({ field: 'country', operator: '=', value: `C${index}` }),
    () => 1,
  );
  const said = (last: Partial<Component>) =>
    lint({ components: [...components, { ...percent, name: 'last', on: 'last', ...last }] }).filter(
      ({ pointer }) => pointer === '/components/20',
    );
  expect([said({}), said({ qualify: { minAmount: 5 } })]).toEqual([[], []]);
  expect(said({ qualify: { rule: forCountry('DE') } }).map(({ rule }) => rule)).toEqual([tooMany]);
});

test('D-14 the share of the same terms is told anew where rules may ask about other fields', () => {
  const when = (operator: '<' | '>', value: number) => ({ qualify: { rule: and({ field: 'amount', operator, value }) } });
  // No whole number lies between: only of what is not known to be one may both hold.
  const below: Terms = {
    components: [
      { ...percent, rate: '0.2', ...when('>', 1) },
      { ...percent, rate: '0.2', name: 'b', ...when('<', 2) },
    ],
  };
  const terms: Terms = { components: [{ ...override, rate: '0.2', downline: { ...override.downline!, levels: ['1'] } }] };
  const { amount: _amount, ...others } = qualificationFields;
  const said = (fields?: typeof others) =>
    lint(terms, { fields, brandTerms: [below], margin: { maximumShareOfRevenue: '0.5' } }).map(({ rule }) => rule);
  expect([said(), said(others), said()]).toEqual([[], ['overrides-exceed-the-margin'], []]);
});
