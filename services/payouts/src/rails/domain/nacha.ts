/** A credit to an account in the United States. */
export interface NachaEntry {
  payoutId: string;
  /** Cents. */
  amount: bigint;
  name: string;
  routingNumber: string;
  accountNumber: string;
  type: 'checking' | 'savings';
  holder: 'person' | 'company';
}
export interface NachaFile {
  createdAt: Date;
  /** The nth file of the day, from 0. */
  earlierToday: number;
  bank: { routingNumber: string; name: string };
  company: { id: string; name: string };
  /** Names the file among ours. */
  reference: string;
}

/** The largest amount of one entry, in cents. */
export const largestEntry = 9_999_999_999n;
const largestTotal = 999_999_999_999n;
const modifiers = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const creditsOnly = '220';
const recordLength = 94;
const blockingFactor = 10;

/** The check digit of the American Bankers Association. */
export function isRoutingNumber(text: string): boolean {
  if (!/^\d{9}$/.test(text) || text === '000000000') return false;
  const weights = [3, 7, 1];
  const weighted = [...text].map((digit, index) => Number(digit) * (weights[index % 3] ?? 0)); // exact: one digit by a small whole number
  return weighted.reduce((sum, each) => sum + each, 0) % 10 === 0;
}

/** Left-justified letters, cut to their field. What is not printable ASCII becomes a full stop, as do line ends. */
const letters = (text: string, length: number): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '.')
    .slice(0, length)
    .padEnd(length);

/** Right-justified digits. @throws when they do not fit: a number that is cut is another one */
function digits(value: bigint | number, length: number): string {
  const text = value.toString().padStart(length, '0');
  if (!/^\d+$/.test(text) || text.length > length) throw new Error(`${value} does not fit into ${length} digits`);
  return text;
}

const day = (date: Date): string => date.toISOString().slice(2, 10).replaceAll('-', '');

/** The next weekday; banks move what falls on a holiday. */
function nextWeekday(date: Date): Date {
  const next = new Date(date.getTime());
  do next.setUTCDate(next.getUTCDate() + 1);
  while (next.getUTCDay() === 0 || next.getUTCDay() === 6);
  return next;
}

/** What is added up over a batch, and over the file. */
interface Control {
  /** Entries and addenda. */
  records: number;
  hash: bigint;
  credit: bigint;
}
const hashDigits = 10n ** 10n;

const codes = { person: 'PPD', company: 'CCD' } as const;

/** Writes a NACHA file from its first record to its last: `begin`, each entry, `end`. Each returns records with their line ends. */
export interface NachaWriter {
  begin(): string;
  /** Persons' entries lie in a PPD batch, companies' in a CCD one: one kind comes whole before the other. */
  add(entry: NachaEntry): string;
  end(): string;
}

/**
 * A writer of a file of credits that holds nothing but its sums. Each entry has an addendum with the payout's id. @throws when an
 * amount, a routing number or a sum cannot be written.
 */
export function nachaWriter(file: NachaFile): NachaWriter {
  const origin = file.bank.routingNumber.slice(0, 8);
  const total: Control = { records: 0, hash: 0n, credit: 0n };
  let batch: { holder: NachaEntry['holder']; control: Control } | null = null;
  let [lines, batches, sequence] = [0, 0, 0];
  const record = (text: string): string => {
    if (text.length !== recordLength) throw new Error(`a record is ${text.length} characters long`);
    lines++;
    return `${text}\n`;
  };
  function endBatch(): string {
    if (batch === null) return '';
    const { control } = batch;
    batch = null;
    add(total, control);
    return record(batchControl(file, control, origin, batches));
  }
  function beginBatch(holder: NachaEntry['holder']): string {
    const ended = endBatch();
    if (batches === 2) throw new Error('entries of one kind come after each other');
    batch = { holder, control: { records: 0, hash: 0n, credit: 0n } };
    return ended + record(batchHeader(file, codes[holder], origin, ++batches));
  }
  return {
    begin: () => record(fileHeader(file)),
    add(entry) {
      const begun = batch?.holder === entry.holder ? '' : beginBatch(entry.holder);
      sequence++;
      const detail = record(entryDetail(entry, origin, sequence));
      if (batch) add(batch.control, { records: 2, hash: BigInt(entry.routingNumber.slice(0, 8)), credit: entry.amount });
      return `${begun}${detail}${record(`705${letters(entry.payoutId, 80)}0001${digits(sequence, 7)}`)}`;
    },
    end() {
      if (batches === 0) throw new Error('a file needs an entry');
      let text = endBatch();
      text += record(fileControl(total, batches, Math.ceil((lines + 1) / blockingFactor)));
      while (lines % blockingFactor !== 0) text += record('9'.repeat(recordLength));
      return text;
    },
  };
}

function add(to: Control, { records, hash, credit }: Control): void {
  to.records += records;
  to.hash += hash;
  to.credit += credit;
}

function fileHeader({ bank, company, createdAt, earlierToday, reference }: NachaFile): string {
  const modifier = modifiers[earlierToday];
  if (modifier === undefined) throw new Error('a bank takes thirty-six files a day');
  const time = createdAt.toISOString().slice(11, 16).replace(':', '');
  return `101 ${bank.routingNumber}${company.id}${day(createdAt)}${time}${modifier}094101${letters(bank.name, 23)}${letters(company.name, 23)}${letters(reference, 8)}`;
}

function batchHeader({ company, createdAt }: NachaFile, code: string, origin: string, number: number): string {
  const dates = `${day(createdAt)}${day(nextWeekday(createdAt))}   `;
  return `5${creditsOnly}${letters(company.name, 16)}${' '.repeat(20)}${company.id}${code}${letters('COMMISSION', 10)}${dates}1${origin}${digits(number, 7)}`;
}

function entryDetail(entry: NachaEntry, origin: string, sequence: number): string {
  const { amount, routingNumber, accountNumber, payoutId, name, type } = entry;
  if (amount <= 0n || amount > largestEntry) throw new Error(`${amount} cents cannot be transferred`);
  if (!isRoutingNumber(routingNumber)) throw new Error(`the routing number of ${payoutId} does not check`);
  const code = type === 'checking' ? '22' : '32';
  const to = `${code}${routingNumber}${letters(accountNumber, 17)}`;
  return `6${to}${digits(amount, 10)}${letters(payoutId.slice(-15), 15)}${letters(name, 22)}  1${origin}${digits(sequence, 7)}`;
}

function batchControl({ company }: NachaFile, control: Control, origin: string, number: number): string {
  return `8${creditsOnly}${digits(control.records, 6)}${sums(control)}${company.id}${' '.repeat(25)}${origin}${digits(number, 7)}`;
}

const fileControl = (total: Control, batches: number, blocks: number): string =>
  `9${digits(batches, 6)}${digits(blocks, 6)}${digits(total.records, 8)}${sums(total)}${' '.repeat(39)}`;

/** Entry hash (its last ten digits), debits and credits. */
function sums({ hash, credit }: Control): string {
  if (credit > largestTotal) throw new Error(`${credit} cents do not fit into one file`);
  return `${digits(hash % hashDigits, 10)}${digits(0, 12)}${digits(credit, 12)}`;
}
