import { exponentOf, isDecimal, multiply, rate, rational } from '@tributary/money';

export type AmountFlaw = 'amount-finer-than-minor-unit' | 'amount-too-large';

/** A whole number, as people write it in orders; undefined when it is none. */
export const integerOf = (text: string): bigint | undefined => (/^-?\d{1,15}$/.test(text) ? BigInt(text) : undefined);

/** A price as its exact text; undefined when it is no decimal number. */
export const priceOf = (text: string): string | undefined => (isDecimal(text) ? text : undefined);

/** Quantity times unit price in minor units, exactly: what has no whole number of them is not rounded. */
export function amountOf(quantity: bigint, unitPrice: string, currency: string): { amount: number } | { flaw: AmountFlaw } {
  const exact = multiply(multiply(rate(unitPrice), rational(quantity)), rational(10n ** BigInt(exponentOf(currency))));
  if (exact.d !== 1n) return { flaw: 'amount-finer-than-minor-unit' };
  const amount = Number(exact.n); // exact: checked below
  return Number.isSafeInteger(amount) ? { amount } : { flaw: 'amount-too-large' };
}
