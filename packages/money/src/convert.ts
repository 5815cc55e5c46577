import { type CurrencyCode, exponentOf } from './currency.js';
import { multiply, type Rational, rational } from './rational.js';
import { round } from './rounding.js';

/**
 * An amount in minor units of `from` as minor units of `to`, exactly: 100.00 USD at 0.92 are 9200 cents of EUR, at 150 they
 * are 15000 yen, which have no cents. `rate` is what one **major** unit of `from` costs in `to`. Nothing is rounded: do that
 * once a posting, as the last step. Throws `unknown-currency`.
 */
export function convert(amountMinor: bigint | Rational, from: CurrencyCode, to: CurrencyCode, rate: Rational): Rational {
  const exact = typeof amountMinor === 'bigint' ? rational(amountMinor) : amountMinor;
  const scale = rational(10n ** BigInt(exponentOf(to)), 10n ** BigInt(exponentOf(from)));
  return multiply(multiply(exact, rate), scale);
}

/**
 * What a payment of one currency is in another, in whole minor units: rounded half to even, so that exchanges there and back give
 * neither side the halves. `rate` is exact; the exchange back is stored, and never computed anew.
 */
export const exchange = (amountMinor: bigint, from: CurrencyCode, to: CurrencyCode, rate: Rational): bigint =>
  round(convert(amountMinor, from, to, rate), 'half-even');
