import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { JsonRefused, maxDepth, parseStrictJson } from './strict-json.js';

const parse = (text: string) => parseStrictJson(Buffer.from(text));
const refusal = (text: string | Buffer): string => {
  try {
    parseStrictJson(Buffer.isBuffer(text) ? text : Buffer.from(text));
    return 'accepted';
  } catch (error) {
    if (error instanceof JsonRefused) return `${error.kind}: ${error.message}`;
    throw error;
  }
};

test('whatever JSON.stringify writes of safe values is read as JSON.parse reads it', () => {
  const safe = fc.jsonValue({ maxDepth: 6 }).filter((value) => {
    const text = JSON.stringify(value);
    return !/\\u0000|\\ud[89a-f]/i.test(text) && !/\d{16}|e[+-]?\d/.test(text);
  });
  fc.assert(
    fc.property(safe, (value) => expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))),
    { numRuns: runs(300, 20_000) },
  );
});

test('any key that is repeated in an object is found, at any depth', () => {
  const key = fc.string({ minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(key, fc.integer({ min: 0, max: 5 }), (name, depth) => {
      const member = JSON.stringify(name);
      const twice = `{${member}:1,"other":{"a:b":"{"},${member}:2}`;
      expect(refusal(`${'[{"in":'.repeat(depth)}${twice}${'}]'.repeat(depth)}`)).toMatch('stands twice');
    }),
  );
});

test('an escaped spelling of the same key counts as the same', () => {
  expect(refusal('{"a":1,"\\u0061":2}')).toBe('json-not-strict: The key "a" stands twice in one object');
  expect(refusal('{"__proto__":1,"__proto__":2}')).toMatch('stands twice');
  expect(parse('{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).toEqual({ a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] });
});

test.each([
  '9007199254740991',
  '-9007199254740991',
  '0.1',
  '1.10',
  '0.30000000000000004',
  '1e3',
  '1.5E-7',
  '0',
  '-0.0',
  '0.00000000000000000001',
  '1234567890.12345',
])('exact number %s', (number) => {
  expect(parse(`{"n":${number}}`)).toEqual({ n: Number(number) });
});

test.each([
  '9007199254740992',
  '-9007199254740993',
  '12345678901234567890',
  '1e400',
  '1e22',
  '0.1000000000000000055',
  '1.00000000000000000001',
  '123456789012345.67891',
])('number that a double cannot hold: %s', (number) => {
  expect(refusal(`[${number}]`)).toMatch('cannot be held exactly');
});

test('nesting is bounded, brackets in texts do not count', () => {
  expect(parse('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toBeDefined();
  expect(refusal('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toMatch('deeper than 32');
  expect(parse(`{"text":"${'[{'.repeat(50)} \\\\\\" : 99999999999999999999"}`)).toBeDefined();
});

test('text that a database cannot store is refused', () => {
  expect(refusal('{"a":"\\u0000"}')).toMatch('json-not-strict');
  expect(refusal('{"\\ud800":1}')).toMatch('json-not-strict');
  expect(parse('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '😀' });
  expect(refusal(Buffer.from([0x22, 0xff, 0x22]))).toMatch('UTF-8');
});

test.each(['', '{', '{"a":01}', '{a:1}', '[1,]', 'NaN', '\ufeff{}'])('what is no JSON at all says so: %j', (text) => {
  expect(refusal(text)).toMatch('json-not-parseable');
});
