import { type BankFileContent, type BankLine, UnreadableFile } from '../domain/bank-line.js';
import { reasonText } from '../domain/iso-codes.js';
import { type Amount, amountAt, dayOf, identifier, paymentName, requireFew } from './values.js';
import { all, type Element, first, textAt } from './xml.js';

/** Statements (camt.053) or notifications (camt.054) of an account: each detail of each entry is a line. */
export function readCamt(kind: 'camt.053' | 'camt.054', reports: readonly Element[]): BankFileContent {
  if (kind === 'camt.053') for (const report of reports) requireBalanced(report);
  const lines = reports.flatMap((report) => all(report, 'Ntry').flatMap(linesOf)).map((line, index) => ({ ...line, number: index + 1 }));
  requireFew(lines.length);
  const days = [
    ...reports.flatMap((report) => [dayOf(textAt(report, 'FrToDt', 'FrDtTm')), dayOf(textAt(report, 'FrToDt', 'ToDtTm'))]),
    ...lines.map(({ bookedOn }) => bookedOn),
  ].flatMap((day) => (day === null ? [] : [day]));
  days.sort();
  const ibans = reports.flatMap((report) => textAt(report, 'Acct', 'Id', 'IBAN') ?? []);
  return { kind, ibans: [...new Set(ibans)], from: days[0] ?? null, to: days.at(-1) ?? null, lines };
}

const sides = ['DBIT', 'CRDT'];

function sideOf(element: Element): 'DBIT' | 'CRDT' | null {
  const side = textAt(element, 'CdtDbtInd');
  if (side === null) return null;
  if (!sides.includes(side)) throw new UnreadableFile('an entry is neither debit nor credit');
  return side as 'DBIT' | 'CRDT';
}

function linesOf(entry: Element): BankLine[] {
  const amount = amountAt(entry, 'Amt');
  const side = sideOf(entry);
  if (amount === null || side === null) throw new UnreadableFile('an entry has no amount, or no side');
  const status = textAt(entry, 'Sts') ?? textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts', 'Prtry');
  const whole = {
    amount,
    side,
    booked: status === 'BOOK',
    reversal: textAt(entry, 'RvslInd') === 'true',
    reference: identifier(textAt(entry, 'AcctSvcrRef')) ?? identifier(textAt(entry, 'NtryRef')),
    bookedOn: dayOf(textAt(entry, 'BookgDt', 'Dt') ?? textAt(entry, 'BookgDt', 'DtTm')),
  };
  const details = all(entry, 'NtryDtls', 'TxDtls');
  if (isCharge(entry)) return [chargeLine(whole, details.length === 1 ? details[0] : undefined)];
  if (details.length === 0) return withCharges(entry, whole, (net) => lineOf(net, undefined, batchOf(entry)));
  const [only] = details;
  if (only && details.length === 1) return withCharges(has(only, 'Chrgs') ? only : entry, whole, (net) => lineOf(net, only, null), only);
  return [
    ...details.flatMap((detail) => withCharges(detail, { ...whole, ...partOf(detail, whole) }, (net) => lineOf(net, detail, null), detail)),
    ...remainder(whole, details),
  ];
}

const has = (element: Element, name: string) => all(element, name).length > 0;

/** An entry that is nothing but what the bank takes for itself, by its code. */
const isCharge = (entry: Element): boolean => textAt(entry, 'BkTxCd', 'Domn', 'Fmly', 'SubFmlyCd') === 'CHRG';

/** What the bank says that it took out of an amount; what it does not say to be in it has an entry of its own. */
function includedCharges(element: Element, { amount, side }: Whole): bigint {
  const records = all(element, 'Chrgs', 'Rcrd').filter((record) => textAt(record, 'ChrgInclInd') === 'true');
  const sum = records.reduce((total, record) => {
    const charge = amountAt(record, 'Amt');
    // Of another currency it cannot be in this amount.
    if (charge === null || charge.currency !== amount.currency) return total;
    return total + signed({ amount: charge, side: sideOf(record) ?? 'DBIT' });
  }, 0n);
  const net = signed({ amount, side }) - sum;
  // More than all of it is no charge on it.
  return side === 'DBIT' ? (net > 0n ? sum : 0n) : net < 0n ? sum : 0n;
}

/** The payment as it was ordered, and what the bank took besides as a line of its own. */
function withCharges(element: Element, whole: Whole, lineFor: (net: Whole) => BankLine, detail?: Element): BankLine[] {
  const charges = includedCharges(element, whole);
  if (charges === 0n) return [lineFor(whole)];
  const { currency } = whole.amount;
  const net = signed(whole) - charges;
  const taken = { amount: magnitude(charges), currency };
  return [
    lineFor({ ...whole, amount: { amount: magnitude(net), currency } }),
    chargeLine({ ...whole, amount: taken, side: charges > 0n ? 'DBIT' : 'CRDT', reversal: false }, detail),
  ];
}

