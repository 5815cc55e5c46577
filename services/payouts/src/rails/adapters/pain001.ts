import { formatMajor, sum } from '@tributary/money';
import SEPA from 'sepa';

export interface BankParty {
  name: string;
  iban: string;
  bic?: string | undefined;
}
export interface CreditTransfer {
  endToEndId: string;
  creditor: BankParty;
  /** Minor units of EUR. */
  amount: bigint;
  remittance: string;
}
export interface TransferFile {
  messageId: string;
  createdAt: Date;
  debtor: BankParty;
  transfers: readonly CreditTransfer[];
}

/** The largest amount of one SEPA credit transfer, in cents. */
export const largestTransfer = 99_999_999_999n;

/**
 * ISO 20022 pain.001.001.09 of SEPA credit transfers. Amounts are handed over digit by digit; the control sum that the library adds
 * up is held against the exact one. Throws when an amount is not payable or the sums differ.
 */
export function pain001(file: TransferFile): string {
  const document = new SEPA.Document('pain.001.001.09');
  document.grpHdr.id = file.messageId;
  document.grpHdr.created = file.createdAt;
  document.grpHdr.initiatorName = sepaText(file.debtor.name, 70);
  const info = document.createPaymentInfo();
  info.requestedExecutionDate = file.createdAt;
  info.batchBooking = true;
  info.debtorName = sepaText(file.debtor.name, 70);
  info.debtorIBAN = file.debtor.iban;
  info.debtorBIC = file.debtor.bic ?? '';
  document.addPaymentInfo(info);
  for (const transfer of file.transfers) {
    const line = info.createTransaction();
    line.creditorName = sepaText(transfer.creditor.name, 70);
    line.creditorIBAN = transfer.creditor.iban;
    line.creditorBIC = transfer.creditor.bic ?? '';
    line.amount = exactCents(transfer.amount);
    line.end2endId = transfer.endToEndId;
    line.remittanceInfo = sepaText(transfer.remittance, 140);
    info.addTransaction(line);
  }
  const xml = document.toString();
  const total = formatMajor(sum(file.transfers.map(({ amount }) => amount)), 'EUR');
  if (xml.split(`<CtrlSum>${total}</CtrlSum>`).length !== 3) throw new Error(`the control sum of ${file.messageId} is not ${total}`);
  return xml;
}

/** Cents as the library's number of euros, which it prints with two decimals: exact up to the limit, and checked to be. */
function exactCents(amount: bigint): number {
  const text = formatMajor(amount, 'EUR');
  const euros = Number(text);
  if (amount <= 0n || amount > largestTransfer || euros.toFixed(2) !== text) throw new Error(`${text} EUR cannot be transferred`);
  return euros;
}

const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  Æ: 'AE',
  æ: 'ae',
  Ø: 'O',
  ø: 'o',
  Œ: 'OE',
  œ: 'oe',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Þ: 'Th',
  þ: 'th',
  ı: 'i',
  '&': '+',
};

/** In the characters that every SEPA bank takes: accents are dropped, what is left over becomes a full stop. */
export function sepaText(text: string, maxLength: number): string {
  const plain = text
    .replace(/[ßÆæØøŒœŁłĐđÞþı&]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  return plain
    .replace(/[^A-Za-z0-9/\-?:().,'+ ]/g, '.')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLength);
}
