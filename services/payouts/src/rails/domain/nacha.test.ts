import { expect, test } from '@jest/globals';
import { parse, validate } from 'achkit';
import fc from 'fast-check';
import { isRoutingNumber, type NachaEntry, type NachaFile, nachaWriter } from './nacha.js';

// A reader of its own, written from the layout of the format and from nothing of the writer.

type Fields = Record<string, string>;
const layouts: Readonly<Record<string, readonly (readonly [name: string, length: number])[]>> = {
  '1': [
    ['type', 1],
    ['priority', 2],
    ['destination', 10],
    ['origin', 10],
    ['date', 6],
    ['time', 4],
    ['modifier', 1],
    ['size', 3],
    ['blocking', 2],
    ['format', 1],
    ['destinationName', 23],
    ['originName', 23],
    ['reference', 8],
  ],
  '5': [
    ['type', 1],
    ['service', 3],
    ['company', 16],
    ['discretionary', 20],
    ['companyId', 10],
    ['code', 3],
    ['description', 10],
    ['descriptive', 6],
    ['effective', 6],
    ['settlement', 3],
    ['status', 1],
    ['odfi', 8],
    ['batch', 7],
  ],
  '6': [
    ['type', 1],
    ['transaction', 2],
    ['routing', 8],
    ['check', 1],
    ['account', 17],
    ['amount', 10],
    ['individual', 15],
    ['name', 22],
    ['discretionary', 2],
    ['addenda', 1],
    ['trace', 15],
  ],
  '7': [
    ['type', 1],
    ['kind', 2],
    ['information', 80],
    ['sequence', 4],
    ['entry', 7],
  ],
  '8': [
    ['type', 1],
    ['service', 3],
    ['count', 6],
    ['hash', 10],
    ['debit', 12],
    ['credit', 12],
    ['companyId', 10],
    ['authentication', 19],
    ['reserved', 6],
    ['odfi', 8],
    ['batch', 7],
  ],
  '9': [
    ['type', 1],
    ['batches', 6],
    ['blocks', 6],
    ['count', 8],
    ['hash', 10],
    ['debit', 12],
    ['credit', 12],
    ['reserved', 39],
  ],
};

function readRecord(line: string): Fields {
  const layout = layouts[line[0] ?? ''];
  if (!layout) throw new Error(`no record begins with ${line[0]}`);
  let at = 0;
  const fields: Fields = {};
  for (const [name, length] of layout) {
    fields[name] = line.slice(at, at + length);
    at += length;
  }
  expect(at).toBe(94);
  return fields;
}

const sumOf = (records: readonly Fields[], field: string) => records.reduce((sum, record) => sum + BigInt(record[field] ?? 'x'), 0n);

/** Reads a file, and holds its controls against what stands in it. */
function readBack(text: string) {
  const lines = text.split('\n').slice(0, -1);
  expect(lines.every((line) => /^[\x20-\x7e]{94}$/.test(line))).toBe(true);
  expect(lines.length % 10).toBe(0);
  const filler = lines.filter((line) => line === '9'.repeat(94)).length;
  const records = lines.slice(0, lines.length - filler).map(readRecord);
  const ofType = (type: string) => records.filter((record) => record['type'] === type);
  const [entries, addenda] = [ofType('6'), ofType('7')];
  const last = records.at(-1);
  expect(records.map(({ type }) => type).join('')).toMatch(/^1(5(67)+8)+9$/);
  expect([last?.['batches'], last?.['blocks'], last?.['count']].map(Number)).toEqual([
    ofType('5').length,
    lines.length / 10,
    entries.length * 2,
  ]);
  expect(last?.['hash']).toBe((sumOf(entries, 'routing') % 10n ** 10n).toString().padStart(10, '0'));
  expect([BigInt(last?.['credit'] ?? ''), BigInt(last?.['debit'] ?? '')]).toEqual([sumOf(entries, 'amount'), 0n]);
  let batch: Fields[] = [];
  for (const record of records) {
    if (record['type'] === '5') batch = [];
    else if (record['type'] === '6') batch.push(record);
    else if (record['type'] === '8') {
      expect([record['count'], record['credit'], record['hash']].map((field) => BigInt(field ?? ''))).toEqual([
        BigInt(batch.length * 2),
        sumOf(batch, 'amount'),
        sumOf(batch, 'routing') % 10n ** 10n,
      ]);
    }
  }
  return { header: records[0], batches: ofType('5'), entries, addenda };
}

