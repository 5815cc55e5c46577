import { type BankFileContent, UnreadableFile } from '../domain/bank-line.js';
import { readBankCsv } from './read-bank-csv.js';
import { readCamt } from './read-camt.js';
import { readPain002 } from './read-pain002.js';
import { all, first, readXml } from './xml.js';

/** What the lines of one file may come to, in minor units: more is no sum that a JSON number holds. */
const largestSum = 9_000_000_000_000_000n;

/** Reads a file of a bank by what it says that it is. @throws UnreadableFile */
export function readBankFile(mediaType: string, text: string): BankFileContent {
  if (text.includes('\0')) throw new UnreadableFile('the file holds characters that no text has');
  const file = readByKind(mediaType, text);
  if (file.lines.reduce((sum, { amount }) => sum + (amount ?? 0n), 0n) > largestSum)
    throw new UnreadableFile('the sum of the file is too large');
  return file;
}

function readByKind(mediaType: string, text: string): BankFileContent {
  if (mediaType === 'text/csv') return readBankCsv(text);
  const document = first(readXml(text), 'Document');
  const status = first(document, 'CstmrPmtStsRpt');
  if (status) return readPain002(status);
  const statements = all(document, 'BkToCstmrStmt', 'Stmt');
  if (statements.length > 0) return readCamt('camt.053', statements);
  const notifications = all(document, 'BkToCstmrDbtCdtNtfctn', 'Ntfctn');
  if (notifications.length > 0) return readCamt('camt.054', notifications);
  throw new UnreadableFile('the file is no pain.002, camt.053 or camt.054');
}
