import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plantTree, removeTrees, repository, type Violation, violationsIn } from './tree.js';

const rules: { name: string }[] = createRequire(import.meta.url)(`${repository}/.dependency-cruiser.cjs`).forbidden;

/** One violation per rule, each in a file of its own. */
const planted: Record<string, { file: string; code: string }> = {
  'no-service-to-service': {
    file: 'services/tracking/src/a.ts',
    code: `import { directory } from '@tributary/directory/composition'; export const a = directory;`,
  },
  'standalone-through-compositions': {
    file: 'services/standalone/src/b.ts',
    code: `import { createBrand } from '../../directory/src/brands/create-brand.js'; export const b = createBrand;`,
  },
  'no-package-to-service': {
    file: 'packages/service-kit/src/c.ts',
    code: `import { directory } from '@tributary/directory/composition'; export const c = directory;`,
  },
  'no-tool-to-service': {
    file: 'tools/src/d.ts',
    code: `import { directory } from '@tributary/directory/composition'; export const d = directory;`,
  },
  'contracts-layer': {
    file: 'packages/contracts/src/e.ts',
    code: `import type { messaging } from '@tributary/messaging'; export type E = typeof messaging;`,
  },
  'messaging-layer': { file: 'packages/messaging/src/f.ts', code: `export const f = await import('@tributary/service-kit');` },
  'service-kit-layer': { file: 'packages/service-kit/src/g.ts', code: `export * from '@tributary/rules';` },
  'money-layer': { file: 'packages/money/src/h.ts', code: `import { contracts } from '@tributary/contracts'; export const h = contracts;` },
  'rules-layer': { file: 'packages/rules/src/i.ts', code: `import { engine } from '@tributary/engine'; export const i = engine;` },
  'calendar-layer': { file: 'packages/calendar/src/j.ts', code: `import { rules } from '@tributary/rules'; export const j = rules;` },
  'engine-layer': {
    file: 'packages/engine/src/k.ts',
    code: `import { messaging } from '@tributary/messaging'; export const k = messaging;`,
  },
  'pure-packages-import-no-machinery': {
    file: 'packages/engine/src/l.ts',
    code: `import { readFileSync } from 'node:fs'; export const l = readFileSync;`,
  },
  'domain-is-pure': { file: 'services/directory/src/brands/domain/m.ts', code: `import pg from 'pg'; export const m = pg;` },
  'use-cases-know-no-drivers': {
    file: 'services/directory/src/brands/n.ts',
    code: `import { PrismaClient } from '../generated/client.js'; export const n = PrismaClient;`,
  },
  'features-do-not-reach-into-each-other': {
    file: 'services/directory/src/partners/o.ts',
    code: `import { createBrand } from '../brands/create-brand.js'; export const o = createBrand;`,
  },
  'no-test-code-in-product': {
    file: 'packages/service-kit/src/p.ts',
    code: `import { testkit } from '@tributary/testkit'; export const p = testkit;`,
  },
  'no-dist-imports': {
    file: 'tools/src/q.ts',
    code: `import { money } from '../../packages/money/dist/index.js'; export const q = money;`,
  },
  'no-circular': { file: 'tools/src/r.ts', code: `import { s } from './s.js'; export const r = () => s;` },
  'not-to-unresolvable': { file: 'tools/src/t.ts', code: `import { u } from './gone.js'; export const t = u;` },
};

afterAll(removeTrees);

describe('each import rule is red where it is broken', () => {
  let root: string;
  let violations: Violation[];

  beforeAll(async () => {
    root = plantTree({
      ...Object.fromEntries(Object.values(planted).map(({ file, code }) => [file, code])),
      'tools/src/s.ts': `import { r } from './r.js'; export const s = () => r;`,
      'packages/money/dist/index.js': 'export const money = 1;',
    });
    ({ violations } = await violationsIn(root));
  });

  test('every rule has its planted violation', () => {
    expect(Object.keys(planted).sort()).toEqual(rules.map(({ name }) => name).sort());
  });

  test.each(Object.entries(planted))('%s', (rule, { file }) => {
    expect(violations).toContainEqual(expect.objectContaining({ rule, file }));
  });
});

test('the same tree without them is green', async () => {
  const root = plantTree();
  expect(await violationsIn(root)).toEqual({ files: 19, violations: [] });
});

test('a file that the cruiser cannot read is named, so that no rule passes by seeing nothing', async () => {
  const root = plantTree({ 'packages/money/src/broken.ts': 'export const = ;' });
  await expect(violationsIn(root)).rejects.toThrow(/broken\.ts|Expression expected|Syntax/i);
});
