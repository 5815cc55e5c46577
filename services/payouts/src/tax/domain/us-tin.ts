export type TinType = 'ssn' | 'ein' | 'itin';

/** Prefixes that the IRS has given to no campus. */
const unusedEinPrefixes = new Set(['00', '07', '08', '09', '17', '18', '19', '28', '29', '49', '69', '70', '78', '79', '89', '96', '97']);

const isSsn = (digits: string): boolean => /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits);
/** Nine, and a group of one of the ranges that the IRS gives to individual taxpayers who have no social security number. */
const isItin = (digits: string): boolean => /^9\d{2}(5\d|6[0-5]|7\d|8[0-8]|9[0-2]|9[4-9])\d{4}$/.test(digits);
const isEin = (digits: string): boolean => /^\d{9}$/.test(digits) && !unusedEinPrefixes.has(digits.slice(0, 2));

const checks: Readonly<Record<TinType, { written: RegExp; holds: (digits: string) => boolean }>> = {
  ssn: { written: /^\d{3}-?\d{2}-?\d{4}$/, holds: isSsn },
  itin: { written: /^\d{3}-?\d{2}-?\d{4}$/, holds: isItin },
  ein: { written: /^\d{2}-?\d{7}$/, holds: isEin },
};

/** The nine digits of a tax number of the United States; null when it cannot be one of that type. None of them has a check digit. */
export function checkedTin({ type, value }: { type: TinType; value: string }): string | null {
  const { written, holds } = checks[type];
  const digits = value.replaceAll('-', '');
  return written.test(value) && holds(digits) ? digits : null;
}

/** Enough of a number for its owner to recognise it. */
export const tinHint = (number: string): string => `***${number.replaceAll(/[^A-Za-z0-9]/g, '').slice(-4)}`;
