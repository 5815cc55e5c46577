import { expect, test } from '@jest/globals';
import { seededRandom } from '@tributary/testkit';
import { everythingTwice } from './doubled.js';

// npm run test:long -- tests/concurrency        TRIBUTARY_SEED=n deals the same again; WORKERS and ITEMS are how many
const seed = Number(process.env['TRIBUTARY_SEED'] ?? 1);
const size = { workers: Number(process.env['WORKERS'] ?? 50), items: Number(process.env['ITEMS'] ?? 5000), partners: 40 };

test('INV-R1 INV-R5 O-18 FG1 FG4 SEC22 fifty workers, 5,000 items, every command twice and at once: one decision on each stage, one payout for each entry', async () => {
  const startedAt = Date.now();
  const say = (line: string) => process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  const { findings, answers, decisions, runs, payouts } = await everythingTwice(size, seededRandom(seed), say);
  const calls = Object.values(answers).reduce((sum, count) => sum + count, 0);
  say(
    `seed ${seed}: ${size.items} items, ${calls} calls, ${decisions} decisions, ${payouts} payouts in ${runs} runs: ${JSON.stringify(answers)}`,
  );
  expect([seed, findings]).toEqual([seed, []]);
  expect(decisions).toBe(2 * size.items);
});
