import * as iso4217 from 'dinero.js/bigint/currencies';
import { MoneyError } from './money-error.js';

/** ISO 4217 code, upper case: `EUR`. */
export type CurrencyCode = string;

// The ariary and the ouguiya divide by five; ISO 4217 still gives both two decimals, and so do banks' messages.
const exponents: ReadonlyMap<CurrencyCode, number> = new Map(
  // exact: an exponent is at most 4
  Object.values(iso4217).map(({ code, base, exponent }) => [code, base === 10n ? Number(exponent) : 2]),
);

/** Every code known, sorted. */
export const currencyCodes: readonly CurrencyCode[] = [...exponents.keys()].sort();

export const isCurrency = (code: string): code is CurrencyCode => exponents.has(code);

/** Decimals of the minor unit: EUR 2, JPY 0, BHD 3. Throws `unknown-currency`. */
export function exponentOf(currency: CurrencyCode): number {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new MoneyError('unknown-currency', `${JSON.stringify(currency)} is not an ISO 4217 currency code`);
  return exponent;
}
