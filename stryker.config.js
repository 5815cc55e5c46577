// Mutation tests of one pure package, or of the domains of a service: `npm run test:mutation` (scripts/mutation.mjs) runs this for each and judges the survivors.

import { targets } from './scripts/lib/mutation/targets.mjs';

const name = process.env.TRIBUTARY_MUTATED;
if (!name) throw new Error('TRIBUTARY_MUTATED names the package: start this by npm run test:mutation -- <package>');

const { folder, files, helpers = [] } = targets[name];
const mutated = process.env.TRIBUTARY_MUTATION_ONLY?.split(',') ?? files;
// Of a service only its domains are there: they need nothing else.
const needed = folder.startsWith('packages/') ? ['**'] : ['package.json', 'src/**/domain/**', ...helpers];

const withJest = {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.js', enableFindRelatedTests: false },
  plugins: ['@stryker-mutator/jest-runner'],
};
const inProcess = {
  testRunner: 'in-process',
  // Generated stories and the largest examples take too long for each mutant; the tests of check/ and lint/ are about other code.
  inProcess: {
    skip: 'lint-|properties/|property|seeded-bugs|convergence|deal-terms-page',
    skipTests: '^(WE-29 M-24|WE-67 M-20 58|WE-70 M-16|T-40 eleven|WE-28 A-19|WE-13 a month of very many|T-21 whatever)',
  },
  plugins: [new URL('scripts/lib/mutation/runner.mjs', import.meta.url).href],
};

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  packageManager: 'npm',
  ...(process.env.TRIBUTARY_MUTATION_JEST === '1' ? withJest : inProcess),
  coverageAnalysis: 'perTest',
  mutate: [...mutated.map((file) => `${folder}/src/${file}.ts`), '!**/*.test.ts'],
  // The sandbox needs the package itself and the two Jest configurations; the rest comes through node_modules.
  ignorePatterns: [
    '**',
    ...needed.map((file) => `!${folder}/${file}`),
    '!jest.config.js',
    '!jest.mutation.config.js',
    '!package.json',
    `${folder}/dist`,
  ],
  tempDirName: '.cache/stryker',
  incremental: true,
  incrementalFile: `coverage/mutation/${name}.incremental.json`,
  reporters: ['html', 'json', 'clear-text', 'progress-append-only'],
  htmlReporter: { fileName: `coverage/mutation/${name}.html` },
  jsonReporter: { fileName: `coverage/mutation/${name}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 98, low: 95, break: 90 },
  concurrency: Number(process.env.TRIBUTARY_MUTATION_CONCURRENCY ?? 2),
  timeoutMS: 5_000,
  allowEmpty: false,
  checkers: [],
};
