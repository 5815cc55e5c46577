import { dayMs, instantMs } from '@tributary/calendar';
import { divide, multiply, one, type Rational, rate } from '@tributary/money';

/** What one unit of `base` costs in `quote` on a day, and who says so. */
export interface FxRate {
  readonly base: string;
  readonly quote: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** A decimal string above zero. */
  readonly rate: string;
  readonly source: string;
  readonly recordedAt: string;
}

/** A rate found, and the one or two recorded rates that it was made from, in the order from `from` to `to`. */
export interface FoundRate {
  readonly rate: Rational;
  readonly path: readonly FxRate[];
}

/** Days that a rate may lie back: over a weekend and holidays the last published one holds. */
export const oldestRateDays = 7;

const hub = 'EUR';

/**
 * What one unit of `from` costs in `to` on a day: the latest rate of that day or at most seven days before it. The pair
 * itself goes before its inverse, and both before a crossing through one other currency, EUR first, then in alphabetical
 * order. Of several rates of one pair and day the one recorded first counts. The order of the list never matters. Null when
 * no rate is known; of a currency to itself it is 1, made from nothing.
 */
export function rateOn(rates: readonly FxRate[], from: string, to: string, date: string): FoundRate | null {
  if (from === to) return { rate: one, path: [] };
  const usable = newestOf(rates, date);
  const straight = leg(usable, from, to);
  if (straight) return straight;
  for (const through of crossings(usable, from, to)) {
    const [first, second] = [leg(usable, from, through), leg(usable, through, to)];
    if (first && second) return { rate: multiply(first.rate, second.rate), path: [...first.path, ...second.path] };
  }
  return null;
}

const pairOf = (base: string, quote: string): string => `${base}/${quote}`;

/** Of each pair the rate that holds on the day. */
function newestOf(rates: readonly FxRate[], date: string): ReadonlyMap<string, FxRate> {
  const oldest = new Date(instantMs(date) - oldestRateDays * dayMs).toISOString().slice(0, 10);
  const newest = new Map<string, FxRate>();
  for (const one of rates) {
    if (one.date > date || one.date < oldest) continue;
    const pair = pairOf(one.base, one.quote);
    const other = newest.get(pair);
    if (!other || goesBefore(one, other)) newest.set(pair, one);
  }
  return newest;
}

function goesBefore(one: FxRate, other: FxRate): boolean {
  if (one.date !== other.date) return one.date > other.date;
  const recorded = instantMs(one.recordedAt) - instantMs(other.recordedAt);
  return recorded === 0 ? one.source < other.source : recorded < 0;
}

function leg(usable: ReadonlyMap<string, FxRate>, from: string, to: string): FoundRate | null {
  const direct = usable.get(pairOf(from, to));
  if (direct) return { rate: rate(direct.rate), path: [direct] };
  const inverse = usable.get(pairOf(to, from));
  return inverse ? { rate: divide(one, rate(inverse.rate)), path: [inverse] } : null;
}

/** The currencies that may lie between the two. */
function crossings(usable: ReadonlyMap<string, FxRate>, from: string, to: string): string[] {
  const all = new Set([...usable.values()].flatMap(({ base, quote }) => [base, quote]));
  const between = [...all].filter((currency) => currency !== from && currency !== to).sort();
  return between.includes(hub) ? [hub, ...between.filter((currency) => currency !== hub)] : between;
}
