// What the tests of pure packages use of '@jest/globals', for runner.mjs: tests are only written down here.

import { createRequire } from 'node:module';

const ofJest = createRequire(createRequire(import.meta.url).resolve('@jest/globals'));
const tests = () => globalThis[Symbol.for('tributary.mutation.tests')];
let prefix = '';

export const expect = ofJest('@jest/expect').jestExpect;

export function describe(name, define) {
  const outer = prefix;
  prefix = `${outer}${name} `;
  define();
  prefix = outer;
}

export function test(name, run) {
  tests().push({ name: `${prefix}${name}`, run });
}

test.each = (rows) => (name, run) => {
  for (const [index, row] of rows.entries()) test(`${name} ${index}`, () => (Array.isArray(row) ? run(...row) : run(row)));
};
