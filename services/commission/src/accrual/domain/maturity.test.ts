import { expect, test } from '@jest/globals';
import type { Terms } from '@tributary/engine';
import { maturityOf } from './maturity.js';

const brand = { holdDays: 2, timeZone: 'Europe/Berlin' };
const earnedAt = '2026-03-31T22:30:00.000Z';
const held = (terms?: Partial<Terms>): string => maturityOf(terms && { components: [], ...terms }, brand, earnedAt).toISOString();

test('without terms, or where they say nothing of it, it is held for the days of the brand', () => {
  expect([held(), held({})]).toEqual(['2026-04-03T22:00:00.000Z', '2026-04-03T22:00:00.000Z']);
  expect(held({ timeZone: 'Etc/UTC' })).toBe('2026-04-03T00:00:00.000Z');
});

test('O-02 WE-56 terms say for how many days, or until which date, on their own clocks', () => {
  expect(held({ holdDays: 0 })).toBe(earnedAt);
  expect(held({ holdDays: 1 })).toBe('2026-04-02T22:00:00.000Z');
  const lock = { anchor: 'month-end' } as const;
  expect([held({ lock }), held({ lock, timeZone: 'Etc/UTC' })]).toEqual(['2026-04-30T22:00:00.000Z', '2026-04-01T00:00:00.000Z']);
});
