const decimalPattern = /^-?\d+(?:\.\d+)?$/;

/** Negative, zero or positive; undefined when either is not a plain decimal number. Exact: no float arithmetic. */
export function compareNumbers(a: number | bigint | string, b: number | bigint | string): number | undefined {
  if (isWhole(a) && isWhole(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [decimalText(a), decimalText(b)];
  if (x === undefined || y === undefined) return undefined;
  const places = Math.max(decimalsOf(x).length, decimalsOf(y).length);
  const difference = scaled(x, places) - scaled(y, places);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Whether the value is a number that rules can compare: numbers JSON would print without an exponent, or such text. */
export const isNumeric = (value: unknown): boolean =>
  (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') && decimalText(value) !== undefined;

/** Compared as they stand: nothing is lost, and most amounts are whole. */
const isWhole = (value: number | bigint | string): value is number | bigint => typeof value === 'bigint' || Number.isSafeInteger(value);

function decimalText(value: number | bigint | string): string | undefined {
  const text = String(value);
  return decimalPattern.test(text) ? text : undefined;
}

const decimalsOf = (text: string): string => text.split('.')[1] ?? '';
const scaled = (text: string, places: number): bigint => BigInt(text.replace('.', '') + '0'.repeat(places - decimalsOf(text).length));
