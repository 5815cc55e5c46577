import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import * as engine from '../src/index.js';
import { firstBroken } from './properties/core.js';
import { type SeededBug, seededBugs } from './seeded-bugs.js';
import type { Engine } from './world.js';

const sources = join(import.meta.dirname, '..', 'src');
const packages = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'engine-copies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the engine with the bugs in it. Other packages are those of the repository. */
async function copyWith(name: string, bugs: readonly SeededBug[]): Promise<Engine> {
  const copy = join(folder, name);
  cpSync(sources, copy, { recursive: true });
  for (const file of readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
    const text = readFileSync(join(copy, file), 'utf8');
    const seeded = bugs.filter((one) => one.file === file).reduce((now, { find, replace }) => now.replace(find, () => replace), text);
    writeFileSync(
      join(copy, file),
      seeded.replace(/'@tributary\/([a-z-]+)'/g, (_, other) => `'${join(packages, other, 'src/index.ts')}'`),
    );
  }
  return (await import(join(copy, 'index.ts'))) as Engine;
}

test('a copy without a bug keeps every law', async () => {
  expect(firstBroken(engine)).toBeNull();
  expect(firstBroken(await copyWith('sound', []))).toBeNull();
}, 60_000);

test('every seeded bug stands for one place in the engine', () => {
  const places = seededBugs.map(({ file, find }) => readFileSync(join(sources, file), 'utf8').split(find).length - 1);
  expect(seededBugs.filter((_, index) => places[index] !== 1)).toEqual([]);
  expect(seededBugs.length).toBeGreaterThanOrEqual(20);
});

test('each of the seeded bugs breaks a law', async () => {
  const survivors: SeededBug[] = [];
  for (const [index, bug] of seededBugs.entries()) {
    const broken = await copyWith(`bug-${index}`, [bug]);
    try {
      if (firstBroken(broken) === null) survivors.push(bug);
    } catch {
      // A copy that throws is caught too.
    }
  }
  expect(survivors).toEqual([]);
}, 120_000);
