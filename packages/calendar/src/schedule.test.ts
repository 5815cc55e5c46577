import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMonths, anchorOf, anchors, bucketOf, daysBetween, instantMs, lockDate, maturesAt } from './index.js';

const after = (instant: string, seconds: number) => new Date(Date.parse(instant) + seconds * 1000).toISOString();

test('WE-68 WE-69 twelve months from the first sale: the payment at exactly twelve months is outside', () => {
  const first = '2026-01-15T09:30:00Z';
  const end = addMonths(first, 12, 'Europe/Berlin');
  expect(end).toBe('2027-01-15T09:30:00.000Z');
  const payments = Array.from({ length: 13 }, (_, month) => addMonths(first, month, 'Europe/Berlin'));
  expect(payments.filter((payment) => payment < end)).toHaveLength(12);
  expect([-1, 0, 1].map((seconds) => after(end, seconds) < end)).toEqual([true, false, false]);
});

test('a month later is the same local day and time, over both changes of the clock', () => {
  expect(addMonths('2026-03-15T12:00:00Z', 1, 'Europe/Berlin')).toBe('2026-04-15T11:00:00.000Z');
  expect(addMonths('2026-10-15T12:00:00Z', 1, 'Europe/Berlin')).toBe('2026-11-15T13:00:00.000Z');
  expect(addMonths('2026-04-15T11:00:00Z', -1, 'Europe/Berlin')).toBe('2026-03-15T12:00:00.000Z');
  expect(addMonths('2026-11-15T12:00:00.123Z', 14, 'UTC')).toBe('2028-01-15T12:00:00.123Z');
  // In Auckland it is the first of the month already.
  expect(addMonths('2026-01-31T12:00:00Z', 1, 'Pacific/Auckland')).toBe('2026-02-28T12:00:00.000Z');
});

test('a day that the month does not have is its last', () => {
  expect(addMonths('2026-01-31T12:00:00Z', 1, 'UTC')).toBe('2026-02-28T12:00:00.000Z');
  expect(addMonths('2028-01-31T12:00:00Z', 1, 'UTC')).toBe('2028-02-29T12:00:00.000Z');
  expect(addMonths('2028-02-29T12:00:00Z', 12, 'UTC')).toBe('2029-02-28T12:00:00.000Z');
  expect(addMonths('2026-03-31T12:00:00Z', -1, 'UTC')).toBe('2026-02-28T12:00:00.000Z');
  expect(addMonths('2026-12-31T12:00:00Z', 2, 'UTC')).toBe('2027-02-28T12:00:00.000Z');
  expect(addMonths('2026-01-30T12:00:00Z', 2, 'UTC')).toBe('2026-03-30T12:00:00.000Z');
});

