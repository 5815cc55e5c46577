import { expect, test } from '@jest/globals';
import { crossingCost } from './crossing.js';

test('a crossing that lifts 400 earlier lines writes at most twice what accruing them does', async () => {
  expect((await crossingCost(400)).written).toBeLessThanOrEqual(2);
}, 60_000);
