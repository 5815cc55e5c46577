import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureEventsBatch } from './cases/events-batch.js';
import { measureEventsSingle } from './cases/events-single.js';
import { measurePipeline } from './cases/pipeline.js';
import { measureRedirect } from './cases/redirect.js';
import { stopEverything } from './measure/cleanup.js';
import type { Context } from './measure/context.js';
import { type Finding, isMet } from './measure/result.js';
import { reportOf, resultsOf } from './report.js';
import { refuseWithoutTelemetry } from './subjects/postgres.js';

// `npm run bench`: see bench/README.md.

const cases: Record<Finding['id'], (context: Context) => Promise<Finding>> = {
  redirect: measureRedirect,
  'events-single': measureEventsSingle,
  'events-batch': measureEventsBatch,
  pipeline: measurePipeline,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: path.join(import.meta.dirname, 'results.json') },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  refuseWithoutTelemetry(process.env);
  const chosen = Object.entries(cases).filter(([id]) => values.only?.includes(id) ?? true) as [Finding['id'], (typeof cases)['redirect']][];
  if (chosen.length === 0) throw new Error(`--only must be one of ${Object.keys(cases).join(', ')}`);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const seconds = Number(values.seconds ?? (values.quick ? 0.3 : 4));
  if (rounds < 5) say(`${rounds} rounds are fewer than the 5 that count: a look, not a result`);
  say(
    `Node ${process.version}, ${os.cpus().length} cores, load ${os.loadavg()[0]?.toFixed(1)}: only on a quiet machine do the figures mean anything`,
  );
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-'));
  const findings: Finding[] = [];
  try {
    for (const [id, measure] of chosen) {
      say(`${id} …`);
      findings.push(await measure({ folder, rounds, seconds, quick: values.quick, say }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`\n${reportOf(findings)}\n`);
  writeFileSync(values.out, `${JSON.stringify(merged(values.out, findings), null, 2)}\n`);
  say(`written to ${values.out}`);
  return findings.every(isMet) || values.quick ? 0 : 1;
}

/** Results of cases that were not measured this time stay as they were. */
function merged(file: string, findings: readonly Finding[]) {
  const fresh = resultsOf(findings);
  const ids = Object.keys(cases);
  const kept = earlier(file).filter(({ id }) => !fresh.some((one) => one.id === id));
  return [...kept, ...fresh].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

function earlier(file: string): ReturnType<typeof resultsOf> {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopEverything().then(() => process.exit(1)));
}
process.exit(await main());
