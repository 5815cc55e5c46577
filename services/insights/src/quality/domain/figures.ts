import { rational } from '@tributary/money';
import type { Figures } from './score.js';

/** What was counted of one partner in the days asked for. */
export interface Counted {
  partnerId: string;
  conversions: bigint;
  customers: bigint;
  retained: bigint;
  /** Minor units of the brand's currency. */
  value: bigint;
  refunded: bigint;
}

/** The figures that a score is made of: the more the better, each. */
export function figuresOf({ conversions, customers, retained, value, refunded }: Counted): Figures {
  return {
    retention: customers === 0n ? rational(0n) : rational(retained, customers),
    volume: rational(conversions),
    value: rational(value),
    refunds: kept(value, refunded),
  };
}

/** The share that was not refunded. Refunds of what was sold earlier can be more than what was sold since: nothing is kept then. */
function kept(value: bigint, refunded: bigint) {
  if (refunded === 0n) return rational(1n);
  return refunded >= value ? rational(0n) : rational(value - refunded, value);
}
