import { compare, isDecimal, one, type Rational, rate, rational } from '@tributary/money';
import type { Finely } from '../types.js';
import { type TermsProblem, when } from './problem.js';

/** In minor units. A deal beyond it is a slip of the pen, and what it earns would not fit into the ledger. */
export const largestFlatAmount = rational(1_000_000_000_000n);
/** Of a band: a thousandfold is a slip of the pen too. */
const largestFactor = rational(1000n);

/** The exact value; undefined for what is no decimal: another rule says so. */
export const exactOf = (value: Finely | null | undefined): Rational | undefined =>
  value !== null && value !== undefined && isDecimal(String(value)) ? rate(String(value)) : undefined;

export const isMore = (a: Rational | undefined, b: Rational | undefined): boolean =>
  a !== undefined && b !== undefined && compare(a, b) > 0;
export const isSame = (a: Rational | undefined, b: Rational | undefined): boolean =>
  a !== undefined && b !== undefined && compare(a, b) === 0;

/** What something is multiplied by, where it is. */
export function checkFactor(factor: string | undefined, pointer: string): TermsProblem[] {
  if (factor === undefined) return [];
  const exact = exactOf(factor);
  if (exact === undefined) return [{ pointer, rule: 'factor-must-be-a-decimal-string' }];
  if (exact.n < 0n) return [{ pointer, rule: 'factor-must-not-be-negative' }];
  return when(isMore(exact, largestFactor), pointer, 'factor-is-too-large');
}

/** A share must be a decimal from 0 to 1. */
export function checkRate(text: string | undefined, pointer: string): TermsProblem[] {
  if (text === undefined) return [{ pointer, rule: 'rate-is-missing' }];
  const exact = exactOf(text);
  if (exact === undefined) return [{ pointer, rule: 'rate-must-be-a-decimal-string' }];
  if (exact.n < 0n) return [{ pointer, rule: 'rate-must-not-be-negative' }];
  return when(isMore(exact, one), pointer, 'rate-must-not-exceed-one');
}

/** Minor units must be an integer, or a decimal string, that the ledger can hold. */
export function checkAmount(amount: Finely | undefined, pointer: string): TermsProblem[] {
  if (amount === undefined) return [{ pointer, rule: 'amount-is-missing' }];
  const exact = exactOf(amount);
  if (exact === undefined || (typeof amount === 'number' && !Number.isSafeInteger(amount)))
    return [{ pointer, rule: 'amount-must-be-an-integer-or-a-decimal-string' }];
  if (exact.n < 0n) return [{ pointer, rule: 'amount-must-not-be-negative' }];
  return when(isMore(exact, largestFlatAmount), pointer, 'amount-is-too-large');
}
