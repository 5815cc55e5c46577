import base from './jest.config.js';

// What Stryker runs for each mutant: the tests of one pure package (TRIBUTARY_MUTATED), without PostgreSQL and in one process.

const { globalSetup: _setup, globalTeardown: _teardown, testSequencer: _sequencer, ...shared } = base;

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: import.meta.dirname,
  roots: [`<rootDir>/packages/${process.env.TRIBUTARY_MUTATED}`],
  modulePathIgnorePatterns: ['/dist/'],
  testTimeout: 30_000,
};
