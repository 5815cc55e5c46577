export { maturesAt, nextPeriod, openPeriodFrom, type Period, periodOf } from './period.js';
export { dayMs, dayNumberAt, hourMs, instantMs, minuteMs, offsetAt, startOfDay } from './zone.js';
