import { one, type Rational, rational } from '@tributary/money';
import { inCanonicalOrder } from '../order.js';
import type { Conversion, Reason } from '../types.js';

/** What is left of a conversion after its refunds. */
export interface Rest {
  /** Minor units left; null when the conversion carries no money. */
  amount: bigint | null;
  /** The part left, 0 to 1. */
  share: Rational;
  /** Nothing is left. */
  gone: boolean;
}

export interface AppliedRefund {
  refund: Conversion;
  asked: bigint | null;
  applied: bigint;
  /** Why it took nothing; null when it took something. */
  reason: Reason | null;
  /** What is left after it. */
  rest: Rest;
}

/** Facts once each in canonical order, whatever order they came in. */
export function canonical(facts: readonly Conversion[]): Conversion[] {
  const once = [...new Map(facts.map((fact) => [fact.conversionId, fact])).values()];
  return once.sort(inCanonicalOrder);
}

/** The whole conversion, before any refund. */
export const untouched = (original: Conversion): Rest => ({ amount: original.amount, share: one, gone: false });

/**
 * Refunds and chargebacks in canonical order, each taking what it asks for or what is left, whichever is less; one
 * without an amount takes all that is left. Together they never take more than there was.
 */
export function applyRefunds(original: Conversion, refunds: readonly Conversion[]): AppliedRefund[] {
  let rest = untouched(original);
  return canonical(refunds).map((refund) => {
    const applied = applyRefund(original, refund, rest);
    rest = applied.rest;
    return applied;
  });
}

function applyRefund(original: Conversion, refund: Conversion, rest: Rest): AppliedRefund {
  const nothing = (reason: Reason): AppliedRefund => ({ refund, asked: refund.amount, applied: 0n, reason, rest });
  if (refund.amount !== null && refund.amount < 0n) return nothing('negative-amount');
  if (rest.gone) return nothing('nothing-left-to-refund');
  if (original.amount === null || rest.amount === null || original.amount === 0n) {
    return { refund, asked: refund.amount, applied: 0n, reason: null, rest: { amount: rest.amount, share: rational(0n), gone: true } };
  }
  if (refund.amount !== null && refund.currency !== original.currency) return nothing('refund-currency-mismatch');
  if (refund.amount === 0n) return nothing('amount-is-zero');
  const applied = refund.amount === null || refund.amount > rest.amount ? rest.amount : refund.amount;
  const left = rest.amount - applied;
  return {
    refund,
    asked: refund.amount,
    applied,
    reason: null,
    rest: { amount: left, share: rational(left, original.amount), gone: left === 0n },
  };
}
