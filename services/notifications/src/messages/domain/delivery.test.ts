import { expect, test } from '@jest/globals';
import { afterFailure, maxAttempts, pauseMs } from './delivery.js';

const now = new Date('2026-03-01T00:00:00.000Z');

test('pauses grow fourfold up to six hours', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempts) => pauseMs(attempts) / 60_000)).toEqual([0.5, 2, 8, 32, 128, 360, 360]);
});
test('a passing trouble is tried again, until it is not', () => {
  const busy = { reason: 'mail-server-busy', permanent: false };
  expect(afterFailure(busy, 1, now)).toEqual({ status: 'queued', nextAttemptAt: new Date('2026-03-01T00:00:30.000Z') });
  expect(afterFailure(busy, maxAttempts, now)).toEqual({ status: 'failed' });
});
test('what cannot help is not tried again', () => {
  expect(afterFailure({ reason: 'recipient-refused', permanent: true }, 1, now)).toEqual({ status: 'failed' });
});
