import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allTime, bucketOf, bucketRange, offsetAt, resets, startOfDay } from './index.js';

const after = (instant: string, seconds: number) => new Date(Date.parse(instant) + seconds * 1000).toISOString();
const around = (edge: string, reset: (typeof resets)[number], zone: string) =>
  [-1, 0, 1].map((seconds) => bucketOf(after(edge, seconds), reset, zone));

test('M-11 a week begins on Monday 00:00 in Europe/Malta, also across both changes of the clock', () => {
  // Clocks go forward on 29 March 2026 and back on 25 October 2026, both Sundays.
  expect(around('2026-03-22T23:00:00Z', 'week', 'Europe/Malta')).toEqual(['2026-W12', '2026-W13', '2026-W13']);
  expect(around('2026-03-29T22:00:00Z', 'week', 'Europe/Malta')).toEqual(['2026-W13', '2026-W14', '2026-W14']);
  expect(around('2026-10-18T22:00:00Z', 'week', 'Europe/Malta')).toEqual(['2026-W42', '2026-W43', '2026-W43']);
  expect(around('2026-10-25T23:00:00Z', 'week', 'Europe/Malta')).toEqual(['2026-W43', '2026-W44', '2026-W44']);
  expect(bucketRange('2026-W13', 'Europe/Malta')).toEqual({ from: '2026-03-22T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' });
  expect(bucketRange('2026-W43', 'Europe/Malta')).toEqual({ from: '2026-10-18T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' });
});

test('M-11 days, months, quarters and years end on the local midnight', () => {
  expect(around('2026-03-28T23:00:00Z', 'day', 'Europe/Malta')).toEqual(['2026-03-28', '2026-03-29', '2026-03-29']);
  expect(around('2026-03-29T22:00:00Z', 'day', 'Europe/Malta')).toEqual(['2026-03-29', '2026-03-30', '2026-03-30']);
  expect(around('2026-03-31T22:00:00Z', 'month', 'Europe/Malta')).toEqual(['2026-03', '2026-04', '2026-04']);
  expect(around('2026-03-31T22:00:00Z', 'quarter', 'Europe/Malta')).toEqual(['2026-Q1', '2026-Q2', '2026-Q2']);
  expect(around('2026-01-01T05:00:00Z', 'year', 'America/New_York')).toEqual(['2025', '2026', '2026']);
  expect(around('2026-01-01T05:00:00Z', 'lifetime', 'America/New_York')).toEqual(['all', 'all', 'all']);
});

test('every month lies in its quarter', () => {
  const quarters = Array.from({ length: 12 }, (_, month) => bucketOf(new Date(Date.UTC(2026, month, 15)).toISOString(), 'quarter', 'UTC'));
  expect(quarters.map((quarter) => quarter.slice(5)).join(' ')).toBe('Q1 Q1 Q1 Q2 Q2 Q2 Q3 Q3 Q3 Q4 Q4 Q4');
});

test('weeks are those of ISO 8601, and belong to the year of their Thursday', () => {
  const days = ['2026-03-05', '2026-01-01', '2027-01-03', '2027-01-04', '2025-12-29', '2024-12-30', '2020-12-31', '1970-01-01'];
  const weeks = ['2026-W10', '2026-W01', '2026-W53', '2027-W01', '2026-W01', '2025-W01', '2020-W53', '1970-W01'];
  expect(days.map((day) => bucketOf(`${day}T12:00:00Z`, 'week', 'UTC'))).toEqual(weeks);
  expect(bucketRange('2026-W53', 'UTC')).toEqual({ from: '2026-12-28T00:00:00.000Z', to: '2027-01-04T00:00:00.000Z' });
  expect(bucketRange('2026-W01', 'UTC')).toEqual({ from: '2025-12-29T00:00:00.000Z', to: '2026-01-05T00:00:00.000Z' });
});

