import type { Period } from '@tributary/calendar';
import { add, compare, parseFraction, type Rational, subtract, toFraction, zero } from '@tributary/money';
import type { Lot } from './types.js';

export const sumOf = (lots: readonly Lot[]): Rational => lots.reduce((sum, { amount }) => add(sum, parseFraction(amount)), zero);

export const least = (a: Rational, b: Rational): Rational => (compare(a, b) <= 0 ? a : b);
export const isPositive = (value: Rational): boolean => value.n > 0n;

/** A new lot, or none for nothing. */
export const lot = (period: Period, amount: Rational): Lot[] => (isPositive(amount) ? [{ period, amount: toFraction(amount) }] : []);

/** Takes an amount out of the lots, first in, first out; at most all there is. `taken` says what of which. */
export function consume<L extends Lot>(lots: readonly L[], amount: Rational): { left: L[]; taken: L[] } {
  let wanted = amount;
  const [left, taken]: [L[], L[]] = [[], []];
  for (const one of lots) {
    const held = parseFraction(one.amount);
    const used = isPositive(wanted) ? least(held, wanted) : zero;
    wanted = subtract(wanted, used);
    const rest = subtract(held, used);
    if (isPositive(used)) taken.push({ ...one, amount: toFraction(used) });
    if (isPositive(rest)) left.push({ ...one, amount: toFraction(rest) });
  }
  return { left, taken };
}

/** Lots that are `months` old at the end of a month lapse with it. */
export function lapse<L extends Lot>(lots: readonly L[], period: Period, months: number | undefined): { left: L[]; taken: L[] } {
  const isOld = ({ period: since }: Lot): boolean => months !== undefined && monthsBetween(since, period) >= months;
  return { left: lots.filter((one) => !isOld(one)), taken: lots.filter(isOld) };
}

/** The same deficits in another unit. */
export const scaled = <L extends Lot>(lots: readonly L[], change: (amount: Rational) => Rational): L[] =>
  lots.flatMap((one) => {
    const amount = change(parseFraction(one.amount));
    return isPositive(amount) ? [{ ...one, amount: toFraction(amount) }] : [];
  });

export function monthsBetween(from: Period, to: Period): number {
  return monthNumber(to) - monthNumber(from);
}

function monthNumber(period: Period): number {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return year * 12 + month;
}
