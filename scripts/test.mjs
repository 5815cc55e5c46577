// `npm test`: everything, on a bare machine with Node 20 and npm. Says what it does at each step.
//
//   npm test                          install, generate, build, typecheck, lint, architecture, all tests
//   npm test -- --only <pattern>      the tests whose path matches, and nothing else
//   TRIBUTARY_REQUIRE_BROKER=1        a missing broker is a failure instead of skipped tests
//
// The last line is `N passed, N failed`, counted from this run. A step that fails counts as one failure, and so does a
// test file that did not run; no test at all is a failure. Node's own modules only: nothing is installed yet.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './lib/install.mjs';
import { countTests, table } from './lib/jest-report.mjs';
import { ensureRabbit, HOW_TO_ENABLE } from './lib/rabbitmq.mjs';

const OLDEST_NODE = [20, 19];

const root = path.resolve(import.meta.dirname, '..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true, default: [] } },
});
const only = [...options.only, ...positionals];
const started = Date.now();
const failedSteps = [];
const children = new Set();
let broker;

// No report of usage to anybody, no look for updates: a closed network is no reason to wait or to fail.
const environment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  CHECKPOINT_DISABLE: '1',
  SCARF_ANALYTICS: 'false',
  DO_NOT_TRACK: '1',
  ...(process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' }),
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void leave(signal));

await main();

async function main() {
  say(`Tributary's tests: Node ${process.versions.node} on ${process.platform} ${process.arch}`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
    return finish({ passed: 0, failed: 1 }, `Node ${OLDEST_NODE.join('.')} or newer is needed`);

  if (!(await step('dependencies', () => ensureInstalled(root, say)))) return finish({ passed: 0, failed: 0 });
  if (only.length === 0) {
    await step('generate, build and typecheck', () =>
      command('turbo', ['run', 'generate', 'build', 'typecheck', 'typecheck:tests', '--continue', '--output-logs=errors-only']),
    );
    await step('lint', () => command('biome', ['check', '--max-diagnostics=50', '.']));
    await step('architecture', () => command(process.execPath, ['scripts/arch.mjs']));
  } else {
    await step('generate', () => command('turbo', ['run', 'generate', '--output-logs=errors-only']));
  }
  await step('RabbitMQ', findBroker);
  const counts = await runTests();
  await broker?.stop();
  finish(counts);
}

/** Runs one step and says how long it took. A failure is remembered, and the next steps run all the same. */
async function step(name, work) {
  const began = Date.now();
  say(`\n--- ${name}`);
  try {
    const result = await work();
    say(`--- ${name}: ${result ?? 'done'} (${seconds(began)})`);
    return true;
  } catch (error) {
    failedSteps.push(name);
    say(`--- ${name}: FAILED, ${error.message} (${seconds(began)})`);
    return false;
  }
}

async function findBroker() {
  broker = await ensureRabbit({ say });
  if (broker.url) return broker.how;
  const words = `none (${broker.how}); the tests on RabbitMQ are skipped. To run them: ${HOW_TO_ENABLE}`;
  if (process.env.TRIBUTARY_REQUIRE_BROKER === '1' || process.env.AMQP_URL) throw new Error(words);
  return words;
}

async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-test-'));
  const file = path.join(folder, 'results.json');
  say('\n--- tests');
  const began = Date.now();
  const env = { ...environment, NODE_ENV: 'test' };
  if (broker?.url) env.AMQP_URL = broker.url;
  else delete env.AMQP_URL;
  const code = await spawned(
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--ci', '--json', `--outputFile=${file}`, ...only],
    env,
  );
  const counts = countTests(readReport(file), root);
  rmSync(folder, { recursive: true, force: true });
  say(`\n--- tests: ${seconds(began)}\n\n${table(counts.byWorkspace)}\n`);
  for (const suite of counts.suitesThatDidNotRun) say(`did not run: ${suite}`);
  sayWhatWasSkipped(counts.skipped);
  if (code !== 0 && counts.failed === 0) failedSteps.push(`Jest itself (exit code ${code})`);
  return counts;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Jest ended before it wrote any: no test counts as failure
  }
}

function sayWhatWasSkipped(skipped) {
  if (skipped.length === 0) return;
  say(`${skipped.length} skipped:`);
  for (const { file, title } of skipped) say(`  ${file}: ${title}`);
  if (!broker?.url) {
    say(`  because there is no RabbitMQ (${broker?.how}). To run them: ${HOW_TO_ENABLE}`);
    if (process.env.TRIBUTARY_REQUIRE_BROKER === '1') failedSteps.push('broker tests were skipped');
  }
}

function finish({ passed, failed }, reason) {
  if (reason) say(reason);
  for (const name of failedSteps) say(`failed: ${name}`);
  const failures = failed + failedSteps.length;
  say(`${seconds(started)} in all`);
  say(`${passed} passed, ${failures} failed`);
  process.exitCode = failures > 0 ? 1 : 0;
}

/** Runs a program of node_modules/.bin (or an absolute path) in the root; throws when it fails. */
async function command(name, args) {
  const file = path.isAbsolute(name) ? name : path.join(root, 'node_modules', '.bin', name);
  const code = await spawned(file, args, environment);
  if (code !== 0) throw new Error(`exit code ${code}`);
}

function spawned(file, args, env) {
  return new Promise((resolve) => {
    // Jest tells its progress on stderr: everything goes to one stream, so that the last line is the last.
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'inherit', process.stdout.fd ?? 'inherit'] });
    children.add(child);
    child.on('error', (error) => {
      say(error.message);
      resolve(127);
    });
    child.on('close', (code) => {
      children.delete(child);
      resolve(code ?? 1);
    });
  });
}

async function leave(signal) {
  for (const child of children) child.kill(signal);
  await broker?.stop();
  say(`ended by ${signal}`);
  say('0 passed, 1 failed');
  process.exit(1);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
