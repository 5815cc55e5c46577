import type { ReportedOutcome } from '../../payouts/domain/payout-state.js';

/** ISO 20022 payment statuses, as far as they say something of a payout. */
const statuses: Readonly<Record<string, ReportedOutcome>> = {
  RCVD: 'submitted',
  PDNG: 'submitted',
  ACTC: 'submitted',
  ACCP: 'submitted',
  ACFC: 'submitted',
  ACWC: 'submitted',
  ACWP: 'submitted',
  ACSP: 'submitted',
  PATC: 'submitted',
  PART: 'submitted',
  ACSC: 'settled',
  ACCC: 'settled',
  RJCT: 'failed',
  CANC: 'failed',
};

/** What a payment status means; null for one that says nothing certain, which a person must look at. */
export const outcomeOfStatus = (code: string): ReportedOutcome | null => statuses[code] ?? null;

const reasons: Readonly<Record<string, string>> = {
  AC01: 'account number incorrect',
  AC03: 'creditor account number invalid',
  AC04: 'account closed',
  AC06: 'account blocked',
  AC13: 'debtor account type invalid',
  AG01: 'transaction forbidden on this account',
  AG02: 'operation code invalid',
  AM02: 'amount not allowed',
  AM04: 'insufficient funds',
  AM05: 'duplicate',
  AM09: 'wrong amount',
  BE01: 'name and account do not belong together',
  BE04: "creditor's address missing",
  CURR: 'currency incorrect',
  CUST: 'asked for by the customer',
  DUPL: 'duplicate payment',
  FF01: 'file format invalid',
  FOCR: 'following a request to cancel',
  MD07: 'account holder deceased',
  MS02: 'refused by the creditor',
  MS03: 'reason not given by the bank',
  NARR: 'reason in words, not kept',
  RC01: 'bank identifier incorrect',
  RR01: 'regulatory: debtor account or identification missing',
  RR02: 'regulatory: debtor name or address missing',
  RR03: 'regulatory: creditor name or address missing',
  RR04: 'regulatory reason',
  TM01: 'after the cut-off time',
};

/** A reason code with its meaning, where it is known. */
export function reasonText(code: string): string {
  const meaning = reasons[code];
  return meaning === undefined ? code : `${code} ${meaning}`;
}