test('a time that clocks skip is as much later, one that they show twice is the first; no months and no days are no change', () => {
  expect(addMonths('2026-02-28T01:30:00Z', 1, 'Europe/Berlin')).toBe('2026-03-28T01:30:00.000Z');
  expect(addDays('2026-03-28T01:30:00Z', 1, 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z'); // 02:30 becomes 03:30
  expect(addDays('2026-10-24T00:30:00Z', 1, 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z'); // the first 02:30
  expect(addMonths('2026-11-25T01:30:00Z', -1, 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  expect(addDays('2026-11-01T01:30:00-05:00', 0, 'America/New_York')).toBe('2026-11-01T06:30:00.000Z');
  expect(addMonths('2026-11-01T01:30:00-05:00', 0, 'America/New_York')).toBe('2026-11-01T06:30:00.000Z');
  expect(addDays('2011-12-29T22:00:00Z', 1, 'Pacific/Apia')).toBe('2011-12-30T22:00:00.000Z'); // a day that never was
});

test('days are local: 23 and 25 hours are one', () => {
  expect(addDays('2026-03-28T12:00:00Z', 1, 'Europe/Berlin')).toBe('2026-03-29T11:00:00.000Z');
  expect(addDays('2026-10-24T12:00:00Z', 1, 'Europe/Berlin')).toBe('2026-10-25T13:00:00.000Z');
  expect(addDays('2026-03-29T11:00:00Z', -1, 'Europe/Berlin')).toBe('2026-03-28T12:00:00.000Z');
  expect([-1, 0, 1].map((s) => daysBetween('2026-03-28T12:00:00Z', after('2026-03-29T22:00:00Z', s), 'Europe/Berlin'))).toEqual([1, 2, 2]);
  expect(daysBetween('2026-03-29T22:00:00Z', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe(-2);
  expect(daysBetween('2026-03-29T00:00:00Z', '2026-03-29T12:00:00Z', 'Europe/Berlin')).toBe(0);
});

test('O-02 each anchor, one second before, at and after a month begins in its zone', () => {
  const edge = '2026-03-31T22:00:00Z'; // 1 April in Berlin
  const at = (seconds: number) => anchors.map((anchor) => anchorOf(after(edge, seconds), anchor, 'Europe/Berlin'));
  const march = ['2026-03-30T22:00:00.000Z', '2026-03-31T22:00:00.000Z'];
  const marchMonth = ['2026-02-28T23:00:00.000Z', '2026-03-30T22:00:00.000Z', '2026-03-31T22:00:00.000Z'];
  const april = ['2026-03-31T22:00:00.000Z', '2026-04-01T22:00:00.000Z'];
  const aprilMonth = ['2026-03-31T22:00:00.000Z', '2026-04-29T22:00:00.000Z', '2026-04-30T22:00:00.000Z'];
  expect(at(-1)).toEqual(['2026-03-31T21:59:59.000Z', ...march, ...marchMonth]);
  expect(at(0)).toEqual(['2026-03-31T22:00:00.000Z', ...april, ...aprilMonth]);
  expect(at(1)).toEqual(['2026-03-31T22:00:01.000Z', ...april, ...aprilMonth]);
});

test('O-02 WE-56 the last day of the month and its end are a day apart, and a schedule says which it counts from', () => {
  const earned = '2026-03-10T12:00:00Z';
  const locks = (anchor: 'month-last-day' | 'month-end', months: number, days: number) => lockDate({ anchor, months, days }, earned, 'UTC');
  expect(locks('month-last-day', 0, 15)).toBe('2026-04-15T00:00:00.000Z');
  expect(locks('month-end', 0, 15)).toBe('2026-04-16T00:00:00.000Z');
  expect(locks('month-last-day', 1, 1)).toBe('2026-05-01T00:00:00.000Z');
  expect(locks('month-end', 1, 1)).toBe('2026-05-02T00:00:00.000Z');
  // The last day of a month stays the last, however long the months are.
  expect(lockDate({ anchor: 'month-last-day', months: 1 }, '2026-02-10T12:00:00Z', 'UTC')).toBe('2026-03-31T00:00:00.000Z');
  expect(lockDate({ anchor: 'month-last-day', months: 1 }, '2026-01-10T12:00:00Z', 'UTC')).toBe('2026-02-28T00:00:00.000Z');
});

test('O-02 WE-56 the zone decides in which month an instant is earned', () => {
  const schedule = { anchor: 'month-end', days: 15 } as const;
  expect(lockDate(schedule, '2026-03-31T22:30:00Z', 'UTC')).toBe('2026-04-16T00:00:00.000Z');
  expect(lockDate(schedule, '2026-03-31T22:30:00Z', 'Europe/Malta')).toBe('2026-05-15T22:00:00.000Z');
  expect(lockDate(schedule, '2026-03-31T21:59:59Z', 'Europe/Malta')).toBe('2026-04-15T22:00:00.000Z');
});

test('WE-57 earned from 1 to 31 March: invoice 1 April, review 1 to 7, pay by 8, withdraw 13 April', () => {
  for (const earned of ['2026-02-28T23:00:00Z', '2026-03-15T12:00:00Z', '2026-03-31T21:59:59Z']) {
    const on = (schedule: { days?: number; dayOfMonth?: number }) => {
      const date = lockDate({ anchor: 'month-end', ...schedule }, earned, 'Europe/Berlin');
      return bucketOf(date, 'day', 'Europe/Berlin');
    };
    expect(on({})).toBe('2026-04-01');
    expect(on({ days: 7 })).toBe('2026-04-08'); // the first instant after the seven days of review
    expect(on({ dayOfMonth: 8 })).toBe('2026-04-08');
    expect(on({ dayOfMonth: 13 })).toBe('2026-04-13');
  }
  expect(lockDate({ anchor: 'month-end', dayOfMonth: 13 }, '2026-03-31T22:00:00Z', 'Europe/Berlin')).toBe('2026-05-12T22:00:00.000Z');
});

test('WE-64 held 30 days, what is earned in February clears in March and is paid in April', () => {
  const inFebruary = [
    '2026-02-01T00:00:00Z',
    '2026-02-01T12:00:00Z',
    '2026-02-14T12:00:00Z',
    '2026-02-28T23:59:59Z',
    '2028-02-29T23:59:59Z',
  ];
  for (const earned of inFebruary) {
    for (const clears of [maturesAt(earned, 30, 'UTC'), lockDate({ anchor: 'instant', days: 30 }, earned, 'UTC')]) {
      expect(clears.slice(5, 7)).toBe('03');
      expect(lockDate({ anchor: 'month-end' }, clears, 'UTC').slice(5, 10)).toBe('04-01');
    }
  }
});

test('O-02 a day of the month is the first that is not before, and a short month has its last', () => {
  const next = (from: string, dayOfMonth: number) => lockDate({ anchor: 'instant', dayOfMonth }, from, 'UTC').slice(0, 10);
  expect([-1, 0, 1].map((s) => next(after('2026-04-13T00:00:00Z', s), 13))).toEqual(['2026-04-13', '2026-04-13', '2026-05-13']);
  expect(next('2026-02-10T00:00:00Z', 31)).toBe('2026-02-28');
  expect(next('2026-04-30T00:00:01Z', 31)).toBe('2026-05-31');
  expect(next('2026-12-20T00:00:00Z', 5)).toBe('2027-01-05');
  const fifth = (from: string, zone: string) => lockDate({ anchor: 'instant', dayOfMonth: 5 }, from, zone);
  expect(fifth('2026-04-30T20:00:00Z', 'Asia/Kolkata')).toBe('2026-05-04T18:30:00.000Z');
  expect(fifth('2026-05-01T02:00:00Z', 'America/New_York')).toBe('2026-05-05T04:00:00.000Z');
  expect(fifth('2026-04-03T20:00:00Z', 'Asia/Kolkata')).toBe('2026-04-04T18:30:00.000Z');
  const first = lockDate({ anchor: 'instant', dayOfMonth: 1 }, '2026-04-30T20:00:00Z', 'Asia/Kolkata'); // 1 May, 01:30
  expect(first).toBe('2026-05-31T18:30:00.000Z');
  expect(() => next('2026-02-10T00:00:00Z', 32)).toThrow('32 is not a day of a month');
  expect([0, 1, 31, 32, 1.5].map((day) => refuses(() => next('2026-02-10T00:00:00Z', day)))).toEqual([true, false, false, true, true]);
});

test('O-02 months and days count from the anchor in this order, also over a midnight that does not exist', () => {
  expect(lockDate({ anchor: 'day-start', months: 1, days: 1 }, '2026-01-31T12:00:00Z', 'UTC')).toBe('2026-03-01T00:00:00.000Z');
  expect(lockDate({ anchor: 'day-end', months: 1 }, '2026-01-30T12:00:00Z', 'UTC')).toBe('2026-02-28T00:00:00.000Z');
  expect(lockDate({ anchor: 'instant', months: 1, days: 1 }, '2026-01-31T12:00:00Z', 'UTC')).toBe('2026-03-01T12:00:00.000Z');
  // In Cairo 24 April 2026 begins at 01:00; counting on from it goes back to midnight.
  expect(lockDate({ anchor: 'day-start' }, '2026-04-24T12:00:00Z', 'Africa/Cairo')).toBe('2026-04-23T22:00:00.000Z');
  expect(lockDate({ anchor: 'day-start', days: 1 }, '2026-04-24T12:00:00Z', 'Africa/Cairo')).toBe('2026-04-24T21:00:00.000Z');
});

const zones = ['UTC', 'Europe/Malta', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Pacific/Apia'];
const anInstant = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) }).map((ms) => new Date(ms).toISOString());

test('O-02 a schedule is never before its anchor and never runs backwards', () => {
  const schedule = fc.record({
    anchor: fc.constantFrom(...anchors),
    months: fc.nat(14),
    days: fc.nat(60),
    dayOfMonth: fc.integer({ min: 1, max: 31 }),
  });
  fc.assert(
    fc.property(anInstant, anInstant, schedule, fc.constantFrom(...zones), (a, b, terms, zone) => {
      const [early, late] = a < b ? [a, b] : [b, a];
      // Clocks that go back show 02:50 before 02:10, and a day after an instant keeps what they showed.
      if (terms.anchor !== 'instant') expect(lockDate(terms, early, zone) <= lockDate(terms, late, zone)).toBe(true);
      expect(lockDate(terms, early, zone) >= anchorOf(early, terms.anchor, zone)).toBe(true);
    }),
  );
});

test('days added are days between', () => {
  fc.assert(
    fc.property(
      anInstant,
      fc.integer({ min: -400, max: 400 }),
      fc.constantFrom('UTC', 'Europe/Malta', 'America/New_York'),
      (instant, days, zone) => {
        expect(daysBetween(instant, addDays(instant, days, zone), zone)).toBe(days);
        expect(instantMs(addDays(instant, days, zone)) % 1000).toBe(instantMs(instant) % 1000);
      },
    ),
  );
});

function refuses(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
