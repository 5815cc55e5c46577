// What must never be committed, however it got there.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { missingOptionalPackages } from '../../scripts/complete-lockfile.mjs';

const repository = path.resolve(import.meta.dirname, '../..');
const MAX_BYTES = 2_000_000;
const TEXT = /(\.(ts|tsx|js|mjs|cjs|mts|json|ya?ml|md|sql|prisma|sh|css|html|csv|toml|txt)|Dockerfile|\.ci\/run)$/;

const files = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: repository,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => TEXT.test(file) && file !== 'tests/tooling/hygiene.test.ts')
  .filter((file) => (statSync(path.join(repository, file), { throwIfNoEntry: false })?.size ?? MAX_BYTES) < MAX_BYTES);
const read = (file: string) => readFileSync(path.join(repository, file), 'utf8');

/** `file:line: text` of every line that matches. */
function linesMatching(pattern: RegExp, among: string[]): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, n) => (pattern.test(line) ? [`${file}:${n + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

test('there are files to look at', () => {
  expect(files.length).toBeGreaterThan(100);
});

test('package-lock.json names no registry: it installs from whichever one npm is set to', () => {
  expect(linesMatching(/"resolved":\s*"(https?|git)/, ['package-lock.json'])).toEqual([]);
  expect(
    linesMatching(
      /\bregistry\s*=|registry\.npmjs\.org|_authToken/,
      files.filter((file) => file.endsWith('.npmrc') || file !== 'package-lock.json'),
    ),
  ).toEqual([]);
});

test("no path of somebody's machine", () => {
  expect(
    linesMatching(
      /(^|[\s"'`(=:])\/(work|Users|home\/[a-z])\//,
      files.filter((file) => file !== 'package-lock.json'),
    ),
  ).toEqual([]);
});

test('no test is left out or run alone by hand; one that cannot run says what it needs', () => {
  const tests = files.filter((file) => file.endsWith('.test.ts'));
  expect(tests.length).toBeGreaterThan(5);
  expect(
    linesMatching(
      /\b(test|it|describe)(\.each\b.*)?\.(only|todo|failing|skip(?!\('needs ))\(|\b(xtest|xit|xdescribe|fit|fdescribe)\(/,
      tests,
    ),
  ).toEqual([]);
});

test('nothing is left for later', () => {
  const sources = files.filter((file) => /\.(ts|mjs|cjs|js|sql|prisma)$/.test(file));
  expect(linesMatching(/\b(TODO|FIXME|HACK)\b/, sources)).toEqual([]);
});

test('no private key', () => {
  expect(linesMatching(/-----BEGIN (RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/, files)).toEqual([]);
});

test('package-lock.json lists the binaries of every platform: without one, `npm ci` refuses it (scripts/complete-lockfile.mjs adds them)', () => {
  expect(missingOptionalPackages(JSON.parse(read('package-lock.json')))).toEqual([]);
});
