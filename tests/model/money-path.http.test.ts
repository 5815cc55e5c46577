// The same world as in money-path.test.ts: exchange, offsets, taxes and limits are off, nobody writes anything off, no settled payout is
// taken back.

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { runs } from '@tributary/testkit/runs';
import fc from 'fast-check';
import { compose } from '../../services/payouts/src/composition.js';
import type { Rail } from '../../services/payouts/src/rails/domain/rail.js';
import { corpus } from './corpus.js';
import { loadDomain } from './domain.js';
import { RealPayouts } from './real-payouts.js';
import { start } from './side-by-side.js';
import { type Command, stories } from './story.js';
import { TwiceTold } from './twice-told.js';

const domain = await loadDomain(`${import.meta.dirname}/../../services`);
let service: TestService<unknown>;
let real: RealPayouts;
beforeAll(async () => {
  const wrapRail = (rail: Rail): Rail => {
    const call = () => real.wrapped(rail);
    return {
      name: rail.name,
      submit: (instructions, now) => call().submit(instructions, now),
      lookup: (railKey, now) => call().lookup(railKey, now),
      callbacks: (now, limit) => call().callbacks(now, limit),
      acknowledge: (ids) => call().acknowledge(ids),
    };
  };
  service = await startTestService(
    (environment) => compose({ ...environment, log: environment.log.child({}, { level: 'silent' }) }, { wrapRail }),
    {
      now: new Date(start),
    },
  );
});
afterAll(() => service.stop());

/** Before anything else somebody is paid, so that no story is about nothing. */
const prologue: Command[] = [
  ['accrue', 5, 1],
  ['deliver', 0, 1],
  ['build', 1, 1],
  ['approveRun', 1, 3],
  ['deliver', 0, 1],
  ['submit', 1, 0],
  ['deliver', 0, 1],
  ['send', 0, 0],
];

test('INV-M3 M6 P1 R1 S3 on PostgreSQL: what 100 commands leave in the database and at the rail is what the model says', async () => {
  let paid = 0;
  // Each story has a brand and partners of its own; the clock only goes forward.
  let now = start;
  await fc.assert(
    fc.asyncProperty(stories(runs(60, 100)), async (story) => {
      real = new RealPayouts(() => service);
      const told = new TwiceTold(domain, real, service, now);
      await told.begin();
      for (const [index, command] of [...prologue, ...story].entries()) {
        await told.play(command);
        if (index % 10 === 9) expect(await real.state()).toEqual(told.expected());
      }
      await told.end();
      expect(await real.state()).toEqual(told.expected());
      paid += told.world.rail.moved.length;
      now = told.world.now + 3_600_000;
    }),
    { numRuns: corpus.length + runs(3, 200), examples: corpus, endOnFailure: true },
  );
  expect(paid).toBeGreaterThan(0);
}, 10_800_000);
