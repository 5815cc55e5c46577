export type MoneyErrorCode =
  | 'not-a-decimal'
  | 'not-a-fraction'
  | 'too-many-decimals'
  | 'unknown-currency'
  | 'not-a-safe-integer'
  | 'division-by-zero'
  | 'nothing-to-allocate-by'
  | 'negative-weight';

/** What went wrong with an amount, a rate or a currency. `code` is stable; the message says it in English. */
export class MoneyError extends Error {
  constructor(
    readonly code: MoneyErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'MoneyError';
  }
}
