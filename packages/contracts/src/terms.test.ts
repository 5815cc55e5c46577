import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rootFolder } from '../test/files.js';
import { type JsonSchema, toJsonSchema } from './json-schema.js';
import { dealTerms, termDefaults } from './terms.js';

const page = readFileSync(join(rootFolder, 'docs/deal-terms.md'), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block = '']) => JSON.parse(block));
const sale = { on: 'sale', model: 'percentage', rate: '0.10' };
const accepts = (component: object, terms: object = {}) => dealTerms.safeParse({ components: [component], ...terms }).success;

test('the examples of docs/deal-terms.md are terms', () => {
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(dealTerms.parse(example)).toEqual(example);
});

/** Every property and every choice that a schema knows, however deep. */
function wordsOf(schema: unknown): string[] {
  if (schema === null || typeof schema !== 'object') return [];
  if (Array.isArray(schema)) return schema.flatMap(wordsOf);
  const { properties, enum: choices, const: only, ...rest } = schema as JsonSchema;
  const own = [...Object.keys(properties ?? {}), ...(choices ?? []), ...(typeof only === 'string' ? [only] : [])].map(String);
  return [...own, ...wordsOf(Object.values(properties ?? {})), ...wordsOf(Object.values(rest))];
}

test('docs/deal-terms.md names every field and every choice', () => {
  const words = [...wordsOf(toJsonSchema(dealTerms)), ...wordsOf(toJsonSchema(termDefaults))];
  const isNamed = (word: string) => new RegExp(`[\`."]${word}["\`]`).test(page);
  expect([...new Set(words)].filter((word) => !isNamed(word))).toEqual([]);
  expect(words).toContain('highRoller');
});

test('a rule may leave out the value where its operator needs none', () => {
  const rule = {
    combinator: 'or',
    rules: [
      { field: 'currency', operator: 'null' },
      { combinator: 'and', rules: [] },
    ],
  };
  expect(accepts({ ...sale, qualify: { rule } })).toBe(true);
});

test.each([
  ['a rate as a number', { ...sale, rate: 0.1 }],
  ['a rate in percent signs', { ...sale, rate: '10%' }],
  ['an amount with a fraction', { ...sale, amount: 0.5 }],
  ['an unknown model', { ...sale, model: 'barter' }],
  ['an unknown field', { ...sale, bonus: 1 }],
  ['a kind in capitals', { ...sale, on: 'Sale' }],
])('%s is refused', (_name, component) => {
  expect(accepts(component)).toBe(false);
});

test('terms need a component, and holding days within a year', () => {
  expect(dealTerms.safeParse({ components: [] }).success).toBe(false);
  expect([-1, 0, 365, 366, 1.5].map((holdDays) => accepts(sale, { holdDays }))).toEqual([false, true, true, false, false]);
});

test('O-02 a lock counts from a known anchor, within two years and on a day of a month', () => {
  const locks = [
    { anchor: 'month-end' },
    { anchor: 'month-last-day', months: 24, days: 365, dayOfMonth: 31 },
    { months: 1 },
    { anchor: 'month' },
    { anchor: 'month-end', months: 25 },
    { anchor: 'month-end', days: 366 },
    { anchor: 'month-end', dayOfMonth: 0 },
    { anchor: 'month-end', dayOfMonth: 32 },
  ];
  expect(locks.map((lock) => accepts(sale, { lock }))).toEqual([true, true, false, false, false, false, false, false]);
});
