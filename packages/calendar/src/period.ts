import { dayNumberAt, instantMs, offsetAt, startOfDay } from './zone.js';

/** A calendar month of the operator: `2026-03`. */
export type Period = string;

/** The month in which an instant falls on the operator's clocks. */
export function periodOf(occurredAt: string, timeZone: string): Period {
  const ms = instantMs(occurredAt);
  return new Date(ms + offsetAt(ms, timeZone)).toISOString().slice(0, 7);
}

/** The month after. */
export function nextPeriod(period: Period): Period {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 7);
}

/** The period itself while it is open, else the first open one after it. */
export function openPeriodFrom(period: Period, closed: ReadonlySet<Period>): Period {
  let open = period;
  while (closed.has(open)) open = nextPeriod(open);
  return open;
}

/**
 * When a commission matures: the end of the `holdDays`-th **full** day in the operator's zone. The day of the event
 * counts only when the event falls on its very first instant; 0 days is at once. Days are the zone's own: one of 23 or
 * 25 hours is a full day.
 */
export function maturesAt(occurredAt: string, holdDays: number, timeZone: string): string {
  const ms = instantMs(occurredAt);
  if (holdDays === 0) return new Date(ms).toISOString();
  const today = dayNumberAt(ms, timeZone);
  const firstFullDay = startOfDay(today, timeZone) === ms ? today : today + 1;
  return new Date(startOfDay(firstFullDay + holdDays, timeZone)).toISOString();
}
