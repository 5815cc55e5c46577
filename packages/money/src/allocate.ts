import { MoneyError } from './money-error.js';
import { type Rational, rate, rational } from './rational.js';

/** A share of a split: an integer, a decimal string or an exact number; never negative. Shares need not sum to 1. */
export type Weight = bigint | string | Rational;

/**
 * Splits an amount by weights so that the parts sum to it exactly (largest remainder, Hamilton's method): each part is
 * first rounded toward zero, and the units left go one by one to the largest cut-off fractions. **Tie rule:** of equal
 * fractions the earlier position goes first; callers sort shares by partner id when position means nothing. A zero
 * weight gets nothing. A negative amount splits as the mirror of the positive one.
 *
 * Throws `negative-weight`, or `nothing-to-allocate-by` when the weights sum to zero.
 */
export function allocate(amount: bigint, weights: readonly Weight[]): bigint[] {
  if (amount < 0n) return allocate(-amount, weights).map((part) => -part);
  const integers = asIntegers(weights);
  const total = integers.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) throw new MoneyError('nothing-to-allocate-by', 'the weights of an allocation sum to zero');

  const parts = integers.map((weight, position) => ({
    position,
    amount: (amount * weight) / total,
    cutOff: (amount * weight) % total,
  }));
  const left = amount - parts.reduce((sum, part) => sum + part.amount, 0n);
  const byCutOff = [...parts].sort((a, b) => (a.cutOff === b.cutOff ? a.position - b.position : a.cutOff > b.cutOff ? -1 : 1));
  // exact: fewer units are left than there are parts
  for (const part of byCutOff.slice(0, Number(left))) part.amount += 1n;
  return parts.map((part) => part.amount);
}

/** The weights over their common denominator. */
function asIntegers(weights: readonly Weight[]): bigint[] {
  const exact = weights.map((weight) => {
    if (typeof weight === 'bigint') return rational(weight);
    return typeof weight === 'string' ? rate(weight) : weight;
  });
  if (exact.some(({ n }) => n < 0n)) throw new MoneyError('negative-weight', 'a weight of an allocation is negative');
  const denominator = exact.reduce((product, { d }) => product * d, 1n);
  return exact.map(({ n, d }) => n * (denominator / d));
}
