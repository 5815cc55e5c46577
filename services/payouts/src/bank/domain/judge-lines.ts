import { isUnsent, type PayoutStatus, type Report } from '../../payouts/domain/payout-state.js';
import type { BankLine } from './bank-line.js';
import { type Finding, identityOf } from './findings.js';

/** What must be known of a payout to hold a line against it. */
export interface KnownPayout {
  id: string;
  status: PayoutStatus;
  amount: bigint;
  currency: string;
}

/** What lines say of payouts, and the lines that cannot be believed. */
export interface Judged {
  reports: (Report & { payoutId: string; line: BankLine })[];
  findings: Finding[];
}

/**
 * Holds each line against the payout that it names. What names none, does not fit its amount, or speaks of what the bank was never
 * sent, moves nothing: it becomes a finding. The rest are reports for the state machine of payouts.
 */
export function judgeLines(lines: readonly BankLine[], payouts: ReadonlyMap<string, KnownPayout>): Judged {
  const judged: Judged = { reports: [], findings: [] };
  // What the bank took for itself says nothing of the payment.
  for (const line of lines.filter(({ charge }) => !charge)) {
    const payout = line.endToEndId === null ? undefined : payouts.get(line.endToEndId);
    const finding = payout ? misfit(line, payout) : unknownLine(line);
    if (finding) judged.findings.push(finding);
    else if (payout && line.outcome !== null) {
      const { outcome, reference, reason } = line;
      judged.reports.push({ payoutId: payout.id, outcome, reference, reason, line });
    }
  }
  return judged;
}

function misfit(line: BankLine, payout: KnownPayout): Finding | null {
  if (isUnsent(payout.status))
    return {
      ...ofLine(line, payout),
      kind: 'extra',
      key: `extra:${identityOf(line)}:1`,
      detail: `the payout is ${payout.status}: no bank has it`,
    };
  if (differs(line, payout))
    return {
      ...ofLine(line, payout),
      kind: 'different',
      key: differentKey(line, payout),
      detail: `the payout is of ${payout.amount} ${payout.currency}`,
    };
  if (line.outcome === null)
    return {
      ...ofLine(line, payout),
      kind: 'unclear',
      key: `unclear:${payout.id}:${line.reason}`,
      detail: `the bank says ${line.reason ?? 'nothing clear'}`,
    };
  return null;
}

/** Whether a line says another amount or currency than the payout has. */
export const differs = (line: BankLine, payout: Pick<KnownPayout, 'amount' | 'currency'>): boolean =>
  line.amount !== null && (line.amount !== payout.amount || line.currency !== payout.currency);

export const differentKey = (line: BankLine, payout: Pick<KnownPayout, 'id'>): string =>
  `different:${payout.id}:${line.direction}:${line.amount}:${line.currency}`;

function unknownLine(line: BankLine): Finding {
  const detail = line.fileId === null ? 'no payout of the brand by this name' : `no file of payments by the name ${line.fileId}`;
  return {
    ...ofLine(line, null),
    kind: 'extra',
    key: `extra:${line.fileId === null ? '' : `${line.fileId}:`}${identityOf(line)}:1`,
    detail,
  };
}

/** What a line says that moved no money of the ledger. */
function ofLine(line: BankLine, payout: KnownPayout | null): Omit<Finding, 'kind' | 'key' | 'detail'> {
  return {
    payoutId: payout?.id ?? null,
    direction: line.direction,
    currency: line.currency ?? payout?.currency ?? null,
    bookAmount: payout?.amount ?? null,
    bankAmount: line.amount,
    difference: 0n,
    line,
  };
}

/** A bank that contradicts what is final of a payout. */
export const contradiction = (line: BankLine, payout: KnownPayout, conflict: string): Finding => ({
  ...ofLine(line, payout),
  kind: 'contradiction',
  key: `contradiction:${payout.id}:${line.outcome}`,
  detail: conflict,
});
