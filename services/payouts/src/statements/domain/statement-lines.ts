import { type StatementLineKind, statementLineKinds } from '@tributary/contracts';

/** Where what a brand owes a partner lies: their sum is the balance of the account. */
export const owedAccounts = ['pending', 'held', 'approved', 'payable', 'in-payout', 'receivable'] as const;
/** The brand's own affair. They sum to zero in a transaction; should they ever not, the rest stands under `brand`. */
export const brandAccounts = ['brand-funds', 'rail-clearing', 'disbursed', 'rail-fees', 'suspense'] as const;

const kinds: Readonly<Record<string, StatementLineKind>> = {
  rejected: 'rejection',
  'written-off': 'write-off',
  fees: 'fee',
  'exchange-fees': 'exchange-fee',
  // What the brand bears of a fee takes it away again.
  'exchange-costs': 'exchange-fee',
  'tax-withheld': 'withholding',
  vat: 'vat',
  offset: 'offset',
  exchange: 'exchange',
};

/** What a line is called: by the account on the other side of the partner's, and by its sign. */
export function kindOf(account: string, amount: bigint): StatementLineKind {
  if (account === 'brand-expense') return amount > 0n ? 'commission' : 'reversal';
  if (account === 'paid') return amount < 0n ? 'payout' : 'payout-returned';
  return kinds[account] ?? 'other';
}

export interface KindTotal {
  kind: StatementLineKind;
  amount: bigint;
  lines: number;
}

/** The lines by kind, in the order of kinds. */
export function totalsByKind(sums: readonly { account: string; amount: bigint; lines: number }[]): KindTotal[] {
  return statementLineKinds.flatMap((kind) => {
    const same = sums.filter((sum) => kindOf(sum.account, sum.amount) === kind);
    const lines = same.reduce((count, sum) => count + sum.lines, 0);
    return lines === 0 ? [] : [{ kind, amount: same.reduce((total, sum) => total + sum.amount, 0n), lines }];
  });
}

export interface StatementLine {
  number: number;
  transactionId: string;
  account: string;
  amount: bigint;
  bookedAt: Date;
  effectiveAt: Date;
  entryId: string | null;
  payoutId: string | null;
}

/** The lines as the text that is hashed; the database writes the same. */
export const linesText = (lines: readonly StatementLine[]): string =>
  lines
    .map((line) =>
      [
        line.number,
        line.transactionId,
        line.account,
        line.amount,
        line.bookedAt.getTime(),
        line.effectiveAt.getTime(),
        line.entryId ?? '',
        line.payoutId ?? '',
      ].join('|'),
    )
    .join('\n');
