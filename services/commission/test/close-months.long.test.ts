import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { Measured } from './close-months-process.js';

const partners = Number(process.env['TRIBUTARY_SCALE'] ?? 10_000);
/** A month of a partner with a handful of players. The close pays for each month, plain SQL for each fact: the fewer facts, the more times. */
const factsEach = Number(process.env['TRIBUTARY_FACTS'] ?? 50);
/** How many times what plain SQL takes the close may take: its explanations, journal, statements and events are more than totals. */
const timesPlain = 10;

/**
 * In a process of its own with the options of deploy/Dockerfile: modules loaded by Jest, and a small heap, halve the speed of what Node
 * computes, which plain SQL does not feel.
 */
async function measured(): Promise<Measured> {
  const program = path.join(import.meta.dirname, 'close-months-process.ts');
  const parameters = ['--conditions=source', '--import', 'tsx', program, String(partners), String(factsEach)];
  const env = { ...process.env, NODE_OPTIONS: '--max-semi-space-size=32' };
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const [told, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`the program that measures ended with ${code}`);
  return JSON.parse(told) as Measured;
}

test(`the close of ${partners} revenue shares takes at most ${timesPlain} times what plain SQL takes for the same sums`, async () => {
  const { rounds, statements, different } = await measured();
  expect({ statements, different }).toEqual({ statements: rounds.length * partners, different: 0 });
  for (const { closeMs, plainMs } of rounds) {
    process.stdout.write(
      `close of ${partners} months of ${factsEach} facts each: ${Math.round(closeMs)} ms; plain SQL ${Math.round(plainMs)} ms\n`,
    );
  }
  const times = rounds.map(({ closeMs, plainMs }) => closeMs / plainMs).sort((a, b) => a - b)[1] ?? 0;
  process.stdout.write(`the close takes ${times.toFixed(1)} times as long (median of ${rounds.length} rounds)\n`);
  expect(times).toBeLessThan(timesPlain);
}, 900_000);
