// A small tree of the repository's shape in a temporary folder, to plant violations in.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const repository = path.resolve(import.meta.dirname, '../..');

export interface Violation {
  rule: string;
  file: string;
  detail: string;
}

const packages = ['money', 'rules', 'calendar', 'engine', 'contracts', 'messaging', 'service-kit', 'testkit'];
const services = ['directory', 'tracking', 'standalone'];
const libraries = ['pg', 'amqplib', '@prisma/client'];

/** A tree in which all is well: every import that the rules allow, once. */
const wellBehaved: Record<string, string> = {
  ...Object.fromEntries(packages.map((name) => [`packages/${name}/src/index.ts`, `export const ${name.replace('-', '')} = 1;`])),
  'packages/contracts/src/index.ts': `export { money } from '@tributary/money';`,
  'packages/engine/src/index.ts': `export { money } from '@tributary/money'; export type { money as M } from '@tributary/contracts';`,
  'packages/messaging/src/index.ts': `import pg from 'pg'; import { money } from '@tributary/contracts'; export const messaging = [pg, money];`,
  'packages/service-kit/src/index.ts': `export { messaging } from '@tributary/messaging';`,
  'packages/money/src/money.test.ts': `import { testkit } from '@tributary/testkit'; console.log(testkit, Date.now());`,
  'services/directory/src/generated/client.ts': 'export class PrismaClient {}',
  'services/directory/src/composition.ts': `import { PrismaClient } from './generated/client.js'; export const directory = new PrismaClient();`,
  'services/directory/src/brands/domain/brand.ts': `import { money } from '@tributary/money'; export const brand = money;`,
  'services/directory/src/brands/brand-store.ts': `import type { PrismaClient } from '../generated/client.js'; export type BrandStore = PrismaClient;`,
  'services/directory/src/brands/create-brand.ts': `import { brand } from './domain/brand.js'; export const createBrand = () => brand;`,
  'services/directory/src/partners/create-partner.ts': `import { brand } from '../brands/domain/brand.js'; import type { BrandStore } from '../brands/brand-store.js';
     export const createPartner = (_: BrandStore) => brand;`,
  'services/tracking/src/composition.ts': 'export const tracking = 1;',
  'services/tracking/src/clicks/click.ts': `import type { Link } from './link.js'; export type Click = { of: Link }; export const click = 1;`,
  'services/tracking/src/clicks/link.ts': `import { type Click, click } from './click.js'; export type Link = { last: Click }; export const link = click;`,
  'services/standalone/src/composition.ts': `export { directory } from '@tributary/directory/composition'; export { tracking } from '@tributary/tracking/composition';`,
  'tools/src/index.ts': `export { money } from '@tributary/money';`,
};

/** What this test file has planted. */
const trees: string[] = [];

/** Writes the tree with `planted` files added. Returns its folder. */
export function plantTree(planted: Record<string, string> = {}): string {
  const root = mkdtempSync(path.join(tmpdir(), 'tributary-architecture-'));
  trees.push(root);
  for (const [file, code] of Object.entries({ ...wellBehaved, ...manifests(), ...planted })) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), `${code}\n`);
  }
  mkdirSync(path.join(root, 'node_modules/@tributary'), { recursive: true });
  for (const name of packages) symlinkSync(path.join(root, 'packages', name), path.join(root, 'node_modules/@tributary', name));
  for (const name of services) symlinkSync(path.join(root, 'services', name), path.join(root, 'node_modules/@tributary', name));
  return root;
}

function manifests(): Record<string, string> {
  const manifest = (name: string, exports: object | string) => JSON.stringify({ name, version: '0.0.0', type: 'module', exports });
  return {
    ...Object.fromEntries(
      packages.map((name) => [`packages/${name}/package.json`, manifest(`@tributary/${name}`, { '.': { source: './src/index.ts' } })]),
    ),
    ...Object.fromEntries(
      services.map((name) => [
        `services/${name}/package.json`,
        manifest(`@tributary/${name}`, { './composition': { source: './src/composition.ts' } }),
      ]),
    ),
    ...Object.fromEntries(
      libraries.flatMap((name) => [
        [`node_modules/${name}/package.json`, manifest(name, './index.js')],
        [`node_modules/${name}/index.js`, 'export default {};'],
      ]),
    ),
  };
}

/** Removes what was planted: for `afterAll`, so that failed tests leave nothing either. */
export function removeTrees(): void {
  for (const root of trees.splice(0)) rmSync(root, { recursive: true, force: true });
}

/** What `npm run arch` says of that tree. */
export function violationsIn(root: string): Promise<{ files: number; violations: Violation[] }> {
  return new Promise((resolve, reject) => {
    const script = path.join(repository, 'scripts/arch.mjs');
    execFile(process.execPath, [script, '--root', root, '--json'], { maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error && error.code !== 1) reject(new Error(stderr));
      else if (!stdout) reject(new Error(stderr));
      else resolve(JSON.parse(stdout));
    });
  });
}
