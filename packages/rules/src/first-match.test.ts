import { expect, test } from '@jest/globals';
import { firstMatch } from './first-match.js';

const above = (field: string, value: number) => ({ combinator: 'and' as const, rules: [{ field, operator: '>' as const, value }] });
const rows = [{ name: 'large', when: above('size', 10) }, { name: 'flagged', when: above('flags', 0) }, { name: 'rest' }];

test.each([
  [{ size: 11, flags: 1 }, 'large', ['size']],
  [{ size: 10, flags: 1 }, 'flagged', ['flags', 'size']],
  [{}, 'rest', ['flags', 'size']],
])('the first row that %j satisfies decides, and what it and those above looked at is told', (facts, name, looked) => {
  expect(firstMatch(rows, facts)).toEqual({ row: rows.find((row) => row.name === name), looked });
});
test('no row decides when the last one has conditions that do not hold', () => {
  expect(firstMatch(rows.slice(0, 2), {})).toBeUndefined();
  expect(firstMatch([], {})).toBeUndefined();
});
