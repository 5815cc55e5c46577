import { add, compare, multiply, negate, type Rational, rate, subtract, zero } from '@tributary/money';
import type { Band, NormalTiers, Reach } from '../types.js';

/** `inclusive`: the upper bound belongs to its band (`<=`). `exclusive`: it belongs to the next one (half-open). */
export type Bounds = 'inclusive' | 'exclusive';

export interface BandFound {
  /** From 0, the lowest band. */
  index: number;
  band: Band;
}

/** The part of a stretch that lies in one band. */
export interface MarginalPart extends BandFound {
  /** Signed length inside the band: negative on the way down. */
  quantity: Rational;
  /** The band's fixed payment when the stretch reaches it, its negative when the stretch leaves it downwards, else 0. */
  fixed: Rational;
}

/**
 * The band in which the values lie. One value: the first band whose `upTo` holds it; what is above every bound lies in the last, what
 * is below zero in the first. Bands with `atLeast` (one or several metrics, in their order): the highest band of whose minima all, or
 * any one, are met, by equality too; else the lowest. Throws a RangeError without bands.
 */
export function bandOf(bands: readonly Band[], values: readonly Rational[], bounds: Bounds, reach: Reach): BandFound {
  const byLeast = values.length > 1 || bands.some(({ atLeast }) => atLeast !== undefined);
  const index = byLeast
    ? bands.findLastIndex((band) => meets(band, values, reach))
    : bands.findIndex((band) => isWithin(values[0] ?? zero, upperBound(band), bounds));
  const fallback = byLeast ? 0 : bands.length - 1;
  return found(bands, index < 0 ? fallback : index);
}

/** The band of a scale in which the values of its metrics lie. */
export const bandIn = ({ bands, bounds, reach }: NormalTiers, values: readonly Rational[]): BandFound =>
  bandOf(bands, values, bounds, reach);

/**
 * A stretch of a marginal scale cut at its bounds: the parts of `from`..`to`, in the order passed through. Going on later gives the same
 * sum as going at once, and going back takes exactly what going there gave: the sum over `0..a` and `a..b` is that over `0..b`, and
 * `b..a` is the negative of `a..b`. A band with nothing of the stretch in it is left out, unless its fixed payment is due.
 */
export function marginalParts(bands: readonly Band[], from: Rational, to: Rational, bounds: Bounds): MarginalPart[] {
  if (compare(from, to) > 0) {
    const up = marginalParts(bands, to, from, bounds);
    return up.reverse().map((part) => ({ ...part, quantity: negate(part.quantity), fixed: negate(part.fixed) }));
  }
  return bands.flatMap((band, index) => {
    const lower = index === 0 ? null : upperBound(bands[index - 1] ?? {});
    const upper = index === bands.length - 1 ? null : upperBound(band);
    const quantity = lengthWithin(from, to, lower, upper);
    const reached = reaches(to, lower, bounds) && !reaches(from, lower, bounds);
    const fixed = reached && band.fixed !== undefined ? rate(String(band.fixed)) : zero;
    return quantity.n === 0n && fixed.n === 0n ? [] : [{ index, band, quantity, fixed }];
  });
}

function found(bands: readonly Band[], index: number): BandFound {
  const band = bands[index];
  if (band === undefined) throw new RangeError('a scale has at least one band');
  return { index, band };
}

const upperBound = ({ upTo }: Band): Rational | null => (upTo === undefined || upTo === null ? null : rate(String(upTo)));

const isWithin = (value: Rational, upper: Rational | null, bounds: Bounds): boolean =>
  upper === null || compare(value, upper) < (bounds === 'inclusive' ? 1 : 0);

/** A metric without a minimum neither keeps a band from being reached nor brings it. */
function meets({ atLeast = [] }: Band, values: readonly Rational[], reach: Reach): boolean {
  const met = atLeast.flatMap((least, index) => (least === null ? [] : [compare(values[index] ?? zero, rate(String(least))) >= 0]));
  return reach === 'any' ? met.includes(true) : !met.includes(false);
}

/** The first band is reached by anything above zero; a later one beyond the bound below it, or at it when bounds are exclusive. */
function reaches(value: Rational, lower: Rational | null, bounds: Bounds): boolean {
  if (lower === null) return compare(value, zero) > 0;
  return compare(value, lower) > (bounds === 'inclusive' ? 0 : -1);
}

function lengthWithin(from: Rational, to: Rational, lower: Rational | null, upper: Rational | null): Rational {
  const start = lower !== null && compare(from, lower) < 0 ? lower : from;
  const end = upper !== null && compare(to, upper) > 0 ? upper : to;
  return compare(end, start) > 0 ? subtract(end, start) : zero;
}

/** What a stretch comes to when each part is paid by `rateOf` its band: parts times rates, and the fixed payments. */
export function marginalSum(parts: readonly MarginalPart[], rateOf: (band: Band) => Rational): Rational {
  return parts.reduce((sum, { band, quantity, fixed }) => {
    return add(sum, add(multiply(quantity, rateOf(band)), fixed));
  }, zero);
}
