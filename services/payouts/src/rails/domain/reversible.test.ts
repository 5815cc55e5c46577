import { expect, test } from '@jest/globals';
import { fundingRails } from '@tributary/contracts';
import { reversibleDays, whyNotReversible } from './reversible.js';

const settledAt = new Date('2026-03-02T08:00:00.000Z');
const after = (ms: number) => new Date(settledAt.getTime() + ms);

test('O-08 of every rail it is known whether, and for how long, it takes a payment back', () => {
  expect(Object.keys(reversibleDays).sort()).toEqual([...fundingRails].sort());
  const window = 90 * 86_400_000;
  expect(whyNotReversible('stripe', settledAt, after(window - 1))).toBeNull();
  expect(whyNotReversible('stripe', settledAt, after(window))).toContain('90 days');
  expect(whyNotReversible('paypal', settledAt, after(0))).toContain('nothing back');
  expect(whyNotReversible('a rail of tomorrow', settledAt, after(0))).toContain('nothing back');
});
