import type { BankFileContent, BankLine } from '../domain/bank-line.js';
import { outcomeOfStatus, reasonText } from '../domain/iso-codes.js';
import { amountAt, identifier, paymentName, requireFew } from './values.js';
import { all, type Element, first, textAt } from './xml.js';

/** A customer payment status report: what the bank says of a pain.001, payment by payment or for all of it. */
export function readPain002(report: Element): BankFileContent {
  const group = first(report, 'OrgnlGrpInfAndSts');
  const fileId = identifier(textAt(group, 'OrgnlMsgId'));
  const payments = all(report, 'OrgnlPmtInfAndSts');
  const whole = [
    ...wholeOf(group, fileId, 'GrpSts'),
    ...payments.flatMap((payment) => wholeOf(payment, identifier(textAt(payment, 'OrgnlPmtInfId')), 'PmtInfSts')),
  ];
  // What is said of one payment counts before what is said of all.
  const single = payments.flatMap((payment) => all(payment, 'TxInfAndSts').map(lineOf));
  const lines = [...single, ...whole].map((line, index) => ({ ...line, number: index + 1 }));
  requireFew(lines.length);
  return { kind: 'pain.002', ibans: [], from: null, to: null, lines };
}

const bare = { number: 0, direction: 'out', booked: false, bookedOn: null } as const;

function lineOf(transaction: Element): BankLine {
  const status = textAt(transaction, 'TxSts') ?? '';
  const original = first(transaction, 'OrgnlTxRef');
  const amount = amountAt(original, 'Amt', 'InstdAmt') ?? amountAt(original, 'IntrBkSttlmAmt');
  return {
    ...bare,
    endToEndId: paymentName(textAt(transaction, 'OrgnlEndToEndId')),
    fileId: null,
    amount: amount?.amount ?? null,
    currency: amount?.currency ?? null,
    outcome: outcomeOfStatus(status),
    reference: identifier(textAt(transaction, 'AcctSvcrRef')),
    reason: reasonOf(transaction, status),
  };
}

/** What is said of all payments of a file. "Some of them" says nothing of any. */
function wholeOf(element: Element | undefined, fileId: string | null, name: string): BankLine[] {
  const status = textAt(element, name);
  if (element === undefined || status === null || status === 'PART') return [];
  const said = { outcome: outcomeOfStatus(status), reason: reasonOf(element, status) };
  return [{ ...bare, endToEndId: null, fileId, amount: null, currency: null, reference: null, ...said }];
}

function reasonOf(element: Element, status: string): string | null {
  const code = textAt(element, 'StsRsnInf', 'Rsn', 'Cd') ?? textAt(element, 'StsRsnInf', 'Rsn', 'Prtry');
  if (code !== null) return reasonText(code.slice(0, 35));
  return outcomeOfStatus(status) === 'submitted' || outcomeOfStatus(status) === 'settled' ? null : status.slice(0, 35);
}
