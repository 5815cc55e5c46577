import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { judgeAtRest } from './judge.js';
import { runChaos } from './run-chaos.js';

// `npm run chaos`: see docs/chaos.md.

const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kills: { type: 'string', default: '12' },
    lanes: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-chaos-'));
const say = (line: string) => void process.stdout.write(`${line}\n`);
const quick = values.quick;
let passed = false;
try {
  const chaos = await runChaos({
    folder,
    seed: Number(values.seed),
    events: Number(values.events ?? (quick ? 3_000 : 100_000)),
    kills: Number(values.kills),
    lanes: Number(values.lanes),
    quick,
    say,
  });
  try {
    const { code } = await judgeAtRest(folder, (text) => void process.stdout.write(text));
    process.exitCode = code;
    passed = code === 0;
  } finally {
    await chaos.stop();
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
if (passed && !values.keep) rmSync(folder, { recursive: true, force: true });
else say(`logs, history and data are kept in ${folder}`);
