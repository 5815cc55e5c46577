import { afterAll, beforeAll, test } from '@jest/globals';
import { asOf } from './examples/as-of.js';
import { bounties } from './examples/bounties.js';
import { brands } from './examples/brands.js';
import { clawbacks } from './examples/clawbacks.js';
import { corrections } from './examples/corrections.js';
import { holding } from './examples/holding.js';
import { lifeOfADeal } from './examples/life-of-a-deal.js';
import { startPlatform } from './examples/platform.js';
import { recruits } from './examples/recruits.js';
import { risk } from './examples/risk.js';
import { amounts, conditions } from './examples/rows.js';
import { world } from './examples/world.js';
import { writeOffs } from './examples/write-offs.js';

let platform: Awaited<ReturnType<typeof startPlatform>>;
beforeAll(async () => {
  platform = await startPlatform('rows', '2027-03-01T00:00:00.000Z');
}, 150_000);
afterAll(() => platform?.stop(), 60_000);

// The last ones move the clock.
const rows = [conditions, amounts, recruits, risk, brands, corrections, writeOffs, bounties, holding, asOf, lifeOfADeal, clawbacks].flat();

test.each(rows.map(({ name, play }) => [name, play] as const))(
  '%s',
  async (_name, play) => {
    await play((options) => world(platform, options));
  },
  60_000,
);
