import type { Period } from '@tributary/calendar';
import { allocate, compare, negate, type Rational, rational, subtract, toFraction, zero } from '@tributary/money';
import { consume, isPositive, least, sumOf } from './lots.js';
import type { QuarantineLot } from './types.js';
import { nobody } from './waterfall.js';

export interface Moved {
  lots: QuarantineLot[];
  moved: { customerId: string; amount: Rational }[];
}

/** Takes from each customer's balance what this customer brought in this month. */
export function releaseQuarantine(lots: readonly QuarantineLot[], byCustomer: ReadonlyMap<string, Rational>): Moved {
  const moved: Moved['moved'] = [];
  let rest: QuarantineLot[] = [...lots];
  for (const customerId of [...new Set(lots.map((one) => one.customerId))].sort()) {
    const own = rest.filter((one) => one.customerId === customerId);
    const used = least(sumOf(own), byCustomer.get(customerId) ?? zero);
    if (!isPositive(used)) continue;
    moved.push({ customerId, amount: used });
    rest = [...rest.filter((one) => one.customerId !== customerId), ...consume(own, used).left];
  }
  return { lots: rest, moved };
}

/**
 * In a month in which the partner is at `deficit` below zero, sets apart customers whose own month is at or below the threshold: at
 * most the deficit together, in proportion to what each lost. Whole minor units: a fraction of one stays with the partner.
 */
export function addQuarantine(
  lots: readonly QuarantineLot[],
  byCustomer: ReadonlyMap<string, Rational>,
  deficit: Rational,
  threshold: number,
  period: Period,
): Moved {
  const limit = rational(BigInt(threshold));
  const losers = [...byCustomer].filter(([id, net]) => id !== nobody && compare(net, limit) <= 0).sort(([a], [b]) => (a < b ? -1 : 1));
  if (losers.length === 0 || !isPositive(deficit)) return { lots: [...lots], moved: [] };
  const lost = losers.reduce((sum, [, net]) => subtract(sum, net), zero);
  const apart = least(lost, deficit);
  const shares = allocate(
    apart.n / apart.d,
    losers.map(([, net]) => negate(net)),
  );
  const moved = losers.flatMap(([customerId], index) => {
    const amount = rational(shares[index] ?? 0n);
    return isPositive(amount) ? [{ customerId, amount }] : [];
  });
  return { lots: [...lots, ...moved.map(({ customerId, amount }) => ({ customerId, period, amount: toFraction(amount) }))], moved };
}
