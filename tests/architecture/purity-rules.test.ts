import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plantTree, removeTrees, type Violation, violationsIn } from './tree.js';

/** Each kind of impurity, as somebody in a hurry would write it. */
const planted: [rule: string, code: string][] = [
  ['no-clock', 'export const a = () => new Date();'],
  ['no-clock', 'export const a = () => Date.now();'],
  ['no-clock', 'export const a = () => Date();'],
  ['no-clock', `export const a = () => Date['now']();`],
  ['no-random', 'export const a = () => Math.random();'],
  ['no-process', `export const a = process.env['RATE'];`],
  ['no-process', 'export const a = globalThis;'],
  ['no-fetch', `export const a = () => fetch('http://localhost');`],
  ['no-timers', 'export const a = () => setTimeout(() => 1, 10);'],
  ['no-timers', 'export const a = () => setInterval(() => 1, 10);'],
  ['no-console', `export const a = () => console.log('x');`],
  ['no-crypto-or-performance', 'export const a = () => crypto.randomUUID();'],
  ['no-crypto-or-performance', 'export const a = () => performance.now();'],
  ['no-floats', 'export const a = (x: bigint) => Number(x) * 0.1;'],
  ['no-floats', 'export const a = (x: string) => parseFloat(x);'],
  ['no-floats', 'export const a = (x: string) => Number.parseFloat(x);'],
  ['no-async', 'export async function a() { return 1; }'],
  ['no-async', 'export const a = async () => 1;'],
  ['no-async', 'export class A { async a() { return 1; } }'],
  ['no-async', `export const a = await Promise.resolve(1);`],
];

/** What looks like it and is none. */
const pure = `
  interface Page { process: string; fetch(): void; performance: number }
  export const at = (ms: number) => new Date(ms);
  export const named = (process: Page) => process.process;
  export const keys = { console: 1, crypto: 2 };
  export const reached = (page: Page) => page.performance + keys.console;
  export const index = (position: bigint) => Number(position); // exact: a position in an array
`;

const folders = { 'packages/engine': 'packages/engine/src', 'a domain folder': 'services/tracking/src/clicks/domain' };

afterAll(removeTrees);

describe.each(Object.entries(folders))('purity of %s', (_, folder) => {
  let root: string;
  let violations: Violation[];

  beforeAll(async () => {
    root = plantTree({
      ...Object.fromEntries(planted.map(([, code], n) => [`${folder}/planted-${n}.ts`, code])),
      [`${folder}/pure.ts`]: pure,
    });
    ({ violations } = await violationsIn(root));
  });

  test.each(planted.map(([rule, code], n) => ({ rule, code, n })))('$rule: $code', ({ rule, n }) => {
    const found = violations.filter(({ file }) => file === `${folder}/planted-${n}.ts`);
    expect(new Set(found.map((each) => each.rule))).toEqual(new Set([rule]));
  });

  test('names that a module binds itself, dates of given instants and declared whole numbers are pure', () => {
    expect(violations.filter(({ file }) => file.endsWith('/pure.ts'))).toEqual([]);
  });
});

test('outside of domain folders the same code is no violation, and a file past 300 lines is', async () => {
  const root = plantTree({
    'services/tracking/src/clicks/clock.ts': 'export const now = async () => new Date();',
    'services/tracking/src/clicks/long.ts': Array.from({ length: 301 }, (_, n) => `export const a${n} = ${n};`).join('\n'),
  });
  const { violations } = await violationsIn(root);
  expect(violations).toEqual([expect.objectContaining({ rule: 'file-length', file: 'services/tracking/src/clicks/long.ts' })]);
});
