import { add, compare, negate, parseFraction, type Rational, rate, rational, toExactText, toFraction, zero } from '@tributary/money';
import type { Band, Kept, NormalComponent, RuleTried } from '../types.js';
import { notPaid, type Rated } from './rate-component.js';
import { atBack, atBand } from './streams/at-band.js';

/**
 * The most that one conversion, or one month, may come to in one component, either way, in minor units: a leg of the ledger holds no
 * more. A quantity times an amount, a rate of exchange or the lines of an order can make more of numbers each of which is allowed.
 */
const largest = rational(1_000_000_000_000_000n);

const magnitude = (value: Rational): Rational => (value.n < 0n ? negate(value) : value);
const largestOf = (values: readonly Rational[]): Rational => values.reduce((a, b) => (compare(a, b) >= 0 ? a : b), zero);

/** Whether the ledger cannot hold the amount. */
export const isOutOfRange = (exact: Rational): boolean => compare(magnitude(exact), largest) > 0;

/** Why it earns nothing. */
export const rangeRule = (exact: Rational): RuleTried => ({
  rule: 'amount-in-range',
  passed: false,
  detail: `${toExactText(exact)} is beyond the ${largest.n} minor units that an entry can hold`,
});

/**
 * What has been rated, or `amount-out-of-range` where it is beyond the ledger. A scale is judged by what it could make of the conversion
 * in its best band: so it does not depend on where in its stream the conversion stands.
 */
export function ratedInRange(component: NormalComponent, rated: Rated): Rated {
  const most = mostOf(component, rated);
  return isOutOfRange(most) ? notPaid('amount-out-of-range', [...rated.rules, rangeRule(most)], rated.picked) : rated;
}

function mostOf({ tiers }: NormalComponent, { whole, picked }: Rated): Rational {
  const plain = magnitude(parseFraction(whole.plain));
  if (tiers === null) return plain;
  const sizes = sizesOf(whole);
  const best = largestOf([plain, ...tiers.bands.flatMap((band, index) => byBand(band, tiers.bands.slice(0, index), sizes, picked))]);
  return tiers.bands.reduce((sum, { fixed }) => add(sum, rate(String(fixed ?? 0))), best);
}

/** By the band itself, and by what it makes of lines that stand in the bands below it. */
const byBand = (band: Band, below: readonly Band[], sizes: Kept, picked: Rated['picked']): Rational[] => [
  atBand(band, sizes, picked),
  ...below.flatMap((own) => (band.back ? [atBack(band.back, own, sizes, picked)] : [])),
];

const sizesOf = ({ base, units, plain }: Kept): Kept => ({ base: sizeOf(base), units: sizeOf(units), plain: sizeOf(plain) });
const sizeOf = (fraction: string): string => toFraction(magnitude(parseFraction(fraction)));
