import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Domain, loadDomain } from './domain.js';
import type { Fault } from './payouts-records.js';
import { faults, type SeededBug, seededBugs } from './seeded-bugs.js';
import { stories } from './story.js';
import { World } from './world.js';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'money-path-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const told = fc.sample(stories(200), { numRuns: 100, seed: 20_261_122 });

const isFolder = (path: string) => statSync(path).isDirectory() && !path.includes('generated');

/** What a mistake breaks first; null when all stories go well. */
function firstBroken(domain: Domain, withFaults: readonly Fault[] = []): string | null {
  for (const story of told) {
    try {
      const world = new World(domain, new Set(withFaults));
      for (const command of story) world.play(command);
      world.end();
    } catch (error) {
      return String(error);
    }
  }
  return null;
}

/** The domains of both services with a bug in them; nothing else of the services is there. */
async function copyWith(name: string, { file, find, replace }: SeededBug): Promise<Domain> {
  const copy = join(folder, name);
  for (const service of ['approvals', 'payouts'])
    cpSync(join(root, 'services', service, 'src'), join(copy, service, 'src'), {
      recursive: true,
      filter: (path) => isFolder(path) || /domain.*\.ts$/.test(path),
    });
  for (const path of readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
    const text = readFileSync(join(copy, path), 'utf8');
    const seeded = path === file ? text.replace(find, () => replace) : text;
    writeFileSync(
      join(copy, path),
      seeded.replace(/'@tributary\/([a-z-]+)'/g, (_, other) => `'${join(root, 'packages', other, 'src/index.ts')}'`),
    );
  }
  return loadDomain(copy);
}

const sound = await loadDomain(join(root, 'services'));

test('without a bug the same stories go well', () => expect(firstBroken(sound)).toBeNull(), 120_000);

test('every seeded bug stands for one place', () => {
  const places = seededBugs.map(({ file, find }) => readFileSync(join(root, 'services', file), 'utf8').split(find).length - 1);
  expect(seededBugs.filter((_, index) => places[index] !== 1)).toEqual([]);
  expect(seededBugs.length + faults.length).toBeGreaterThanOrEqual(20);
});

test.each(seededBugs.map((one, index) => [one.what, index] as const))(
  'a seeded bug is caught: %s',
  async (_what, index) => {
    const bug = seededBugs[index];
    if (!bug) throw new Error('there is no such bug');
    expect(firstBroken(await copyWith(`bug-${index}`, bug))).not.toBeNull();
  },
  120_000,
);

test.each(faults.map((fault) => [fault]))(
  'a fault around the functions is caught: %s',
  (fault) => {
    expect(firstBroken(sound, [fault])).not.toBeNull();
  },
  120_000,
);
