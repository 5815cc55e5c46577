import { dayMs, dayNumberAt } from '@tributary/calendar';
import type { PayoutCharge } from '@tributary/contracts';
import { type CurrencyCode, formatMajor } from '@tributary/money';
import { kindOf, type StatementLine } from './statement-lines.js';

/** A column of a table on paper: where it begins and ends, in points. */
export interface Column {
  title: string;
  from: number;
  to: number;
  right?: boolean;
}

/** What goes on paper: a heading, a table that may run over many pages, and what it comes to. */
export interface Sheet {
  title: string;
  /** Of the document itself; it stays the same however often it is printed. */
  writtenAt: Date;
  facts: readonly (readonly [label: string, value: string])[];
  columns: readonly Column[];
  totals: readonly (readonly [label: string, amount: string])[];
}

/** In words, as partners read them. */
const words: Readonly<Record<string, string>> = {
  commission: 'Commission',
  reversal: 'Commission taken back',
  rejection: 'Not approved',
  'write-off': 'Written off',
  payout: 'Payout',
  'payout-returned': 'Payout came back',
  fee: 'Fee',
  'exchange-fee': 'Exchange fee',
  withholding: 'Tax withheld',
  vat: 'VAT',
  offset: 'Offset between brands',
  'offset-credit': 'Settled by other brands',
  exchange: 'Exchange',
  other: 'Other',
};
export const inWords = (kind: string): string => words[kind] ?? kind;

/** A calendar day on the clocks of a zone. */
export const dayIn = (at: Date, timeZone: string): string =>
  new Date(dayNumberAt(at.getTime(), timeZone) * dayMs).toISOString().slice(0, 10);

export const statementColumns: readonly Column[] = [
  { title: 'No.', from: 40, to: 76 },
  { title: 'Booked', from: 78, to: 136 },
  { title: 'Counts from', from: 138, to: 198 },
  { title: 'What', from: 200, to: 310 },
  { title: 'Reference', from: 312, to: 475 },
  { title: 'Amount', from: 477, to: 555, right: true },
];
/** A line of a statement as cells of the table. */
export const statementCells = (line: StatementLine, currency: CurrencyCode, timeZone: string): string[] => [
  String(line.number),
  dayIn(line.bookedAt, timeZone),
  dayIn(line.effectiveAt, timeZone),
  inWords(kindOf(line.account, line.amount)),
  line.payoutId ?? line.entryId ?? line.transactionId,
  formatMajor(line.amount, currency),
];

export const payoutColumns: readonly Column[] = [
  { title: 'No.', from: 40, to: 76 },
  { title: 'Earned', from: 78, to: 136 },
  { title: 'Reference', from: 138, to: 475 },
  { title: 'Amount', from: 477, to: 555, right: true },
];
/** What is charged to a payout, as cells that follow its lines. */
export const chargeCells = (charge: PayoutCharge, number: number, currency: CurrencyCode): string[] => [
  String(number),
  '',
  inWords(charge.kind),
  formatMajor(BigInt(charge.amount), currency),
];
