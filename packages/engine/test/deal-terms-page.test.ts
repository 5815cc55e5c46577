import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { checkTerms, completeTerms, lintTerms, type Terms } from '../src/index.js';
import { models } from '../src/terms.js';

const page = readFileSync(new URL('../../../docs/deal-terms.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block = '']) => JSON.parse(block) as Terms);

test.each(examples.map((example, index) => [index + 1, example] as const))(
  'example %i of docs/deal-terms.md is a deal without findings',
  (_, example) => {
    expect(checkTerms(example)).toEqual([]);
    const completed = completeTerms(example, { rounding: example.components[0]?.rounding ?? 'half-away' });
    expect(lintTerms(completed, { timeZone: 'Europe/Malta', margin: { maximumShareOfRevenue: '0.70' } })).toEqual([]);
  },
);

test('the examples of docs/deal-terms.md show every model and every feature', () => {
  const components = examples.flatMap((example) => [...example.components]);
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
