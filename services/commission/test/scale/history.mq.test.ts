import { expect, test } from '@jest/globals';
import { historyCost } from './history-cost.js';

test('D-02 facts after 2,000 others of the same stream are rated on from its state', async () => {
  const { report } = await historyCost(2_000, 500, 1);
  expect(report).toContain('after 2000');
}, 120_000);
