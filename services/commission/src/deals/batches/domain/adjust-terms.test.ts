import { expect, test } from '@jest/globals';
import type { Terms } from '@tributary/engine';
import { adjustTerms, pointsToFigure } from './adjust-terms.js';

const template: Terms = {
  components: [
    { on: 'sale', model: 'percentage', rate: '0.10' },
    { on: 'lead', model: 'flat', amount: 500, qualify: { minAmount: 100 } },
  ],
  holdDays: 30,
};
const adjust = (pointer: string, add: string, terms: Terms = template) => adjustTerms(terms, template, [{ pointer, add }]);
const only = (component: object): Terms => ({ components: [component as Terms['components'][number]] });

test('T-06 two points are added exactly, and nothing else changes', () => {
  expect(adjust('/components/0/rate', '0.02')).toEqual({
    ...template,
    components: [{ on: 'sale', model: 'percentage', rate: '0.12' }, template.components[1]],
  });
  expect(adjust('/components/0/rate', '0.2', only({ on: 'sale', model: 'percentage', rate: '0.1' }))).toMatchObject({
    components: [{ rate: '0.3' }],
  });
  expect(template.components[0]?.rate).toBe('0.10');
});

test('integers stay integers, wherever they stand', () => {
  expect(adjust('/components/1/amount', '-100')).toMatchObject({ components: [{}, { amount: 400 }] });
  expect(adjust('/components/1/qualify/minAmount', '50')).toMatchObject({ components: [{}, { qualify: { minAmount: 150 } }] });
  expect(adjust('/holdDays', '5')).toMatchObject({ holdDays: 35 });
  expect(adjust('/components/1/amount', '0.5')).toBe('terms-invalid');
  expect(adjust('/components/1/amount', '9007199254740991')).toBe('terms-invalid');
});

test('M-10 what a band makes of all before it is a figure too', () => {
  const tiers = {
    metric: { measure: 'count' },
    reset: 'month',
    scale: 'whole',
    bounds: 'inclusive',
    retroactive: 'all',
    demotion: 'unwind',
    bands: [{ upTo: 2 }, { upTo: 4, back: { add: 50 } }, { upTo: null, back: { factor: '1.5' } }],
  };
  const banded = only({ on: 'lead', model: 'flat', amount: 500, tiers });
  const changed = adjustTerms(banded, banded, [
    { pointer: '/components/0/tiers/bands/1/back/add', add: '10' },
    { pointer: '/components/0/tiers/bands/2/back/factor', add: '0.25' },
  ]);
  expect(changed).toMatchObject({ components: [{ tiers: { bands: [{}, { back: { add: 60 } }, { back: { factor: '1.75' } }] } }] });
  expect(pointsToFigure(banded, '/components/0/tiers/bands/1/back')).toBe(false);
});

test('several figures are changed at once', () => {
  const both = [
    { pointer: '/components/0/rate', add: '0.05' },
    { pointer: '/components/1/amount', add: '1' },
  ];
  expect(adjustTerms(template, template, both)).toMatchObject({ components: [{ rate: '0.15' }, { amount: 501 }] });
});

test('what comes out must be terms', () => {
  expect(adjust('/components/0/rate', '0.91')).toBe('terms-invalid');
  expect(adjust('/components/0/rate', '-0.11')).toBe('terms-invalid');
  expect(adjust('/holdDays', '400')).toBe('terms-invalid');
});

test.each([
  ['another component stands in the place', only({ on: 'lead', model: 'percentage', rate: '0.10' }), '/components/0/rate'],
  ['the component has another model', only({ on: 'sale', model: 'flat-plus-percentage', amount: 5, rate: '0.10' }), '/components/0/rate'],
  ['the component has another name', only({ name: 'big', on: 'sale', model: 'percentage', rate: '0.10' }), '/components/0/rate'],
  ['the component is gone', only({ on: 'sale', model: 'percentage', rate: '0.10' }), '/components/1/amount'],
  ['the figure is gone', only({ on: 'sale', model: 'percentage', rate: '0.10' }), '/holdDays'],
])('terms differ from the template: %s', (_why, terms, pointer) => {
  expect(adjust(pointer, '0', terms)).toBe('terms-differ-from-template');
});

test('a pointer leads to a figure or not', () => {
  expect(['/components/0/rate', '/components/1/qualify/minAmount', '/holdDays'].map((at) => pointsToFigure(template, at))).toEqual([
    true,
    true,
    true,
  ]);
  const none = [
    '/components/0/on',
    '/components/0',
    '/components/length',
    '/components/2/rate',
    '/components/00/rate',
    '/constructor/length',
  ];
  expect(none.filter((at) => pointsToFigure(template, at))).toEqual([]);
});
