import { expect, test } from '@jest/globals';
import { historyCost } from './history-cost.js';

const past = Number(process.env['TRIBUTARY_SCALE'] ?? 1_000_000);

test(`10,000 facts cost at most 1.2 times as much after ${past} others of their stream as on an empty ledger`, async () => {
  const { inOrder, shuffled, report } = await historyCost(past, 10_000, 3);
  process.stdout.write(`${report}\n`);
  expect(Math.max(inOrder, shuffled)).toBeLessThanOrEqual(1.2);
});
