// `npm run test:long`: the properties with many more runs, and the tests that are long by nature (`*.long.test.ts`).
//
//   npm run test:long                        all of them
//   npm run test:long -- packages/engine     those whose path holds one of the words
//   TRIBUTARY_SEED=123                       the same values again: the seed is printed first and last
//   TRIBUTARY_LONG_RUNS=5000                 runs of each property that names no number of its own

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const seed = process.env.TRIBUTARY_SEED ?? String(randomInt(2 ** 31));
const words = process.argv.slice(2);

const files = testFiles()
  .filter((file) => file.endsWith('.long.test.ts') || isProperty(file))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) {
  process.stderr.write(`no long test has ${words.join(' or ')} in its path\n`);
  process.exit(1);
}
process.stdout.write(`seed ${seed}; ${files.length} files\n`);
const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--runTestsByPath', ...files],
  {
    cwd: root,
    stdio: 'inherit',
    // The tests of scale hold memory against a limit: garbage is not to lie about only because there is room for it.
    env: {
      NODE_OPTIONS: '--max-old-space-size=384',
      ...process.env,
      TRIBUTARY_LONG: '1',
      TRIBUTARY_SEED: seed,
      TRIBUTARY_LONG_RUNS: process.env.TRIBUTARY_LONG_RUNS ?? '5000',
    },
  },
);
child.on('close', (code) => {
  process.stdout.write(`seed ${seed}: again with TRIBUTARY_SEED=${seed} npm run test:long -- ${words.join(' ')}\n`);
  process.exitCode = code ?? 1;
});

function testFiles() {
  return ['packages', 'services', 'tools', 'tests']
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((file) => path.posix.join(folder, file)))
    .filter((file) => file.endsWith('.test.ts') && !/\/(node_modules|dist|generated)\//.test(file))
    .sort();
}

/** A file that scales by itself: it has properties, or asks for its number of runs. */
function isProperty(file) {
  return /from '(fast-check|@tributary\/testkit\/runs)'/.test(readFileSync(path.join(root, file), 'utf8'));
}
