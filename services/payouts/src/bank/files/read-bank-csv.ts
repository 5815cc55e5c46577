import { type BankFileContent, type BankLine, UnreadableFile } from '../domain/bank-line.js';
import { parseCsv } from '../domain/csv.js';
import { reasonText } from '../domain/iso-codes.js';
import { amountOf, dayOf, identifier, paymentName, requireFew } from './values.js';

const columns = ['bookedOn', 'amount', 'currency', 'endToEndId', 'reference', 'returnReason'] as const;
type Column = (typeof columns)[number];
const needed: readonly Column[] = ['bookedOn', 'amount', 'currency', 'endToEndId'];

/** A statement as CSV: a header that names the columns, then a booking each. What left the account is negative, as banks write it. */
export function readBankCsv(text: string): BankFileContent {
  const [header, ...rows] = parseCsv(text) ?? [];
  if (header === undefined) throw new UnreadableFile('the file is no CSV, or empty');
  const place = new Map(header.map((name, index) => [name.trim(), index]));
  const missing = needed.find((name) => !place.has(name));
  if (missing !== undefined) throw new UnreadableFile(`the file has no column ${missing}; it may have ${columns.join(', ')}`);
  requireFew(rows.length);
  const lines = rows.map((row, index): BankLine => {
    if (row.length !== header.length) throw new UnreadableFile(`row ${index + 2} has ${row.length} cells, not ${header.length}`);
    const cell = (name: Column) => row[place.get(name) ?? -1]?.trim() ?? '';
    return lineOf(cell, index + 1);
  });
  const days = lines.map(({ bookedOn }) => bookedOn ?? '').sort();
  return { kind: 'csv', ibans: [], from: days[0] ?? null, to: days.at(-1) ?? null, lines };
}

function lineOf(cell: (name: Column) => string, number: number): BankLine {
  const out = cell('amount').startsWith('-');
  const bookedOn = dayOf(cell('bookedOn'));
  if (bookedOn === null) throw new UnreadableFile(`row ${number + 1} has no date`);
  const code = cell('returnReason').slice(0, 35);
  return {
    number,
    endToEndId: paymentName(cell('endToEndId')),
    fileId: null,
    direction: out ? 'out' : 'back',
    ...amountOf(cell('amount').replace(/^[-+]/, ''), cell('currency')),
    outcome: out ? 'settled' : 'returned',
    booked: true,
    reference: identifier(cell('reference')),
    reason: code === '' ? null : reasonText(code),
    bookedOn,
  };
}
