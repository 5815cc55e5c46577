import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Component, Conversion, NetworkKind, NetworkVerdict } from '../../src/index.js';
import * as engine from '../../src/index.js';
import { type World, world } from '../world.js';
import { relearn, seeds, shuffler, withTerms } from './laws.js';
import { runs, story, tell } from './stories.js';

const long = 3_600_000;
const refused: NetworkKind[] = ['vpn', 'proxy'];
const refusing = (component: Component): Component => ({ ...component, qualify: { ...component.qualify, refusedNetworks: refused } });

/** Of the nth event, or of its customer, seen so many hours after it. */
const verdicts = fc.array(
  fc.record({
    nth: fc.nat({ max: 200 }),
    ofCustomer: fc.boolean(),
    network: fc.constantFrom<NetworkKind[]>('vpn', 'proxy', 'tor', 'residential'),
    hours: fc.integer({ min: -48, max: 48 }),
  }),
  { maxLength: 25 },
);
type Seen = typeof verdicts extends fc.Arbitrary<infer T> ? T : never;

function see(told: World, seen: Seen): World {
  const events = told.conversions.filter(({ originalConversionId }) => originalConversionId === null);
  for (const { nth, ofCustomer, network, hours } of seen) {
    const event = events[nth % Math.max(events.length, 1)];
    if (event === undefined) continue;
    const seenAt = new Date(Date.parse(event.occurredAt) + hours * 3_600_000).toISOString();
    told.network((ofCustomer && event.customerId) || event.conversionId, network, seenAt);
  }
  return told;
}

/** The rule as it is written in docs/deal-terms.md, said another way: everything that may hold in the order in which it would. */
function heldFor(event: Conversion, all: readonly NetworkVerdict[]): NetworkKind | undefined {
  const own = all.filter(({ subjectId }) => subjectId === event.conversionId).map((one) => [2, 0, one.verdict, one] as const);
  const ofCustomer = all
    .filter(({ subjectId, seenAt }) => subjectId === event.customerId && seenAt <= event.occurredAt)
    .map((one) => [1, Date.parse(one.seenAt), one.verdict, one] as const);
  return [...own, ...ofCustomer].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).at(-1)?.[3].network;
}

const netsOf = (told: World) => told.nets({ explained: false });

test(
  'F-10 K-3 any order and repetition of verdicts and events comes to the same',
  () => {
    fc.assert(
      fc.property(story(20, 60), verdicts, seeds, (commands, seen, seed) => {
        const told = see(tell(world(), withTerms(commands, refusing)), seen);
        expect(netsOf(relearn(told, engine, shuffler(seed)))).toEqual(netsOf(told));
      }),
      runs(40, 2_000),
    );
  },
  long,
);

test(
  'F-10 what came through a refused network earns nobody anything, and only that fails for it; every explanation recomputes',
  () => {
    fc.assert(
      fc.property(story(20, 60), verdicts, (commands, seen) => {
        const told = see(tell(world(), withTerms(commands, refusing)), seen);
        told.nets();
        for (const result of told.results()) {
          const event = told.conversions.find(({ conversionId }) => conversionId === result.conversionId)!;
          const network = heldFor(event, told.networks);
          const hidden = network !== undefined && refused.includes(network);
          if (hidden) expect(result.scopes.filter(({ exact }) => exact !== '0')).toEqual([]);
          else expect(result.scopes.filter(({ reason }) => reason === 'network-refused')).toEqual([]);
        }
      }),
      runs(40, 2_000),
    );
  },
  long,
);

test(
  'F-10 where nobody refuses a network verdicts change nothing',
  () => {
    fc.assert(
      fc.property(story(20, 60), verdicts, (commands, seen) => {
        const told = tell(world(), commands);
        const before = netsOf(told);
        expect(netsOf(see(told, seen))).toEqual(before);
      }),
      runs(20, 500),
    );
  },
  long,
);
