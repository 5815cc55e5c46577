import { addDays, addMonths, dayInMonth, monthsOn } from './shift.js';
import { dayMs, dayNumberAt, instantMs, offsetAt, startOfDay } from './zone.js';

/**
 * What a schedule counts from. `day-end` and `month-end` are ends: the first instant of the day or month **after**.
 * `month-last-day` is the day itself, so it counts one day less than `month-end`; that is the difference between "the
 * last day of the month" and "its end", which published schedules leave open and this name settles.
 */
export const anchors = ['instant', 'day-start', 'day-end', 'month-start', 'month-last-day', 'month-end'] as const;
export type Anchor = (typeof anchors)[number];

/** When something locks, is reviewed or is paid: so many months and days after the anchor, then on the next `dayOfMonth`. */
export interface Schedule {
  readonly anchor: Anchor;
  readonly months?: number | undefined;
  readonly days?: number | undefined;
  /** 1 to 31; a month that is shorter is taken at its last day. */
  readonly dayOfMonth?: number | undefined;
}

/** The instant that a schedule counts from. Throws a RangeError for what is no instant or no zone. */
export const anchorOf = (instant: string, anchor: Anchor, timeZone: string): string => lockDate({ anchor }, instant, timeZone);

/**
 * The date that a schedule names for an instant: the anchor, `months` on (`month-last-day` stays the last: from 28 February,
 * 1 month on, it is 31 March), then `days` on, then, with `dayOfMonth`, the first such local midnight that is not before.
 * With any anchor but `instant` it is the first instant of a local day. Throws a RangeError for a `dayOfMonth` that is
 * not 1 to 31.
 */
export function lockDate({ anchor, months = 0, days = 0, dayOfMonth }: Schedule, instant: string, timeZone: string): string {
  const reached =
    anchor === 'instant'
      ? instantMs(addDays(addMonths(instant, months, timeZone), days, timeZone))
      : startOfDay(anchorDay(dayNumberAt(instantMs(instant), timeZone), anchor, months) + days, timeZone);
  return new Date(dayOfMonth === undefined ? reached : nextDayOfMonth(reached, dayOfMonth, timeZone)).toISOString();
}

/** The anchor of a local day, months on, as a local day. */
function anchorDay(today: number, anchor: Exclude<Anchor, 'instant'>, months: number): number {
  const date = new Date(today * dayMs);
  const firstOf = (month: number): number => dayInMonth(date.getUTCFullYear(), date.getUTCMonth() + month, 1);
  switch (anchor) {
    case 'day-start':
      return monthsOn(today, months);
    case 'day-end':
      return monthsOn(today + 1, months);
    case 'month-start':
      return firstOf(months);
    case 'month-last-day':
      return firstOf(months + 1) - 1;
    case 'month-end':
      return firstOf(months + 1);
  }
}

function nextDayOfMonth(from: number, dayOfMonth: number, timeZone: string): number {
  if (!Number.isInteger(dayOfMonth) || dayOfMonth < 1 || dayOfMonth > 31) throw new RangeError(`${dayOfMonth} is not a day of a month`);
  const local = new Date(from + offsetAt(from, timeZone));
  const inMonth = (month: number): number => startOfDay(dayInMonth(local.getUTCFullYear(), month, dayOfMonth), timeZone);
  const thisMonth = inMonth(local.getUTCMonth());
  return thisMonth >= from ? thisMonth : inMonth(local.getUTCMonth() + 1);
}
