export { allTime, bucketOf, bucketRange, type InstantRange, type Reset, resets } from './buckets.js';
export { maturesAt, nextPeriod, openPeriodFrom, type Period, periodOf } from './period.js';
export { type Anchor, anchorOf, anchors, lockDate, type Schedule } from './schedule.js';
export { addDays, addMonths, daysBetween } from './shift.js';
export { dayMs, dayNumberAt, hourMs, instantMs, minuteMs, offsetAt, startOfDay } from './zone.js';
