// Approvals and payouts as they are when a brand has asked for nothing else: payouts in the currency that was earned, offsets, taxes and
// limits are off, nobody writes anything off, and no settled payout is taken back. Fees of withdrawals are on.

import { expect, test } from '@jest/globals';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { corpus } from './corpus.js';
import { loadDomain } from './domain.js';
import { stories } from './story.js';
import { World } from './world.js';

const domain = await loadDomain(`${import.meta.dirname}/../../services`);

test('INV-M1 to INV-S3: whatever 200 commands do, approvals, ledger, payouts and rail stay as a model of plain maps says', () => {
  let paid = 0;
  fc.assert(
    fc.property(stories(200), (story) => {
      const world = new World(domain);
      for (const command of story) world.play(command);
      world.end();
      paid += [...world.payouts.payouts.values()].filter(({ status }) => status === 'settled').length;
    }),
    { numRuns: corpus.length + runs(80, 5_000), examples: corpus },
  );
  expect(paid).toBeGreaterThan(0);
});
