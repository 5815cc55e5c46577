import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { oracle } from '../oracle/nets.js';
import { world } from '../world.js';
import { runs, story, tell } from './stories.js';

test('D-02 D-05 sequences of 200 and more commands net to what the oracle works out from nothing', () => {
  fc.assert(
    fc.property(story(200, 240), (commands) => {
      const told = tell(world(), commands);
      expect(told.nets({ explained: false })).toEqual(oracle(told));
    }),
    runs(60, 5_000),
  );
}, 7_200_000);

test('P-18 every line of a story recomputes from its explanation, places in streams and partners above included', () => {
  fc.assert(
    fc.property(story(60, 80), (commands) => {
      const told = tell(world(), commands);
      expect(Object.keys(told.nets({ explained: true })).length).toBeGreaterThan(0);
    }),
    runs(15, 500),
  );
}, 600_000);
