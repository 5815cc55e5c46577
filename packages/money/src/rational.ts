import { MoneyError } from './money-error.js';

/** An exact number `n / d`: always in lowest terms, `d` at least 1. Rates, shares and sub-cent sums are these. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** `n / d` in lowest terms. Throws `division-by-zero`. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 0n) throw new MoneyError('division-by-zero', `${n} cannot be divided by zero`);
  if (d === 1n) return { n, d };
  const divisor = greatestCommonDivisor(n, d);
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / divisor, d: (sign * d) / divisor };
}

/** Nothing: where sums begin. */
export const zero: Rational = { n: 0n, d: 1n };
/** The whole of something, and one unit of it: where products begin. */
export const one: Rational = { n: 1n, d: 1n };

const decimalPattern = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/;

/**
 * The exact value of a decimal string: `rate('0.25')` is 1/4. Plain digits only: no exponent, plus sign, spaces or
 * separators, at most 40 digits on each side. Throws `not-a-decimal`.
 */
export function rate(decimal: string): Rational {
  const match = decimalPattern.exec(decimal);
  if (!match) throw new MoneyError('not-a-decimal', `${JSON.stringify(decimal)} is not a decimal number such as "0.25"`);
  const [, sign = '', whole = '0', decimals = ''] = match;
  const n = BigInt(whole + decimals);
  return rational(sign === '-' ? -n : n, 10n ** BigInt(decimals.length));
}

/** Whether `rate` accepts the string. */
export const isDecimal = (text: string): boolean => decimalPattern.test(text);

export const add = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d);
export const subtract = (a: Rational, b: Rational): Rational => rational(a.n * b.d - b.n * a.d, a.d * b.d);
export const multiply = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d);
/** Throws `division-by-zero`. */
export const divide = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n);
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d });
export const isZero = (a: Rational): boolean => a.n === 0n;

/** Negative, zero or positive, as a sort wants it. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.n * b.d - b.n * a.d;
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

/** Exact text for storage: `"7/2"`, or `"3"` for an integer. `parseFraction` reads it back. */
export const toFraction = (a: Rational): string => (a.d === 1n ? `${a.n}` : `${a.n}/${a.d}`);

/** Reads what `toFraction` wrote. Throws `not-a-fraction`. */
export function parseFraction(text: string): Rational {
  const match = /^(-?\d+)(?:\/(\d+))?$/.exec(text);
  if (!match?.[1]) throw new MoneyError('not-a-fraction', `${JSON.stringify(text)} is not a fraction such as "7/2"`);
  return rational(BigInt(match[1]), BigInt(match[2] ?? '1'));
}

/** Exact text for people: a decimal where one is exact (`"0.0768"`), else the fraction (`"1/3"`). */
export function toExactText(a: Rational): string {
  let [rest, twos, fives] = [a.d, 0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  if (rest !== 1n) return toFraction(a);
  const places = Math.max(twos, fives);
  if (places === 0) return `${a.n}`;
  const digits = `${magnitude(a.n) * (10n ** BigInt(places) / a.d)}`.padStart(places + 1, '0');
  return `${a.n < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
