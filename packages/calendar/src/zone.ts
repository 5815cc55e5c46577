export const minuteMs = 60_000;
const quarterHourMs = 15 * minuteMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

// A formatter costs far more to build than to use, and zones change offset only on the quarter hour: both are kept.
const formatters = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();
const offsetsKept = 50_000;

/** Milliseconds that a zone's clocks are ahead of UTC at an instant. Throws a RangeError for an unknown zone. */
export function offsetAt(instantMs: number, timeZone: string): number {
  const quarter = Math.floor(instantMs / quarterHourMs) * quarterHourMs;
  const key = `${timeZone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= offsetsKept) offsets.clear();
  const offset = wallClock(quarter, timeZone) - quarter;
  offsets.set(key, offset);
  return offset;
}

/** What the zone's clocks show at an instant, as if it were UTC. */
function wallClock(instantMs: number, timeZone: string): number {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, formatter);
  }
  const part: Record<string, number> = {};
  // exact: calendar fields have four digits at most
  for (const { type, value } of formatter.formatToParts(instantMs)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Milliseconds since 1970 of an ISO 8601 instant. Throws a RangeError when it is none. */
export function instantMs(iso: string): number {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) throw new RangeError(`${JSON.stringify(iso)} is not an ISO 8601 instant`);
  return ms;
}

/** The local day of an instant, counted from 1970-01-01. */
export const dayNumberAt = (ms: number, timeZone: string): number => Math.floor((ms + offsetAt(ms, timeZone)) / dayMs);

/**
 * The instant at which the zone's clocks show a local time (given as if it were UTC). A time that they skip is as much
 * later as they skip; of one that they show twice, the first.
 */
export function instantAt(localMs: number, timeZone: string): number {
  const [before = 0, after = 0] = [localMs - dayMs, localMs + dayMs].map((near) => localMs - offsetAt(near, timeZone));
  const shows = (ms: number): boolean => ms + offsetAt(ms, timeZone) === localMs;
  for (const candidate of [Math.min(before, after), Math.max(before, after)]) if (shows(candidate)) return candidate;
  return before;
}

/**
 * The first instant of a local day (days counted from 1970-01-01). Where clocks jump over midnight that is the first
 * instant after the jump; where they run through midnight twice, the first time.
 */
export function startOfDay(dayNumber: number, timeZone: string): number {
  const midnight = dayNumber * dayMs;
  const candidates = [midnight - dayMs, midnight + dayMs].map((near) => midnight - offsetAt(near, timeZone)).sort((a, b) => a - b);
  for (const candidate of candidates) {
    if (candidate + offsetAt(candidate, timeZone) === midnight) return candidate;
  }
  let [before, after] = [midnight - 2 * dayMs, midnight + 2 * dayMs];
  while (after - before > minuteMs) {
    const middle = Math.floor((before + after) / 2 / minuteMs) * minuteMs;
    if (dayNumberAt(middle, timeZone) >= dayNumber) after = middle;
    else before = middle;
  }
  return after;
}
