import type { Period } from '@tributary/calendar';
import {
  compare,
  divide,
  isZero,
  multiply,
  parseFraction,
  type Rational,
  rate,
  rational,
  round,
  subtract,
  toExactText,
} from '@tributary/money';
import type { Carryover } from '../../types.js';
import { consume, isPositive, lapse, sumOf } from './lots.js';
import type { ComponentState, Lot, WriteOffReason } from './types.js';

export interface WrittenOff extends Lot {
  reason: WriteOffReason;
}

/** Whether a deficit outlives its month under the policy. */
export const carries = (policy: Carryover['policy']): boolean => policy === 'component' || policy === 'account';

/** Deficit and commission are told in each other's unit by the rate at which the deficit arose. */
export interface Worth {
  toCommission(deficit: Rational): Rational;
  fromCommission(commission: Rational): Rational;
}
export const worthAt = (unit: ComponentState['unit'], share: Rational): Worth => ({
  toCommission: (deficit) => (unit === 'base' ? multiply(deficit, share) : deficit),
  fromCommission: (commission) => (unit === 'base' && !isZero(share) ? divide(commission, share) : commission),
});

/**
 * What the deficit takes from the deal's other earnings of the month: whole minor units, at most `pool`. Where the pool holds all of
 * it, nothing of the deficit is left, not even the fraction that rounding moved.
 */
export function offsetAgainst(lots: readonly Lot[], pool: bigint, worth: Worth): { left: Lot[]; offset: bigint; amount: Rational } {
  const deficit = sumOf(lots);
  const wanted = worth.toCommission(deficit);
  if (pool <= 0n || !isPositive(wanted)) return { left: [...lots], offset: 0n, amount: rational(0n) };
  if (compare(wanted, rational(pool)) <= 0) return { left: [], offset: round(wanted), amount: deficit };
  const amount = worth.fromCommission(rational(pool));
  return { left: consume(lots, amount).left, offset: pool, amount };
}

/** What ends with the month: first what is too old, then what exceeds the cap, the oldest first. */
export function writeOff(
  lots: readonly Lot[],
  { cap, writeOffAfterMonths }: Carryover,
  period: Period,
  history: ComponentState['history'],
  worth: Worth,
): { left: Lot[]; writtenOff: WrittenOff[] } {
  const aged = lapse(lots, period, writeOffAfterMonths);
  const writtenOff = aged.taken.map((one): WrittenOff => ({ ...one, reason: 'age' }));
  const limit = cap === undefined ? null : limitOf(cap, history);
  if (limit === null) return { left: aged.left, writtenOff };
  const excess = subtract(worth.toCommission(sumOf(aged.left)), limit);
  if (!isPositive(excess)) return { left: aged.left, writtenOff };
  const { left, taken } = consume(aged.left, worth.fromCommission(excess));
  return { left, writtenOff: [...writtenOff, ...taken.map((one): WrittenOff => ({ ...one, reason: 'cap' }))] };
}

/** The cap in commission: so many times the average month. Before there has been any month there is no average and no cap. */
function limitOf({ times, months }: NonNullable<Carryover['cap']>, history: ComponentState['history']): Rational | null {
  const past = history.slice(-months);
  if (past.length === 0) return null;
  const total = past.reduce((sum, { commission }) => sum + BigInt(commission), 0n);
  return multiply(rate(times), rational(total, BigInt(past.length)));
}

export const shownWriteOffs = (writtenOff: readonly WrittenOff[]) =>
  writtenOff.map(({ reason, period, amount }) => ({ reason, period, amount: toExactText(parseFraction(amount)) }));