/** A routing number with its check digit. */
const routing = fc.integer({ min: 1, max: 99_999_999 }).map((number) => {
  const eight = String(number).padStart(8, '0');
  const sum = [...eight].reduce((total, digit, index) => total + Number(digit) * ([3, 7, 1][index % 3] ?? 0), 0);
  return eight + String((10 - (sum % 10)) % 10);
});
const entry: fc.Arbitrary<NachaEntry> = fc.record({
  payoutId: fc.stringMatching(/^pyt_[0-7][0-9a-hjkmnp-tv-z]{25}$/),
  amount: fc.bigInt(1n, 9_999_999_999n),
  name: fc.string({ minLength: 1, maxLength: 140, unit: 'grapheme' }),
  routingNumber: routing,
  accountNumber: fc.stringMatching(/^[A-Z0-9-]{1,17}$/),
  type: fc.constantFrom('checking', 'savings'),
  holder: fc.constantFrom('person', 'company'),
});
const file = (createdAt = new Date('2026-03-06T09:05:00Z')): NachaFile => ({
  createdAt,
  earlierToday: 1,
  bank: { routingNumber: '011000015', name: 'First Bank of the Very Long Name' },
  company: { id: '1234567890', name: 'Brand Inc' },
  reference: 'abcdefgh',
});
/** Persons first, as a file wants them. */
const byHolder = (entries: readonly NachaEntry[]) => [
  ...entries.filter(({ holder }) => holder === 'person'),
  ...entries.filter(({ holder }) => holder === 'company'),
];
function write(entries: readonly NachaEntry[], more: Partial<NachaFile> = {}): string {
  const writer = nachaWriter({ ...file(), ...more });
  return [writer.begin(), ...byHolder(entries).map((each) => writer.add(each)), writer.end()].join('');
}

test('acceptance 6: a NACHA file is read back by an independent reader: every entry, entry hash, totals, blocks of ten', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 30 }), (entries) => {
      const read = readBack(write(entries));
      expect(
        read.entries.map(({ routing, check, account, amount, transaction }) => [
          `${routing}${check}`,
          account?.trimEnd(),
          BigInt(amount ?? ''),
          transaction,
        ]),
      ).toEqual(
        byHolder(entries).map(({ routingNumber, accountNumber, amount, type }) => [
          routingNumber,
          accountNumber,
          amount,
          type === 'checking' ? '22' : '32',
        ]),
      );
      expect(read.addenda.map(({ information }) => information?.trimEnd())).toEqual(byHolder(entries).map(({ payoutId }) => payoutId));
      expect(new Set(read.entries.map(({ trace }) => trace)).size).toBe(entries.length);
    }),
    { numRuns: 200 },
  );
});

test('acceptance 6: a library for ACH files that did not write it finds nothing wrong, and reads every entry', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 30 }), (entries) => {
      const text = write(entries);
      expect(validate(text)).toEqual({ ok: true, errors: [] });
      const { batches, control } = parse(text);
      const read = batches.flatMap((batch) => batch.entries.map((each) => ({ ...each, sec: batch.sec })));
      expect(read.map(({ sec, routing, account, amountCents, addenda }) => [sec, routing, account, amountCents, addenda[0]?.info])).toEqual(
        byHolder(entries).map((one) => [
          one.holder === 'person' ? 'PPD' : 'CCD',
          one.routingNumber,
          one.accountNumber,
          Number(one.amount),
          one.payoutId,
        ]),
      );
      expect(BigInt(control?.totalCredit ?? -1)).toBe(entries.reduce((sum, { amount }) => sum + amount, 0n));
    }),
    { numRuns: 50 },
  );
});

