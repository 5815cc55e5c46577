import { expect, test } from '@jest/globals';
import { diffTerms } from './diff-terms.js';

const sale = { on: 'sale', model: 'percentage', rate: '0.10' };

test('equal documents differ in nothing, whatever the order of their members', () => {
  expect(diffTerms({ holdDays: 3, components: [sale] }, { components: [{ ...sale }], holdDays: 3 })).toEqual([]);
});

test('each value that changed, came or went has its pointer', () => {
  const before = { components: [sale, { on: 'lead', model: 'flat', amount: 500 }], holdDays: 3 };
  const after = { components: [{ ...sale, rate: '0.12', name: 'big' }], currency: 'EUR' };
  expect(diffTerms(before, after)).toEqual([
    { pointer: '/components/0/rate', before: '0.10', after: '0.12' },
    { pointer: '/components/0/name', after: 'big' },
    { pointer: '/components/1', before: { on: 'lead', model: 'flat', amount: 500 } },
    { pointer: '/holdDays', before: 3 },
    { pointer: '/currency', after: 'EUR' },
  ]);
});

test('names are escaped, and a list is no object, nor is null', () => {
  expect(diffTerms({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual([{ pointer: '/a~1b~0c', before: 1, after: 2 }]);
  expect(diffTerms({ rules: [] }, { rules: {} })).toEqual([{ pointer: '/rules', before: [], after: {} }]);
  expect(diffTerms({ rule: null }, { rule: {} })).toEqual([{ pointer: '/rule', before: null, after: {} }]);
  expect(diffTerms('a', 'b')).toEqual([{ pointer: '', before: 'a', after: 'b' }]);
  expect(diffTerms({ rate: undefined }, {})).toEqual([]);
});
