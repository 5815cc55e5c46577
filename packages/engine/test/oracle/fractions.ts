/** Integers over a scale of their own: the oracle's arithmetic, nothing is ever shortened. */
export type Scaled = readonly [n: bigint, scale: bigint];

export const nought: Scaled = [0n, 1n];
export const whole = (n: bigint | number): Scaled => [BigInt(n), 1n];
export const plus = (a: Scaled, b: Scaled): Scaled => (a[1] === b[1] ? [a[0] + b[0], a[1]] : [a[0] * b[1] + b[0] * a[1], a[1] * b[1]]);
export const minus = (a: Scaled, b: Scaled): Scaled => plus(a, [-b[0], b[1]]);
export const times = (a: Scaled, b: Scaled): Scaled => [a[0] * b[0], a[1] * b[1]];
export const over = (a: Scaled, b: Scaled): Scaled => (b[0] < 0n ? [-a[0] * b[1], -a[1] * b[0]] : [a[0] * b[1], a[1] * b[0]]);
export const isLess = (a: Scaled, b: Scaled): boolean => a[0] * b[1] < b[0] * a[1];
export const least = (a: Scaled, b: Scaled): Scaled => (isLess(b, a) ? b : a);
export const most = (a: Scaled, b: Scaled): Scaled => (isLess(a, b) ? b : a);

export function decimal(text: string | number): Scaled {
  const [front = '0', digits = ''] = String(text).split('.');
  return [BigInt(front + digits), 10n ** BigInt(digits.length)];
}

export const halfAway = ([n, d]: Scaled): bigint => (n < 0n ? -((-2n * n + d) / (2n * d)) : (2n * n + d) / (2n * d));
export const floor = ([n, d]: Scaled): bigint => (n < 0n ? -((-n + d - 1n) / d) : n / d);
