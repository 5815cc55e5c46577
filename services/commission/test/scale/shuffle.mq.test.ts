import { expect, test } from '@jest/globals';
import { shuffle } from './shuffle.js';

test('D-02 D-05 5,000 events in full shuffle, with amendments and closes among them, end in what the oracle says', async () => {
  const { scopes, statements } = await shuffle({ events: 5_000, partners: 42, seed: 7 });
  expect([scopes > 2_000, statements > 10]).toEqual([true, true]);
}, 120_000);
