import { formatMajor } from '@tributary/money';

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
  /** What the header says of the transfers before they come: how many there are, and their sum in minor units. */
  count: number;
  total: bigint;
  transfers: AsyncIterable<CreditTransfer> | Iterable<CreditTransfer>;
}

/** The largest amount of one SEPA credit transfer, in cents. */
export const largestTransfer = 99_999_999_999n;

const namespace = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';

/**
 * ISO 20022 pain.001.001.09 of SEPA credit transfers, piece by piece: as long as the file may be, one transfer is held at a time. Throws
 * when an amount is not payable, and at the end when the transfers are not what the header has said of them.
 */
export async function* pain001(file: TransferFile): AsyncGenerator<string> {
  if (file.count === 0) throw new Error('a file needs a transfer');
  yield header(file);
  let count = 0;
  let total = 0n;
  for await (const transfer of file.transfers) {
    yield transferText(`${file.messageId}.0.${count}`, transfer);
    count++;
    total += transfer.amount;
  }
  if (count !== file.count || total !== file.total)
    throw new Error(`${file.messageId} says ${file.count} transfers of ${file.total} and has ${count} of ${total}`);
  yield '</PmtInf></CstmrCdtTrfInitn></Document>\n';
}

/** What we write is letters, digits and a few signs: nothing in it needs to be escaped but the plus, which is none of XML's. */
function header({ messageId, createdAt, debtor, count, total }: TransferFile): string {
  const sums = `<NbOfTxs>${count}</NbOfTxs><CtrlSum>${formatMajor(total, 'EUR')}</CtrlSum>`;
  const name = `<Nm>${sepaName(debtor.name)}</Nm>`;
  const at = createdAt.toISOString();
  return [
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}"><CstmrCdtTrfInitn>`,
    `<GrpHdr><MsgId>${messageId}</MsgId><CreDtTm>${at.slice(0, 19)}</CreDtTm>${sums}<InitgPty>${name}</InitgPty></GrpHdr>`,
    `<PmtInf><PmtInfId>${messageId}.0</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>${sums}`,
    `<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>${at.slice(0, 10)}</Dt></ReqdExctnDt>`,
    `<Dbtr>${name}</Dbtr><DbtrAcct>${accountText(debtor)}</DbtrAcct>`,
    // The debtor's bank must be named; who does not know its code says so.
    `<DbtrAgt>${agentText(debtor.bic) ?? '<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>'}</DbtrAgt><ChrgBr>SLEV</ChrgBr>\n`,
  ].join('');
}

function transferText(instructionId: string, { endToEndId, creditor, amount, remittance }: CreditTransfer): string {
  if (amount <= 0n || amount > largestTransfer) throw new Error(`${formatMajor(amount, 'EUR')} EUR cannot be transferred`);
  if (instructionId.length > 35) throw new Error(`${instructionId} is too long to name a transfer`);
  const agent = agentText(creditor.bic);
  return [
    `<CdtTrfTxInf><PmtId><InstrId>${instructionId}</InstrId><EndToEndId>${endToEndId}</EndToEndId></PmtId>`,
    `<Amt><InstdAmt Ccy="EUR">${formatMajor(amount, 'EUR')}</InstdAmt></Amt>`,
    agent === undefined ? '' : `<CdtrAgt>${agent}</CdtrAgt>`,
    `<Cdtr><Nm>${sepaName(creditor.name)}</Nm></Cdtr><CdtrAcct>${accountText(creditor)}</CdtrAcct>`,
    `<RmtInf><Ustrd>${sepaText(remittance, 140)}</Ustrd></RmtInf></CdtTrfTxInf>\n`,
  ].join('');
}

const accountText = ({ iban }: BankParty): string => `<Id><IBAN>${checked(iban, /^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$/)}</IBAN></Id>`;

const agentText = (bic: string | undefined): string | undefined =>
  bic ? `<FinInstnId><BICFI>${checked(bic, /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/)}</BICFI></FinInstnId>` : undefined;

function checked(text: string, form: RegExp): string {
  if (!form.test(text)) throw new Error('an account is not one that SEPA knows');
  return text;
}

/** A party has a name, if only one that says that it has none in letters that banks take. */
const sepaName = (name: string): string => sepaText(name, 70) || 'NOTPROVIDED';

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
