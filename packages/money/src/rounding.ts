import type { Rational } from './rational.js';

/**
 * - `half-away`: to the nearest, a half away from zero: 2.5 -> 3, -2.5 -> -3 (the default)
 * - `half-even`: to the nearest, a half to the even neighbour: 2.5 -> 2, 3.5 -> 4
 * - `half-toward`: to the nearest, a half toward zero: 2.5 -> 2, -2.5 -> -2
 * - `down`: toward zero; `up`: away from zero
 *
 * Every mode is symmetric, `round(-x) = -round(x)`: a posting and its reversal cancel. That is why there is no floor,
 * no ceiling and no "half up" in the sense of JavaScript's `Math.round`.
 */
export const roundingModes = ['half-away', 'half-even', 'half-toward', 'down', 'up'] as const;
export type RoundingMode = (typeof roundingModes)[number];
export const defaultRounding: RoundingMode = 'half-away';

/** An exact number rounded to an integer of minor units. Do it once a posting, as the last step. */
export function round(x: Rational, mode: RoundingMode = defaultRounding): bigint {
  const negative = x.n < 0n;
  const n = negative ? -x.n : x.n;
  const floor = n / x.d;
  const rest = n % x.d;
  const rounded = rest !== 0n && roundsAway(mode, 2n * rest - x.d, floor) ? floor + 1n : floor;
  return negative ? -rounded : rounded;
}

/** `beyondHalf` is negative below, zero at and positive above one half. */
function roundsAway(mode: RoundingMode, beyondHalf: bigint, floor: bigint): boolean {
  switch (mode) {
    case 'half-away':
      return beyondHalf >= 0n;
    case 'half-even':
      return beyondHalf > 0n || (beyondHalf === 0n && floor % 2n === 1n);
    case 'half-toward':
      return beyondHalf > 0n;
    case 'up':
      return true;
    case 'down':
      return false;
  }
}
