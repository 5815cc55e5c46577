import type { BankLine, Direction } from './bank-line.js';

/**
 * How bank and ledger can differ. `missing`: the ledger moved it, the bank did not; `extra`: the other way round; `doubled`: the bank
 * moved it once more; `different`: other amounts. `contradiction` and `unclear` are differences in what is said, not in what moved.
 */
export type FindingKind = 'missing' | 'extra' | 'doubled' | 'different' | 'contradiction' | 'unclear';

/** A difference, before it is kept as an open item. */
export interface Finding {
  /** Says which difference it is, once and for all: the same one found again is not a second one. */
  key: string;
  kind: FindingKind;
  payoutId: string | null;
  direction: Direction;
  currency: string | null;
  bookAmount: bigint | null;
  bankAmount: bigint | null;
  /** Book less bank, signed: what left the account is positive. */
  difference: bigint;
  detail: string;
  /** Of what the bank says, as far as it says something. */
  line: BankLine | null;
}

/** An amount with the sign of its direction. */
export const signed = (direction: Direction, amount: bigint): bigint => (direction === 'out' ? amount : -amount);

/** Tells a line of a bank from others, by the bank's own name for it or else by all that it says. */
export function identityOf(line: BankLine): string {
  const { direction, amount, currency, reference, endToEndId, bookedOn } = line;
  const said = [direction, amount ?? '', currency ?? '', endToEndId ?? '', bookedOn ?? ''].join(':');
  const named = reference === null ? said : `${reference}:${said}`;
  return line.charge ? `${named}:charge` : named;
}
