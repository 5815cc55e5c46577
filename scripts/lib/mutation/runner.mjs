// A Stryker test runner that keeps one process: it loads the tests of a package once and switches mutants on and off in it, where
// a Jest run for each of thousands of mutants would take hours. The tests are the same files, the assertions Jest's own.

import { existsSync, readdirSync } from 'node:fs';
import { register } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { DryRunStatus, determineHitLimitReached, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import { register as readTypeScript } from 'tsx/esm/api';
import { cachesOf } from './caches.mjs';
import { targets } from './targets.mjs';

const WRITTEN_DOWN = Symbol.for('tributary.mutation.tests');

class InProcessRunner {
  constructor({ inProcess }) {
    this.skipped = inProcess?.skip ? new RegExp(inProcess.skip) : null;
    this.skippedTests = inProcess?.skipTests ? new RegExp(inProcess.skipTests) : null;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    readTypeScript();
    register('./resolve.mjs', import.meta.url);
    globalThis.__stryker__ ??= {};
    this.context = globalThis.__stryker__;
    this.spent = new Map();
  }

  async dryRun({ coverageAnalysis }) {
    await this.load();
    const measured = coverageAnalysis === 'perTest';
    const results = [];
    for (const test of this.tests) {
      if (measured) this.context.currentTestId = test.id;
      results.push(await this.runOne(test));
    }
    this.context.currentTestId = undefined;
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: this.context.mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, reloadEnvironment, testFilter, hitLimit, disableBail }) {
    const isStatic = mutantActivation === 'static';
    if (reloadEnvironment || this.spoilt) this.loaded = undefined;
    this.spoilt = isStatic;
    this.context.activeMutant = isStatic ? activeMutant.id : undefined;
    try {
      await this.load();
    } catch (error) {
      return { status: 'error', errorMessage: String(error?.stack ?? error) };
    }
    this.context.activeMutant = activeMutant.id;
    Object.assign(this.context, { hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    const results = await this.runUntilNoticed(testFilter, disableBail);
    this.context.activeMutant = undefined;
    const timeout = determineHitLimitReached(this.context.hitCount, this.context.hitLimit);
    return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests: results }, disableBail);
  }

  /** The quickest tests first. */
  async runUntilNoticed(wanted, disableBail) {
    const ids = wanted && new Set(wanted);
    const chosen = this.tests.filter(({ id }) => ids === undefined || ids.has(id));
    chosen.sort((a, b) => (this.spent.get(a.id) ?? 0) - (this.spent.get(b.id) ?? 0));
    if (chosen.length === 0) throw new Error('none of the tests that cover this mutant is here');
    const results = [];
    for (const test of chosen) {
      const result = await this.runOne(test);
      results.push(result);
      if (result.status === TestStatus.Failed && !disableBail) break;
    }
    return results;
  }

  async runOne({ id, run, fileName }) {
    this.caches.empty();
    const start = performance.now();
    const about = () => ({ id, name: id, fileName, timeSpentMs: performance.now() - start });
    try {
      await run();
      return { ...about(), status: TestStatus.Success };
    } catch (error) {
      return { ...about(), status: TestStatus.Failed, failureMessage: String(error?.message ?? error) };
    } finally {
      if (!this.spent.has(id)) this.spent.set(id, performance.now() - start);
    }
  }

  async load() {
    if (this.loaded) return;
    const folder = path.resolve(targets[process.env.TRIBUTARY_MUTATED].folder);
    const tests = [];
    this.loads = (this.loads ?? 0) + 1;
    globalThis[WRITTEN_DOWN] = tests;
    this.caches = cachesOf(path.join(folder, 'src'));
    try {
      for (const name of testFiles(folder, this.skipped)) {
        const fileName = path.join(folder, name);
        const from = tests.length;
        await import(`${pathToFileURL(fileName).href}?load=${this.loads}`);
        for (const test of tests.slice(from)) Object.assign(test, { fileName, id: `${name.replace(/^test\//, '')} ${test.name}` });
      }
    } finally {
      this.caches.loaded();
    }
    this.tests = tests.filter(({ name }) => !this.skippedTests?.test(name));
    this.loaded = true;
  }
}

/** Tests beside the sources, and those of a folder of their own. */
const testFiles = (folder, skipped) =>
  ['src', 'test']
    .filter((part) => existsSync(path.join(folder, part)))
    .flatMap((part) => readdirSync(path.join(folder, part), { recursive: true }).map((name) => path.join(part, name)))
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts') && !skipped?.test(name))
    .sort();

const create = (options) => new InProcessRunner(options);
create.inject = tokens(commonTokens.options);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', create)];
export const strykerValidationSchema = {
  properties: {
    inProcess: {
      type: 'object',
      properties: {
        skip: { type: 'string', description: 'test files to leave out' },
        skipTests: { type: 'string', description: 'tests to leave out, by name' },
      },
    },
  },
};
