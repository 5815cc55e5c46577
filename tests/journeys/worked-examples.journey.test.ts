import { afterAll, beforeAll, test } from '@jest/globals';
import { attribution } from './examples/attribution.js';
import { cameBefore } from './examples/came-before.js';
import { customers } from './examples/customers.js';
import { eitherMetric } from './examples/either-metric.js';
import { hierarchies } from './examples/hierarchies.js';
import { money } from './examples/money.js';
import { months } from './examples/months.js';
import { startPlatform } from './examples/platform.js';
import { tiers } from './examples/tiers.js';
import { world } from './examples/world.js';

let platform: Awaited<ReturnType<typeof startPlatform>>;
beforeAll(async () => {
  platform = await startPlatform('examples', '2027-03-01T00:00:00.000Z');
}, 150_000);
afterAll(() => platform?.stop(), 60_000);

const examples = [...months, ...customers, ...tiers, ...eitherMetric, ...cameBefore, ...hierarchies, ...attribution, ...money];

test.each(examples.map(({ name, play }) => [name, play] as const))(
  '%s',
  async (_name, play) => {
    await play((options) => world(platform, options));
  },
  60_000,
);
