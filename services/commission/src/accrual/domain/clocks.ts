import { periodOf } from '@tributary/calendar';

/** No two clocks on earth are further apart. */
const clocksApart = 26 * 3_600_000;

/** The months in which an instant may lie on the clocks of a deal, in order: two only beside the edge of the brand's month. */
export const periodsAround = (instant: Date, timeZone: string): string[] => [
  ...new Set([-clocksApart, 0, clocksApart].map((apart) => periodOf(new Date(instant.getTime() + apart).toISOString(), timeZone))),
];
