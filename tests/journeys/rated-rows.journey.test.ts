import { afterAll, beforeAll, test } from '@jest/globals';
import { brands } from './examples/brands.js';
import { corrections } from './examples/corrections.js';
import { startPlatform } from './examples/platform.js';
import { recruits } from './examples/recruits.js';
import { amounts, conditions } from './examples/rows.js';
import { world } from './examples/world.js';

let platform: Awaited<ReturnType<typeof startPlatform>>;
beforeAll(async () => {
  platform = await startPlatform('rows', '2027-03-01T00:00:00.000Z');
}, 150_000);
afterAll(() => platform?.stop(), 60_000);

test.each([...conditions, ...amounts, ...recruits, ...brands, ...corrections].map(({ name, play }) => [name, play] as const))(
  '%s',
  async (_name, play) => {
    await play((options) => world(platform, options));
  },
  60_000,
);
