import { type CurrencyCode, exponentOf } from './currency.js';
import { MoneyError } from './money-error.js';
import { rate } from './rational.js';

/** Integer minor units beside their currency: `{ amount: 1050n, currency: 'EUR' }` is EUR 10.50. */
export interface Money {
  readonly amount: bigint;
  readonly currency: CurrencyCode;
}

/**
 * Major units as text to minor units, exactly: `parseMajor('10.5', 'EUR')` is 1050n. Nothing is rounded or guessed:
 * throws `not-a-decimal`, `unknown-currency`, or `too-many-decimals` when the currency cannot hold the value
 * (`'0.5'` JPY). Zeros at the end are no value: `'1.00'` JPY is 1n.
 */
export function parseMajor(text: string, currency: CurrencyCode): bigint {
  const exponent = exponentOf(currency);
  const value = rate(text);
  const scale = 10n ** BigInt(exponent);
  if ((value.n * scale) % value.d !== 0n) {
    throw new MoneyError('too-many-decimals', `${text} ${currency} is finer than the ${exponent} decimals of ${currency}`);
  }
  return (value.n * scale) / value.d;
}

/** Minor units to major units as text, with every decimal of the currency: 1050n EUR is `"10.50"`, -5n BHD `"-0.005"`. */
export function formatMajor(amount: bigint, currency: CurrencyCode): string {
  const exponent = exponentOf(currency);
  const digits = `${amount < 0n ? -amount : amount}`.padStart(exponent + 1, '0');
  const sign = amount < 0n ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** The integer that JSON carries. Throws `not-a-safe-integer` beyond 2^53 - 1, where JSON readers lose units. */
export function toWireAmount(amount: bigint): number {
  const wire = Number(amount); // exact: whatever is not is refused below
  if (!Number.isSafeInteger(wire)) throw new MoneyError('not-a-safe-integer', `${amount} minor units do not fit a JSON integer`);
  return wire;
}

/** The amount of a JSON integer. Throws `not-a-safe-integer` for fractions and for what a double cannot hold exactly. */
export function fromWireAmount(wire: number): bigint {
  if (!Number.isSafeInteger(wire)) throw new MoneyError('not-a-safe-integer', `${wire} is not an integer of minor units`);
  return BigInt(wire);
}

/** Sum of amounts of one currency. */
export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