test.each<[string, (text: string) => string]>([
  ['a cent more in an entry', (text) => text.replace('0000012345', '0000012346')],
  ['another routing number', (text) => text.replace('622021000021', '622021000022')],
  ['an entry that is missing', (text) => text.replace(/^6.*\n7.*\n/m, '')],
  ['a record that is too short', (text) => text.replace(/^5(.*)\n/m, '5$1'.slice(0, -1))],
  ['another entry hash', (text) => text.replace(/^(8220000004)(\d{10})/m, '$10000000001')],
  ['another total of the file', (text) => text.replace(/^(9000001.{14}.{10}.{12})(\d{12})/m, '$1000000000001')],
  ['a block that is not full', (text) => text.replace(/9{94}\n$/, '')],
])('acceptance 6: what is wrong with a NACHA file is found: %s', (_what, spoil) => {
  const one: NachaEntry = {
    payoutId: 'pyt_01kn44arm0fvg80jvxczbzq25g',
    amount: 12_345n,
    name: 'A',
    routingNumber: '021000021',
    accountNumber: '123',
    type: 'checking',
    holder: 'person',
  };
  const text = write([one, { ...one, amount: 1n }]);
  expect(validate(text).ok).toBe(true);
  expect(spoil(text)).not.toBe(text);
  expect(validate(spoil(text)).ok).toBe(false);
});

test('header, batch and codes stand where the format wants them; a Friday is paid on Monday', () => {
  const one: NachaEntry = {
    payoutId: 'pyt_01kn44arm0fvg80jvxczbzq25g',
    amount: 12_345n,
    name: 'Zoë\nO’Neil',
    routingNumber: '021000021',
    accountNumber: '123',
    type: 'savings',
    holder: 'company',
  };
  const { header, batches, entries } = readBack(write([one, { ...one, holder: 'person' }]));
  expect(header).toMatchObject({
    priority: '01',
    destination: ' 011000015',
    origin: '1234567890',
    date: '260306',
    time: '0905',
    modifier: 'B',
    size: '094',
    blocking: '10',
    format: '1',
  });
  expect(batches.map(({ code, service, effective, odfi, batch }) => [code, service, effective, odfi, batch])).toEqual([
    ['PPD', '220', '260309', '01100001', '0000001'],
    ['CCD', '220', '260309', '01100001', '0000002'],
  ]);
  expect(entries[0]).toMatchObject({ transaction: '32', name: 'Zoe.O.Neil            ', addenda: '1', trace: '011000010000001' });
});

test('what cannot be written is not: amounts, routing numbers, sums, nothing at all, a thirty-seventh file', () => {
  const one: NachaEntry = {
    payoutId: 'pyt',
    amount: 1n,
    name: 'A',
    routingNumber: '021000021',
    accountNumber: '1',
    type: 'checking',
    holder: 'person',
  };
  const tried = (change: object, more: Partial<NachaFile> = {}) => expect(() => write([{ ...one, ...change }], more));
  tried({ amount: 0n }).toThrow('cannot be transferred');
  tried({ amount: 10_000_000_000n }).toThrow('cannot be transferred');
  tried({ routingNumber: '021000022' }).toThrow('does not check');
  tried({}, { earlierToday: 36 }).toThrow('thirty-six');
  expect(() => write([])).toThrow('needs an entry');
  expect(() => write(Array.from({ length: 101 }, () => ({ ...one, amount: 9_999_999_999n })))).toThrow('do not fit into one file');
  const writer = nachaWriter(file());
  for (const holder of ['person', 'company'] as const) writer.add({ ...one, holder });
  expect(() => writer.add(one)).toThrow('come after each other');
  expect(['021000021', '011000015', '000000000', '02100002', '021000012'].map(isRoutingNumber)).toEqual([true, true, false, false, false]);
});

test('acceptance 5: a file of 100,000 entries is written entry by entry', () => {
  const one: NachaEntry = {
    payoutId: 'pyt_01kn44arm0fvg80jvxczbzq25g',
    amount: 1n,
    name: 'A',
    routingNumber: '021000021',
    accountNumber: '1',
    type: 'checking',
    holder: 'person',
  };
  const writer = nachaWriter(file());
  let length = writer.begin().length;
  for (let index = 0; index < 100_000; index++) length += writer.add(one).length;
  expect((length + writer.end().length) / 95).toBe(200_010);
});
