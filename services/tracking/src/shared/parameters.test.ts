import { expect, test } from '@jest/globals';
import { arrayOf, jsonList, rowsOf } from './parameters.js';

test("an array is text where nothing in it needs escaping, and the driver's matter otherwise", () => {
  expect(arrayOf(['brd_01k', null, '2026-03-10T12:00:00.000Z'])).toBe('{brd_01k,null,2026-03-10T12:00:00.000Z}');
  expect(arrayOf([1, true, null])).toBe('{1,true,null}');
  expect(arrayOf([])).toBe('{}');
  for (const text of ['', 'NULL', 'null', 'a,b', 'a"b', 'a\\b', '{a}', ' a', 'ä', '\u001e'])
    expect(arrayOf(['x', text])).toEqual(['x', text]);
});

test('JSON texts travel as one, and rows are made of all parameters side by side', () => {
  expect(jsonList(['{"a":1}', null])).toBe('{"a":1}\u001e');
  expect(rowsOf({ id: 'text', data: 'json list' })).toBe(
    "(SELECT unnest($1::text[]) AS id, unnest(string_to_array($2, E'\\x1e', '')) AS data)",
  );
});
