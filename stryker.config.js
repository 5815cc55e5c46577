// Mutation tests of one pure package: `npm run test:mutation` (scripts/mutation.mjs) runs this for each and judges the survivors.

const name = process.env.TRIBUTARY_MUTATED;
if (!name) throw new Error('TRIBUTARY_MUTATED names the package: start this by npm run test:mutation -- <package>');

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  packageManager: 'npm',
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--no-warnings'],
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  mutate: [`packages/${name}/src/**/*.ts`, '!**/*.test.ts'],
  // The sandbox needs the package itself and the two Jest configurations; the rest comes through node_modules.
  ignorePatterns: ['**', `!packages/${name}/**`, '!jest.config.js', '!jest.mutation.config.js', '!package.json', `packages/${name}/dist`],
  tempDirName: '.cache/stryker',
  incremental: true,
  incrementalFile: `coverage/mutation/${name}.incremental.json`,
  reporters: ['html', 'json', 'clear-text'],
  htmlReporter: { fileName: `coverage/mutation/${name}.html` },
  jsonReporter: { fileName: `coverage/mutation/${name}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  thresholds: { high: 98, low: 95, break: 90 },
  concurrency: Number(process.env.TRIBUTARY_MUTATION_CONCURRENCY ?? 2),
  timeoutMS: 5_000,
  allowEmpty: false,
  checkers: [],
  plugins: ['@stryker-mutator/jest-runner'],
};
