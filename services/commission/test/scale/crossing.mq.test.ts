import { expect, test } from '@jest/globals';
import { crossingCost } from './crossing.js';

test('a crossing that lifts 1,000 earlier lines writes at most twice what accruing them does', async () => {
  expect((await crossingCost(1_000)).written).toBeLessThanOrEqual(2);
}, 60_000);
