import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maturesAt, nextPeriod, offsetAt, openPeriodFrom, periodOf } from './index.js';

test('O-01 a commission matures when its 30th full day ends in the operator zone', () => {
  expect(maturesAt('2026-01-15T12:00:00Z', 30, 'UTC')).toBe('2026-02-15T00:00:00.000Z');
  expect(maturesAt('2026-01-15T12:00:00Z', 30, 'Europe/Berlin')).toBe('2026-02-14T23:00:00.000Z');
  expect(maturesAt('2026-01-15T12:00:00Z', 0, 'Europe/Berlin')).toBe('2026-01-15T12:00:00.000Z');
});

test('O-01 a day counts as full only from its very first instant', () => {
  expect(maturesAt('2026-01-15T00:00:00Z', 1, 'UTC')).toBe('2026-01-16T00:00:00.000Z');
  expect(maturesAt('2026-01-15T00:00:00.001Z', 1, 'UTC')).toBe('2026-01-17T00:00:00.000Z');
});

test('O-01 days of 23 and 25 hours are full days', () => {
  expect(maturesAt('2026-03-28T12:00:00Z', 1, 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
  expect(maturesAt('2026-10-24T12:00:00Z', 1, 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
});

test('O-01 a day whose midnight does not exist begins after the jump', () => {
  expect(maturesAt('2026-04-22T12:00:00Z', 1, 'Africa/Cairo')).toBe('2026-04-23T22:00:00.000Z');
  expect(maturesAt('2011-12-28T22:00:00Z', 1, 'Pacific/Apia')).toBe('2011-12-30T10:00:00.000Z');
});

test('a period is the month on the clocks of the zone', () => {
  expect(periodOf('2026-03-31T22:30:00Z', 'Europe/Berlin')).toBe('2026-04');
  expect(periodOf('2026-03-31T22:30:00Z', 'UTC')).toBe('2026-03');
  expect(periodOf('2026-01-01T03:00:00Z', 'America/New_York')).toBe('2025-12');
  expect(nextPeriod('2026-12')).toBe('2027-01');
  expect(openPeriodFrom('2026-11', new Set(['2026-11', '2026-12', '2026-10']))).toBe('2027-01');
  expect(() => periodOf('yesterday', 'UTC')).toThrow(RangeError);
  expect(() => periodOf('2026-01-01T03:00:00Z', 'Mars/Olympus')).toThrow(RangeError);
});

test('O-01 maturity is a local midnight more than N and at most N + 1 days of the zone away', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'Pacific/Apia',
    'America/Havana',
  ];
  const anInstant = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
  const wall = (iso: string, zone: string) => Date.parse(iso) + offsetAt(Date.parse(iso), zone);
  fc.assert(
    fc.property(anInstant, fc.integer({ min: 1, max: 365 }), fc.constantFrom(...zones), (ms, days, zone) => {
      const from = new Date(ms).toISOString();
      const until = maturesAt(from, days, zone);
      const localDays = Math.floor(wall(until, zone) / 86_400_000) - Math.floor(wall(from, zone) / 86_400_000);
      expect([days, days + 1]).toContain(localDays);
      const justBefore = new Date(Date.parse(until) - 1).toISOString();
      expect(Math.floor(wall(justBefore, zone) / 86_400_000)).toBeLessThan(Math.floor(wall(until, zone) / 86_400_000));
    }),
  );
});
