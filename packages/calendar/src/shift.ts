import { dayMs, dayNumberAt, instantAt, instantMs, offsetAt } from './zone.js';

/**
 * The same local day of the month and time of day `months` later (or earlier), on the clocks of the zone. A day that
 * the month does not have becomes its last: a month after 31 January is 28 or 29 February. A time of day that clocks
 * skip is as much later as they skip; of one that they show twice, the first. "The first 12 months" end **before**
 * `addMonths(first, 12, zone)`: what happens at that very instant is outside.
 */
export function addMonths(instant: string, months: number, timeZone: string): string {
  const ms = instantMs(instant);
  if (months === 0) return new Date(ms).toISOString();
  const localMs = ms + offsetAt(ms, timeZone);
  const today = Math.floor(localMs / dayMs);
  return new Date(instantAt(localMs + (monthsOn(today, months) - today) * dayMs, timeZone)).toISOString();
}

/** The same local time of day `days` local days later (or earlier); 23 or 25 hours are a day too. As `addMonths` where clocks change. */
export function addDays(instant: string, days: number, timeZone: string): string {
  const ms = instantMs(instant);
  if (days === 0) return new Date(ms).toISOString();
  return new Date(instantAt(ms + offsetAt(ms, timeZone) + days * dayMs, timeZone)).toISOString();
}

/** How many midnights of the zone lie after `from` up to and including `to`: 0 within a local day, negative backwards. */
export const daysBetween = (from: string, to: string, timeZone: string): number =>
  dayNumberAt(instantMs(to), timeZone) - dayNumberAt(instantMs(from), timeZone);

/** The same day of the month `months` later, of days counted from 1970-01-01; one that the month does not have is its last. */
export function monthsOn(day: number, months: number): number {
  const date = new Date(day * dayMs);
  return dayInMonth(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate());
}

/** A day of a month, counted from 1970-01-01, at most the month's last. Month 0 is January; one outside of 0 to 11 is of another year. */
export function dayInMonth(year: number, month: number, day: number): number {
  const first = Date.UTC(year, month, 1) / dayMs;
  const last = Date.UTC(year, month + 1, 1) / dayMs - 1;
  return Math.min(first + day - 1, last);
}