test('the range of each kind of bucket', () => {
  const berlin = (bucket: string) => bucketRange(bucket, 'Europe/Berlin');
  expect(berlin('2026-03-29')).toEqual({ from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' });
  expect(berlin('2026-02')).toEqual({ from: '2026-01-31T23:00:00.000Z', to: '2026-02-28T23:00:00.000Z' });
  expect(berlin('2026-Q4')).toEqual({ from: '2026-09-30T22:00:00.000Z', to: '2026-12-31T23:00:00.000Z' });
  expect(berlin('2026')).toEqual({ from: '2025-12-31T23:00:00.000Z', to: '2026-12-31T23:00:00.000Z' });
  expect(berlin('all')).toEqual({ from: '0001-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' });
  expect(berlin('all')).toEqual(allTime);
});

test('what is no bucket is refused by name', () => {
  const wrong = ['2027-W53', '2026-W54', '2026-W00', '2026-02-30', '2026-00', '2026-13', '2026-Q0', '2026-Q5', '26', '', '2026-3', 'ALL'];
  for (const text of [...wrong, ' 2026', '2026-03-05 ', 'x2026-W10', '2026-W10x', '12026-03', '2026-Q1-1', '0050']) {
    expect(() => bucketRange(text, 'UTC')).toThrow(`${JSON.stringify(text)} is not a bucket`);
  }
  expect(() => bucketOf('yesterday', 'day', 'UTC')).toThrow(new RangeError('"yesterday" is not an ISO 8601 instant'));
  expect(() => bucketRange('2026', 'Mars/Olympus')).toThrow(RangeError);
});

test('a midnight that does not exist begins the day after the jump, one that exists twice begins it the first time', () => {
  expect(bucketRange('2026-04-24', 'Africa/Cairo').from).toBe('2026-04-23T22:00:00.000Z');
  expect(bucketRange('2026-11-01', 'America/Havana').from).toBe('2026-11-01T04:00:00.000Z');
  expect(bucketOf('2026-11-01T05:30:00Z', 'day', 'America/Havana')).toBe('2026-11-01');
  // One minute past midnight clocks went back by an hour: the day began, broke off and began again.
  expect(bucketRange('2010-11-07', 'America/St_Johns').from).toBe('2010-11-07T02:30:00.000Z');
});

const zones = [
  'UTC',
  'Europe/Malta',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Apia',
  'America/Havana',
];
const anInstant = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) }).map((ms) => new Date(ms).toISOString());

test('every instant lies in its bucket, and buckets follow each other without a gap', () => {
  fc.assert(
    fc.property(anInstant, fc.constantFrom(...resets), fc.constantFrom(...zones), (instant, reset, zone) => {
      const bucket = bucketOf(instant, reset, zone);
      const { from, to } = bucketRange(bucket, zone);
      expect(from <= instant && instant < to).toBe(true);
      if (reset === 'lifetime') return;
      expect(around(from, reset, zone).map((other) => other === bucket)).toEqual([false, true, true]);
      expect(around(to, reset, zone).map((other) => other === bucket)).toEqual([true, false, false]);
      expect(bucketRange(bucketOf(to, reset, zone), zone).from).toBe(to);
    }),
  );
});

test('a local day is 23, 24 or 25 hours long, or half an hour off where clocks change by that', () => {
  const lengths = (zone: string) => {
    const first = Math.floor(Date.UTC(2026, 0) / 86_400_000);
    return new Set(
      Array.from({ length: 365 }, (_, day) => (startOfDay(first + day + 1, zone) - startOfDay(first + day, zone)) / 3_600_000),
    );
  };
  expect([...lengths('Europe/Malta')].sort()).toEqual([23, 24, 25]);
  expect([...lengths('Australia/Lord_Howe')].sort()).toEqual([23.5, 24, 24.5]);
  expect([...lengths('Asia/Kolkata')]).toEqual([24]);
  expect(offsetAt(Date.UTC(2026, 0), 'Asia/Kolkata')).toBe(19_800_000);
});
