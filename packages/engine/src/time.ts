/** A calendar month of the operator: `2026-03`. */
export type Period = string;

const minuteMs = 60_000;
const quarterHourMs = 15 * minuteMs;
const dayMs = 24 * 60 * minuteMs;

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

const dayNumberAt = (ms: number, timeZone: string): number => Math.floor((ms + offsetAt(ms, timeZone)) / dayMs);

/**
 * The first instant of a local day (days counted from 1970-01-01). Where clocks jump over midnight that is the first
 * instant after the jump; where they run through midnight twice, the first time.
 */
function startOfDay(dayNumber: number, timeZone: string): number {
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
