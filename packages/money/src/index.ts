export { allocate, type Weight } from './allocate.js';
export { formatMajor, fromWireAmount, type Money, parseMajor, sum, toWireAmount } from './amount.js';
export { convert, exchange } from './convert.js';
export { type CurrencyCode, currencyCodes, exponentOf, isCurrency } from './currency.js';
export { MoneyError, type MoneyErrorCode } from './money-error.js';
export {
  add,
  compare,
  divide,
  isDecimal,
  isZero,
  multiply,
  negate,
  one,
  parseFraction,
  type Rational,
  rate,
  rational,
  subtract,
  toExactText,
  toFraction,
  zero,
} from './rational.js';
export { defaultRounding, type RoundingMode, round, roundingModes } from './rounding.js';
