import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { checkTerms, completeTerms, lintTerms } from '../src/index.js';
import { models, withDefaults } from '../src/terms.js';
import { eventsTried } from './page/events.js';
import { isMonth, monthsTried } from './page/months.js';
import { examplesOf } from './page/read.js';

const page = readFileSync(new URL('../../../docs/deal-terms.md', import.meta.url), 'utf8');
const examples = examplesOf(page);
const numbered = examples.map((example, index) => [index + 1, example] as const);

test.each(numbered)('example %i of docs/deal-terms.md is a deal without findings', (_, { terms }) => {
  expect(checkTerms(terms)).toEqual([]);
  const completed = completeTerms(terms, { rounding: terms.components[0]?.rounding ?? 'half-away' });
  expect(lintTerms(completed, { timeZone: 'Europe/Malta', margin: { maximumShareOfRevenue: '0.70' } })).toEqual([]);
});

test.each(numbered)('example %i of docs/deal-terms.md pays what the page says', (_, { terms, blocks }) => {
  const tried = blocks.flatMap((block) => [
    ...monthsTried(terms, block.filter(isMonth)),
    ...eventsTried(
      terms,
      block.filter((line) => !isMonth(line)),
    ),
  ]);
  expect(tried.map(({ done }) => done)).toEqual(tried.map(({ said }) => said));
});

test('every component of every example of docs/deal-terms.md is tried', () => {
  const untried = examples.flatMap(({ terms, blocks }, index) => {
    const names = new Set(blocks.flat().flatMap(({ paid }) => paid.map(({ name }) => name)));
    const { components } = withDefaults(terms);
    return components
      .filter(({ name }) => !names.has(components.length === 1 && names.has('') ? '' : name))
      .map(({ name }) => [index + 1, name]);
  });
  expect(untried).toEqual([]);
});

test('the examples of docs/deal-terms.md show every model and every feature', () => {
  const components = examples.flatMap(({ terms }) => [...terms.components]);
  expect(models.filter((model) => !components.some((component) => component.model === model))).toEqual([]);
  const features = [
    'qualify',
    'alternatives',
    'byOrdinal',
    'duration',
    'tiers',
    'caps',
    'split',
    'downline',
    'carryover',
    'recoups',
  ] as const;
  expect(features.filter((feature) => !components.some((component) => component[feature] !== undefined))).toEqual([]);
});
