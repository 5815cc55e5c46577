import { expect, test } from '@jest/globals';
import { evaluate, type Facts, type Rule, type RuleGroup } from '@tributary/rules';
import fc from 'fast-check';
import { lintTerms, qualificationFields, type Terms } from '../src/index.js';
import { findFacts } from '../src/lint/witness.js';
import { percent } from './terms-builders.js';

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
      const search = findFacts(rule, qualificationFields, {});
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
  expect(lintTerms(pairs, { margin: { maximumShareOfRevenue: '0.3' } })).toEqual([]);
  expect(lintTerms(pairs, { margin: { maximumShareOfRevenue: '0.29' } })).toMatchObject([
    { pointer: '/components/19', message: expect.stringContaining('can earn 30 % of its revenue') },
  ]);
  const countries: Terms = {
    components: Array.from({ length: 20 }, (_, index) => ({ ...percent, rate: '0.3', qualify: { rule: forCountry(`C${index}`) } })),
  };
  expect(lintTerms(countries, { margin: { maximumShareOfRevenue: '0.3' } })).toEqual([]);
});

test('M-12 fifty rules of one priority for fifty countries do not overlap', () => {
  const alternatives = Array.from({ length: 50 }, (_, index) => ({
    name: `c${index}`,
    priority: 1,
    rate: '0.2',
    when: forCountry(`C${index}`),
  }));
  expect(lintTerms({ components: [{ ...percent, alternatives }] })).toEqual([]);
});
