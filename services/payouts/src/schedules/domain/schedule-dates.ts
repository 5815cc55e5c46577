import { dayMs, lockDate, nextPeriod, type Period, periodOf, type Schedule, startOfDay } from '@tributary/calendar';

/** A date of a month's money, counted from an anchor of that month. */
export type MonthDate = Schedule;

/** When a brand pays what was earned in a month. */
export interface ScheduleTerms {
  timeZone: string;
  dates: {
    /** What is earned before it is in. */
    cutOff: MonthDate;
    /** When the run is built. */
    pay: MonthDate;
    invoice: MonthDate | null;
    reviewUntil: MonthDate | null;
    withdraw: MonthDate | null;
  };
  /** By when an amount must have cleared to be in. */
  clearedBy: 'pay' | 'cut-off';
}

/** The dates of one month, as instants. */
export interface MonthDates {
  cutOff: string;
  invoice: string | null;
  reviewUntil: string | null;
  pay: string;
  withdraw: string | null;
}

/** The first instant of a month in a zone. */
const startOf = (period: Period, timeZone: string): string =>
  new Date(startOfDay(Date.parse(`${period}-01T00:00:00Z`) / dayMs, timeZone)).toISOString();

/** A month as instants: from its first to before the next one's. */
export const monthRange = (period: Period, timeZone: string): { from: Date; to: Date } => ({
  from: new Date(startOf(period, timeZone)),
  to: new Date(startOf(nextPeriod(period), timeZone)),
});

/** What the schedule says of a month. */
export function datesOf({ timeZone, dates }: Pick<ScheduleTerms, 'timeZone' | 'dates'>, period: Period): MonthDates {
  const month = startOf(period, timeZone);
  const date = (schedule: MonthDate) => lockDate(schedule, month, timeZone);
  return {
    cutOff: date(dates.cutOff),
    invoice: dates.invoice && date(dates.invoice),
    reviewUntil: dates.reviewUntil && date(dates.reviewUntil),
    pay: date(dates.pay),
    withdraw: dates.withdraw && date(dates.withdraw),
  };
}

/** Before which instant an amount must have cleared to be paid with a month. */
export const clearedBefore = ({ clearedBy }: Pick<ScheduleTerms, 'clearedBy'>, { cutOff, pay }: MonthDates): string =>
  clearedBy === 'cut-off' ? cutOff : new Date(Date.parse(pay) + 1).toISOString();

/** So many months from one on, itself the first. */
export function periodsFrom(first: Period, count: number): Period[] {
  const periods: Period[] = [];
  for (let period = first; periods.length < count; period = nextPeriod(period)) periods.push(period);
  return periods;
}

/** The month so many months before. */
export function monthsBefore(period: Period, months: number): Period {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - months, 1)).toISOString().slice(0, 7);
}

/** A pay date lies at most so many months after its month: twelve months, 366 days, and on to the next day of the month. */
const longestWait = 26;

/** Months whose pay date lies from `since` to `until`, the earliest first. */
export function periodsPaidWithin(terms: ScheduleTerms, since: Date, until: Date): { period: Period; dates: MonthDates }[] {
  const last = periodOf(until.toISOString(), terms.timeZone);
  const found = [];
  for (let period = monthsBefore(periodOf(since.toISOString(), terms.timeZone), longestWait); period <= last; period = nextPeriod(period)) {
    const dates = datesOf(terms, period);
    const pay = Date.parse(dates.pay);
    if (pay >= since.getTime() && pay <= until.getTime()) found.push({ period, dates });
  }
  return found;
}

/** The months that are paid next, after an instant. */
export function upcoming(terms: ScheduleTerms, now: Date, count: number): { period: Period; dates: MonthDates }[] {
  const first = monthsBefore(periodOf(now.toISOString(), terms.timeZone), longestWait);
  return periodsFrom(first, longestWait + count + 1)
    .map((period) => ({ period, dates: datesOf(terms, period) }))
    .filter(({ dates }) => Date.parse(dates.pay) > now.getTime())
    .slice(0, count);
}

/** The first month (of four years, so that every length of a month comes up) that would be paid before its cut-off. */
export const paidBeforeCutOff = (terms: ScheduleTerms, from: Period): Period | undefined =>
  periodsFrom(from, 48).find((period) => {
    const { cutOff, pay } = datesOf(terms, period);
    return Date.parse(pay) < Date.parse(cutOff);
  });

/** Since when the schedule has been running without a pause; undefined while it is paused. Versions oldest first. */
export function runningSince(versions: readonly { status: 'running' | 'paused'; createdAt: Date }[]): Date | undefined {
  const lastPause = versions.findLastIndex(({ status }) => status === 'paused');
  return versions[lastPause + 1]?.createdAt;
}

/** The last millisecond of a calendar day in a zone. */
export const lastMsOfDay = (day: string, timeZone: string): Date =>
  new Date(startOfDay(Date.parse(`${day}T00:00:00Z`) / dayMs + 1, timeZone) - 1);
