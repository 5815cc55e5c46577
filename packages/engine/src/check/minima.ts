import type { Rational } from '@tributary/money';
import type { Reach } from '../types.js';
import { isMore } from './numbers.js';

/** Of one band, for each metric; undefined: none of that metric. */
export type Minima = readonly (Rational | undefined)[];

/**
 * Whether the last band may stand above the others: it asks no less of any metric than they do, and every one of them is still the
 * highest for some values. Otherwise a band would be hidden by others, or two would claim the same.
 */
export function ascends(bands: readonly Minima[], reach: Reach): boolean {
  const lower = bands.slice(0, -1);
  const last = bands.at(-1) ?? [];
  if (reach === 'all') return lower.every((below) => !asksMore(below, last) && asksMore(last, below));
  if (lower.some((below) => below.some((least, place) => isMore(least, last[place])))) return false;
  // A band that is hidden already is no mistake of the last one.
  return lower.every((below, index) => hasItsOwnWay(below, bands.slice(index + 1)) || !hasItsOwnWay(below, lower.slice(index + 1)));
}

/** Of all minima one more, or a greater one. */
const asksMore = (one: Minima, other: Minima): boolean =>
  one.some((least, place) => least !== undefined && (other[place] === undefined || isMore(least, other[place])));

/** Of any minimum: one by which no higher band is reached too. Without minima a band is what is below all others. */
const hasItsOwnWay = (band: Minima, higher: readonly Minima[]): boolean =>
  band.every((least) => least === undefined) ||
  band.some((least, place) => least !== undefined && higher.every((one) => one[place] === undefined || isMore(one[place], least)));
