/** What a brand asks of a withdrawal below the minimum from which it pays by itself; minor units. */
export interface ForcedTerms {
  /** Below it nothing can be withdrawn. */
  minimum: number;
  fee: number;
  /** So much of fees is waived for each partner, in each month or year of the schedule's zone, or once and for all. */
  waivedUpTo: { amount: number; per: 'month' | 'year' | 'all' } | null;
}
export interface Fee {
  charged: bigint;
  waived: bigint;
}
export const noFee: Fee = { charged: 0n, waived: 0n };

/** A fee is waived up to what is left of the allowance; only the rest is charged. */
export function chargedOf(fee: bigint, allowanceLeft: bigint): Fee {
  const left = allowanceLeft > 0n ? allowanceLeft : 0n;
  const waived = fee < left ? fee : left;
  return { charged: fee - waived, waived };
}

/** A withdrawal that was asked for, of so much: what it costs, or that it is below what can be withdrawn. */
export function feeOfWithdrawal(
  amount: bigint,
  automaticFrom: bigint,
  forced: ForcedTerms | null,
  allowanceLeft: bigint,
): Fee | 'below-minimum' | 'below-forced-minimum' {
  if (amount >= automaticFrom) return noFee;
  if (!forced) return 'below-minimum';
  return amount < BigInt(forced.minimum) ? 'below-forced-minimum' : chargedOf(BigInt(forced.fee), allowanceLeft);
}
