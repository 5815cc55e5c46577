import { dayMs, dayNumberAt, instantMs, offsetAt, startOfDay } from './zone.js';

/** How often something starts again from nothing: a tier's volume, a cap, a report. `lifetime` is never. */
export const resets = ['day', 'week', 'month', 'quarter', 'year', 'lifetime'] as const;
export type Reset = (typeof resets)[number];

/** Half-open: `from` belongs to it, `to` is the first instant that does not. */
export interface InstantRange {
  readonly from: string;
  readonly to: string;
}

/**
 * The range of a lifetime bucket. Its ends are ordinary instants, so that they compare as text and fit PostgreSQL's
 * `timestamptz` like any other.
 */
export const allTime: InstantRange = { from: '0001-01-01T00:00:00.000Z', to: '9999-12-31T23:59:59.999Z' };

/**
 * The bucket of an instant on the clocks of a zone: day `2026-03-05`, week `2026-W10` (ISO: begins on Monday and belongs
 * to the year of its Thursday), month `2026-03`, quarter `2026-Q1`, year `2026`, lifetime `all`. Buckets of one kind
 * sort as text. Throws a RangeError for what is no instant or no zone.
 */
export function bucketOf(instant: string, reset: Reset, timeZone: string): string {
  const ms = instantMs(instant);
  const date = new Date(ms + offsetAt(ms, timeZone)).toISOString().slice(0, 10);
  switch (reset) {
    case 'day':
      return date;
    case 'week':
      return weekOf(dayNumberAt(ms, timeZone));
    case 'month':
      return date.slice(0, 7);
    case 'quarter':
      return `${date.slice(0, 4)}-Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`; // exact: a month
    case 'year':
      return date.slice(0, 4);
    case 'lifetime':
      return 'all';
  }
}

/**
 * From the first instant of a bucket to the first after it, on the clocks of the zone. `all` is `allTime`. Throws a
 * RangeError for a text that `bucketOf` never writes, such as `2026-W54` or `2026-02-30`.
 */
export function bucketRange(bucket: string, timeZone: string): InstantRange {
  if (bucket === 'all') return allTime;
  const days = daysOf(bucket);
  if (!days) throw new RangeError(`${JSON.stringify(bucket)} is not a bucket such as 2026-03-05, 2026-W10, 2026-03, 2026-Q1, 2026 or all`);
  const [from, to] = [startOfDay(days[0], timeZone), startOfDay(days[1], timeZone)];
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** 1970-01-01 was a Thursday: Mondays are three days before multiples of seven. */
const mondayOf = (day: number): number => Math.floor((day + 3) / 7) * 7 - 3;

/** Month 0 is January; a month outside of 0 to 11 is one of another year. */
const firstDayOf = (year: number, month = 0): number => Date.UTC(year, month, 1) / dayMs;

function weekOf(day: number): string {
  const thursday = mondayOf(day) + 3;
  const year = new Date(thursday * dayMs).getUTCFullYear();
  const week = Math.floor((thursday - firstDayOf(year)) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

const shapes: readonly [RegExp, (year: number, part: number, day: number) => [number, number]][] = [
  [/^(\d{4})-(\d{2})-(\d{2})$/, (year, month, day) => [firstDayOf(year, month - 1) + day - 1, firstDayOf(year, month - 1) + day]],
  // The fourth of January always lies in week 1.
  [/^(\d{4})-W(\d{2})$/, (year, week) => [mondayOf(firstDayOf(year) + 3) + (week - 1) * 7, mondayOf(firstDayOf(year) + 3) + week * 7]],
  [/^(\d{4})-(\d{2})$/, (year, month) => [firstDayOf(year, month - 1), firstDayOf(year, month)]],
  [/^(\d{4})-Q([1-4])$/, (year, quarter) => [firstDayOf(year, 3 * quarter - 3), firstDayOf(year, 3 * quarter)]],
  [/^(\d{4})$/, (year) => [firstDayOf(year), firstDayOf(year + 1)]],
];

/** First local day and the day after the last; null for no bucket. Written back, a bucket must read as it did. */
function daysOf(bucket: string): [number, number] | null {
  for (const [shape, days] of shapes) {
    const match = shape.exec(bucket);
    if (!match) continue;
    const [year = 0, part = 0, day = 0] = match.slice(1).map(Number); // exact: digits of a date
    const found = days(year, part, day);
    const written = resets.map((reset) => bucketOf(new Date(found[0] * dayMs).toISOString(), reset, 'UTC'));
    return written.includes(bucket) ? found : null;
  }
  return null;
}
