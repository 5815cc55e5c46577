import base from './jest.config.js';
import { targets } from './scripts/lib/mutation/targets.mjs';

// What Stryker runs for each mutant: the tests of one pure package (TRIBUTARY_MUTATED), without PostgreSQL and in one process.

const { globalSetup: _setup, globalTeardown: _teardown, testSequencer: _sequencer, ...shared } = base;

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: import.meta.dirname,
  roots: [`<rootDir>/${targets[process.env.TRIBUTARY_MUTATED].folder}`],
  modulePathIgnorePatterns: ['/dist/'],
  testTimeout: 30_000,
};
