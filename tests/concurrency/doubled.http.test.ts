import { expect, test } from '@jest/globals';
import { seededRandom } from '@tributary/testkit';
import { everythingTwice } from './doubled.js';

const seed = Number(process.env['SEED'] ?? 20_261_122);

test('INV-R1 INV-R5 O-18 FG1 FG4 SEC22 eight workers, 300 items, every command twice and at once: one decision on each stage, one payout for each entry', async () => {
  const { findings, answers, decisions, payouts } = await everythingTwice({ workers: 8, items: 300, partners: 6 }, seededRandom(seed));
  expect([seed, findings]).toEqual([seed, []]);
  expect(decisions).toBe(600);
  expect(payouts).toBeGreaterThan(0);
  // Doubles really met: some were told again, others refused.
  expect(Object.keys(answers).filter((answer) => answer.startsWith('decide 4')).length).toBeGreaterThan(0);
}, 240_000);
