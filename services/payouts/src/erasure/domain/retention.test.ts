import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { horizonOf, retainedOf, retainedUntil } from './retention.js';

test('C-10 records are kept so many full calendar years after the year of the last one', () => {
  const last = new Date('2026-02-03T10:00:00Z');
  expect(retainedUntil(last, 10)).toEqual(new Date('2037-01-01T12:00:00Z'));
  expect(retainedOf({ tax: null, payments: last }, 6)).toEqual([{ kind: 'payment-records', until: '2033-01-01T12:00:00.000Z' }]);
  expect(retainedOf({ tax: null, payments: null }, 6)).toEqual([]);
});

test('C-10 at the turn of a year it counts where it comes first, and ends where it ends last', () => {
  // Half past midnight in Berlin, where the year has begun.
  expect(retainedUntil(new Date('2026-12-31T23:30:00Z'), 1)).toEqual(new Date('2029-01-01T12:00:00Z'));
  expect(retainedUntil(new Date('2026-12-31T09:59:59.999Z'), 1)).toEqual(new Date('2028-01-01T12:00:00Z'));
});

test('C-10 a record lies before the horizon exactly from the end of its retention on', () => {
  const instants = fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2080-12-31T23:59:59Z'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, fc.integer({ min: 1, max: 30 }), fc.integer({ min: -400, max: 400 }), (last, years, days) => {
      const until = retainedUntil(last, years);
      const now = new Date(until.getTime() + days * 86_400_000);
      expect(last < horizonOf(now, years)).toBe(now >= until);
      expect(last < horizonOf(new Date(until.getTime() - 1), years)).toBe(false);
    }),
  );
});
