import { describe, expect, test } from '@jest/globals';
import { nextPeriod } from '@tributary/calendar';
import fc from 'fast-check';
import {
  clearedBefore,
  datesOf,
  lastMsOfDay,
  monthsBefore,
  paidBeforeCutOff,
  periodsPaidWithin,
  runningSince,
  type ScheduleTerms,
  upcoming,
} from './schedule-dates.js';

const monthEnd = { anchor: 'month-end' } as const;
const terms = (change: Partial<ScheduleTerms['dates']> = {}, rest: Partial<ScheduleTerms> = {}): ScheduleTerms => ({
  timeZone: 'Europe/Berlin',
  dates: { cutOff: monthEnd, pay: { anchor: 'month-end', days: 4 }, invoice: null, reviewUntil: null, withdraw: null, ...change },
  clearedBy: 'pay',
  ...rest,
});

test('WE-57 O-17 earned in March: invoice 1 April, review until 7, pay by 8, withdraw 13 April', () => {
  const partnerStack = terms(
    { invoice: monthEnd, reviewUntil: { ...monthEnd, days: 6 }, pay: { ...monthEnd, days: 7 }, withdraw: { ...monthEnd, dayOfMonth: 13 } },
    { timeZone: 'UTC' },
  );
  expect(datesOf(partnerStack, '2026-03')).toEqual({
    cutOff: '2026-04-01T00:00:00.000Z',
    invoice: '2026-04-01T00:00:00.000Z',
    reviewUntil: '2026-04-07T00:00:00.000Z',
    pay: '2026-04-08T00:00:00.000Z',
    withdraw: '2026-04-13T00:00:00.000Z',
  });
});

test('O-02 the anchor says whether a date counts from the last day of the month or from its end, in the zone', () => {
  expect(datesOf(terms({ pay: { anchor: 'month-last-day', days: 15 } }), '2026-01').pay).toBe('2026-02-14T23:00:00.000Z');
  expect(datesOf(terms({ pay: { anchor: 'month-end', days: 15 } }), '2026-01').pay).toBe('2026-02-15T23:00:00.000Z');
  expect(datesOf(terms({ pay: { anchor: 'month-end', days: 15 } }, { timeZone: 'America/New_York' }), '2026-03').pay).toBe(
    '2026-04-16T04:00:00.000Z',
  );
});

test('O-05 a cut-off on 31 January lets in its last local millisecond, built on 5 February', () => {
  const { cutOff, pay } = datesOf(terms(), '2026-01');
  expect(new Date(Date.parse(cutOff) - 1).toISOString()).toBe('2026-01-31T22:59:59.999Z');
  expect(pay).toBe('2026-02-04T23:00:00.000Z');
  expect(lastMsOfDay('2026-01-31', 'Europe/Berlin').toISOString()).toBe('2026-01-31T22:59:59.999Z');
  expect(lastMsOfDay('2026-03-29', 'Europe/Berlin').toISOString()).toBe('2026-03-29T21:59:59.999Z');
});

test('what must have cleared: until the run is built, to the millisecond, or before the cut-off', () => {
  const dates = datesOf(terms(), '2026-01');
  expect(clearedBefore(terms(), dates)).toBe('2026-02-04T23:00:00.001Z');
  expect(clearedBefore(terms({}, { clearedBy: 'cut-off' }), dates)).toBe(dates.cutOff);
});

test('a schedule that pays before its cut-off is found, also when only some months are too short', () => {
  expect(paidBeforeCutOff(terms(), '2026-01')).toBeUndefined();
  expect(paidBeforeCutOff(terms({ pay: { anchor: 'month-start', days: 30 } }), '2026-01')).toBe('2026-01');
  expect(paidBeforeCutOff(terms({ cutOff: { anchor: 'month-start', days: 28 }, pay: { anchor: 'month-last-day' } }), '2026-01')).toBe(
    '2026-02',
  );
});

describe('since when a schedule runs', () => {
  const version = (day: number, status: 'running' | 'paused' = 'running') => ({ status, createdAt: new Date(Date.UTC(2026, 0, day)) });
  test.each([
    ['never', [], undefined],
    ['from its first version', [version(1), version(2)], 1],
    ['not while paused', [version(1), version(2, 'paused')], undefined],
    ['from the first version after the last pause', [version(1), version(2, 'paused'), version(3), version(4)], 3],
  ] as const)('%s', (_name, versions, day) => {
    expect(runningSince(versions)).toEqual(day && version(day).createdAt);
  });
});

const anchor = fc.constantFrom('month-start' as const, 'month-last-day' as const, 'month-end' as const);
const date = fc.record({
  anchor,
  months: fc.integer({ min: 0, max: 12 }),
  days: fc.integer({ min: 0, max: 366 }),
  dayOfMonth: fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }),
});
const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Asia/Kathmandu');
const instant = fc.date({ min: new Date('2024-01-01'), max: new Date('2031-01-01'), noInvalidDate: true });

test('every month is paid once: windows of time that follow each other find each pay date in one of them, and what is upcoming comes next', () => {
  fc.assert(
    fc.property(date, zones, instant, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 }), (pay, timeZone, since, a, b) => {
      const schedule = terms({ pay }, { timeZone });
      const middle = new Date(since.getTime() + a * 86_400_000);
      const end = new Date(middle.getTime() + b * 86_400_000);
      const months = (from: Date, until: Date) => periodsPaidWithin(schedule, from, until).map(({ period }) => period);
      const whole = months(since, end);
      expect([...months(since, middle), ...months(new Date(middle.getTime() + 1), end)]).toEqual(whole);
      for (const [index, period] of whole.slice(1).entries()) expect(period).toBe(nextPeriod(whole[index] ?? ''));
      const next = upcoming(schedule, since, whole.length);
      const after = months(new Date(since.getTime() + 1), end);
      expect(next.slice(0, after.length).map(({ period }) => period)).toEqual(after);
    }),
  );
});

test('months before, and back', () => {
  expect(monthsBefore('2026-03', 3)).toBe('2025-12');
  expect(monthsBefore('2025-12', -3)).toBe('2026-03');
});
