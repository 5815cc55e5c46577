import type { Lock, Terms } from '../types.js';
import { type Finding, warning } from './finding.js';

/** A lock that has passed when the event occurs holds nothing back: likely a slip, for whoever wants that says `holdDays: 0`. */
export function lintLock({ lock }: Terms): Finding[] {
  if (lock === undefined || !mayLieBefore(lock)) return [];
  const { anchor, months = 0, days = 0, dayOfMonth } = lock;
  const next = dayOfMonth === undefined ? '' : `, then on day ${dayOfMonth} of a month,`;
  const message = `Counted from "${anchor}", ${months} months and ${days} days on${next} the lock may lie before the event, and then holds nothing back.`;
  return [warning('/lock', 'lock-may-lie-before-the-event', message)];
}

/** No month has more days: the latest event of a month occurs on its last one. */
const longestMonth = 31;
const shortestMonth = 28;

/** Whether there is an event, late on the last day that its anchor stands for, whose lock is an earlier instant. */
function mayLieBefore({ anchor, months = 0, days = 0, dayOfMonth = longestMonth }: Lock): boolean {
  if (months > 0) return false;
  switch (anchor) {
    case 'instant':
    case 'day-end':
    case 'month-end':
      return false;
    case 'day-start':
      return days === 0;
    case 'month-start':
      // The 1st and so many days: only from a day beyond `dayOfMonth` it goes on to the next month.
      return days < dayOfMonth;
    case 'month-last-day':
      // That day is itself the `dayOfMonth` looked for, in months that have no more days than that.
      return days === 0 && dayOfMonth >= shortestMonth;
  }
}
