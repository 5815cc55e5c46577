import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { jsonList, parameters, rowsOf } from './parameters.js';
import { makeDatabase, type TestDatabase } from './testing/lab.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await makeDatabase('parameters');
});
afterAll(() => database.drop());

const read = async (type: string, list: readonly unknown[]) => {
  const [value] = parameters([list]);
  expect(typeof value).toBe('string');
  const { rows } = await database.pool.query(`SELECT to_json($1::${type}[]) AS list`, [value]);
  return rows[0].list as unknown[];
};

test('PostgreSQL reads the texts that were sent, whatever is in them', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'NULL', '{}', '"', '\\', '\\"', ',', '{"a":"b\\\\"}'));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text.map((one) => one.replaceAll('\0', ''))), { minLength: 1 }), async (list) => {
      expect(await read('text', list)).toEqual(list.map((one) => one ?? null));
    }),
    { numRuns: runs(200, 3_000) },
  );
});

test('numbers, booleans and instants keep their values', async () => {
  expect(await read('bigint', [1, -2n, null, undefined])).toEqual([1, -2, null, null]);
  expect(await read('float8', [0.5, Number.MIN_VALUE])).toEqual([0.5, Number.MIN_VALUE]);
  expect(await read('boolean', [true, false])).toEqual([true, false]);
  const at = new Date('2026-03-01T12:34:56.789Z');
  const [iso] = await read('timestamptz', [at]);
  expect(new Date(String(iso))).toEqual(at);
});

test('other values are left alone', () => {
  const values = [1, 'a', null, [{ a: 1 }], [['x']], [Buffer.from('x')], {}];
  expect(parameters(values)).toEqual(values);
});

test('rows are made of the parameters side by side, JSON texts among them as one', async () => {
  const rows = async (ids: string[], texts: (string | null)[]) =>
    (
      await database.pool.query(
        `SELECT id, data::json FROM ${rowsOf({ id: 'text', data: 'json list' })} r`,
        parameters([ids, jsonList(texts)]),
      )
    ).rows;
  expect(await rows(['a', 'b', 'c'], ['{"x":"\\"\\\\,{"}', null, '[]'])).toEqual([
    { id: 'a', data: { x: '"\\,{' } },
    { id: 'b', data: null },
    { id: 'c', data: [] },
  ]);
  expect(await rows(['a'], [null])).toEqual([{ id: 'a', data: null }]);
});
