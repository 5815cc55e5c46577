import { expect, test } from '@jest/globals';
import { crossingCost } from './crossing.js';

test.each([2_000, 20_000])('a crossing that lifts %i earlier lines costs at most twice the entries that it changes', async (lines) => {
  const { time, written, report } = await crossingCost(lines);
  process.stdout.write(`${report}\n`);
  expect([time <= 2, written <= 2, report]).toEqual([true, true, report]);
});
