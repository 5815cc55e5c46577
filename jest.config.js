import { existsSync } from 'node:fs';

// Jest in native ESM mode: `npm run jest -- <path>` passes --experimental-vm-modules.
// TypeScript is only stripped here (swc); types are checked by `npm run typecheck`.

const setup = 'packages/testkit/src/global-setup.ts';
const teardown = 'packages/testkit/src/global-teardown.ts';
// npm run test:long (scripts/test-long.mjs)
const long = process.env.TRIBUTARY_LONG === '1';
const here = (path) => new URL(path, import.meta.url);

/** @type {import('jest').Config} */
export default {
  rootDir: import.meta.dirname,
  roots: ['packages', 'services', 'tools', 'tests'].filter((folder) => existsSync(here(folder))).map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/generated/', ...(long ? [] : ['\\.long\\.test\\.ts$'])],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/\\.data/', '<rootDir>/\\.cache/'],

  testEnvironment: 'node',
  // Workspace packages answer to `source` with their TypeScript, so that tests need no build.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node', 'wasm'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },

  maxWorkers: 2,
  testSequencer: '<rootDir>/scripts/lib/longest-first.cjs',
  // Native ESM modules are never unloaded from a worker: start it afresh before it grows out of hand.
  workerIdleMemoryLimit: '1GB',
  testTimeout: long ? 3_600_000 : 30_000,
  setupFiles: long ? ['<rootDir>/scripts/lib/long-setup.mjs'] : [],
  injectGlobals: false,
  ...(existsSync(here(setup)) ? { globalSetup: `<rootDir>/${setup}` } : {}),
  ...(existsSync(here(teardown)) ? { globalTeardown: `<rootDir>/${teardown}` } : {}),
};
