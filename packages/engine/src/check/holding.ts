import { anchors } from '@tributary/calendar';
import type { Terms } from '../types.js';
import { type TermsProblem, when } from './problem.js';

const longestDays = 365;
const longestMonths = 24;
const lastDayOfMonth = 31;

const isBetween = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;

/** How long the terms hold back what they pay: so many days, or until a date; both at once would be two answers. */
export function checkHolding({ holdDays, lock }: Terms): TermsProblem[] {
  const days = when(!isBetween(holdDays ?? 0, 0, longestDays), '/holdDays', 'hold-days-between-0-and-365');
  if (lock === undefined) return days;
  return [
    ...days,
    ...when(holdDays !== undefined, '/lock', 'hold-days-or-lock-not-both'),
    ...when(!anchors.includes(lock.anchor), '/lock/anchor', 'anchor-is-unknown'),
    ...when(!isBetween(lock.months ?? 0, 0, longestMonths), '/lock/months', 'lock-months-between-0-and-24'),
    ...when(!isBetween(lock.days ?? 0, 0, longestDays), '/lock/days', 'lock-days-between-0-and-365'),
    ...when(!isBetween(lock.dayOfMonth ?? 1, 1, lastDayOfMonth), '/lock/dayOfMonth', 'day-of-month-between-1-and-31'),
  ];
}