const magnitude = (amount: bigint) => (amount < 0n ? -amount : amount);

const chargeLine = (whole: Whole, detail: Element | undefined): BankLine => ({
  ...lineOf(whole, detail, null),
  outcome: null,
  reason: 'a charge of the bank',
  charge: true,
});

interface Whole {
  amount: Amount;
  side: 'DBIT' | 'CRDT';
  booked: boolean;
  reversal: boolean;
  reference: string | null;
  bookedOn: string | null;
}

/** Our name for the file of payments that was booked as one sum. */
function batchOf(entry: Element): string | null {
  const batch = first(entry, 'NtryDtls', 'Btch');
  return identifier(textAt(batch, 'PmtInfId') ?? textAt(batch, 'MsgId'));
}

function partOf(detail: Element, whole: Whole): Pick<Whole, 'amount' | 'side' | 'reference'> {
  const amount = amountAt(detail, 'Amt') ?? amountAt(detail, 'AmtDtls', 'TxAmt', 'Amt');
  if (amount === null) throw new UnreadableFile('one of several transactions of an entry has no amount');
  const reference = identifier(textAt(detail, 'Refs', 'AcctSvcrRef'));
  return { amount, side: sideOf(detail) ?? whole.side, reference: reference ?? whole.reference };
}

function lineOf(whole: Whole, detail: Element | undefined, fileId: string | null): BankLine {
  const direction = whole.side === 'DBIT' ? 'out' : 'back';
  const code = textAt(detail, 'RtrInf', 'Rsn', 'Cd') ?? textAt(detail, 'RtrInf', 'Rsn', 'Prtry');
  const reversedCredit = whole.reversal && direction === 'out';
  const booked = direction === 'out' ? 'settled' : 'returned';
  // Expected, but not booked yet: money going out is on its way; money coming back is not back.
  const expected = direction === 'out' ? 'submitted' : null;
  return {
    number: 0,
    endToEndId: paymentName(textAt(detail, 'Refs', 'EndToEndId')),
    fileId,
    direction,
    ...whole.amount,
    outcome: reversedCredit ? null : whole.booked ? booked : expected,
    booked: whole.booked,
    reference: (detail && identifier(textAt(detail, 'Refs', 'AcctSvcrRef'))) ?? whole.reference,
    reason: code !== null ? reasonText(code.slice(0, 35)) : reversedCredit ? 'a credit was reversed' : null,
    bookedOn: whole.bookedOn,
  };
}

const signed = ({ amount, side }: { amount: Amount; side: 'DBIT' | 'CRDT' }) => (side === 'DBIT' ? amount.amount : -amount.amount);

/** What an entry moves beyond its details (a fee, a rounding): a line of its own, so that nothing of the entry is lost. */
function remainder(whole: Whole, details: readonly Element[]): BankLine[] {
  const parts = details.map((detail) => partOf(detail, whole));
  if (parts.some(({ amount }) => amount.currency !== whole.amount.currency))
    throw new UnreadableFile('the transactions of an entry are of another currency than it');
  const rest = signed(whole) - parts.reduce((sum, part) => sum + signed(part), 0n);
  if (rest === 0n) return [];
  const amount = { amount: rest < 0n ? -rest : rest, currency: whole.amount.currency };
  const line = lineOf({ ...whole, amount, side: rest < 0n ? 'CRDT' : 'DBIT' }, undefined, null);
  return [{ ...line, reason: 'the transactions of the entry do not add up to it' }];
}

/** A statement's own arithmetic: what it opens with, and what was booked, is what it closes with. */
function requireBalanced(report: Element): void {
  const balance = (...codes: string[]) => {
    const found = all(report, 'Bal').find((each) => codes.includes(textAt(each, 'Tp', 'CdOrPrtry', 'Cd') ?? ''));
    const amount = amountAt(found, 'Amt');
    return found === undefined || amount === null ? null : { amount: sideOf(found) === 'DBIT' ? -amount.amount : amount.amount };
  };
  const opening = balance('OPBD', 'PRCD');
  const closing = balance('CLBD');
  if (opening === null || closing === null) return;
  const booked = all(report, 'Ntry')
    .flatMap(linesOf)
    .filter((line) => line.booked)
    .reduce((sum, { amount, direction }) => sum + (direction === 'out' ? -(amount ?? 0n) : (amount ?? 0n)), 0n);
  if (opening.amount + booked !== closing.amount)
    throw new UnreadableFile('the opening balance and the entries of the statement are not its closing balance');
}
