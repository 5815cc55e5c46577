// `npm run test:mutation`: Stryker on the pure packages and the pure domains of services, one after the other, then docs/mutation.md.
//
//   npm run test:mutation                     all of them; only what has changed since the last run is tried again
//   npm run test:mutation -- money            one
//   npm run test:mutation -- --fresh          forget the last run: what is set once when a module loads is only tried again so
//   npm run test:mutation -- --report         no run: judge the last reports and write the page
//   TRIBUTARY_MUTATION_CONCURRENCY=1          leave the machine to others
//   TRIBUTARY_MUTATION_JEST=1                 by Jest, a run for each mutant: for money and calendar, not for thousands
//
// Fails below 90 % (stryker.config.js), and when a survivor has no reason in mutation-survivors.json.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { targets } from './lib/mutation/targets.mjs';
import { judge, page, reasonsOf, summarise } from './lib/mutation-report.mjs';

const packages = Object.keys(targets);
const root = path.resolve(import.meta.dirname, '..');
const reportOf = (name) => path.join(root, 'coverage/mutation', `${name}.json`);
const reasons = reasonsOf(JSON.parse(readFileSync(path.join(root, 'mutation-survivors.json'), 'utf8')));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: 'boolean', default: false }, fresh: { type: 'boolean', default: false } },
});
const failures = [];

for (const name of options.report ? [] : positionals.length > 0 ? positionals : packages) {
  if (!packages.includes(name)) failures.push(`there is no ${name}: ${packages.join(', ')}`);
  else if ((await stryker(name)) !== 0) failures.push(`${name}: Stryker failed, or the score is below its threshold`);
}

const summaries = packages
  .filter((name) => existsSync(reportOf(name)))
  .map((name) => summarise(name, JSON.parse(readFileSync(reportOf(name), 'utf8'))));
for (const { name, score, survivors } of summaries) {
  const { unexplained, stale } = judge(
    survivors,
    reasons.filter(({ file }) => file.startsWith(`${targets[name].folder}/`)),
  );
  say(`${name}: ${score.toFixed(1)} %, ${survivors.length} survived, ${unexplained.length} of them without a reason`);
  for (const { line, ...one } of unexplained) say(`  line ${line}: ${JSON.stringify({ ...one, reason: '' })}`);
  for (const { file, code, becomes } of stale) say(`  no longer survives, take its reason out: ${file} ${code} as ${becomes}`);
  if (unexplained.length > 0) failures.push(`${name}: ${unexplained.length} survivors without a reason`);
}
const missing = packages.filter((name) => !existsSync(reportOf(name)));
writeFileSync(path.join(root, 'docs/mutation.md'), page(summaries, reasons, missing));
for (const failure of failures) say(`failed: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

function stryker(name) {
  const program = path.join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  return new Promise((resolve) => {
    const env = { ...process.env, TRIBUTARY_MUTATED: name };
    spawn(process.execPath, [program, 'run', 'stryker.config.js', ...(options.fresh ? ['--force'] : [])], {
      cwd: root,
      env,
      stdio: 'inherit',
    }).on('close', (code) => resolve(code ?? 1));
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
