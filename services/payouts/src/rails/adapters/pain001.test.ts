import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import SEPA from 'sepa';
import { validateXML } from 'xmllint-wasm';
import { endToEndIdOf, payoutIdOf } from '../domain/end-to-end-id.js';
import { type CreditTransfer, pain001, sepaText } from './pain001.js';

// Held against a schema by libxml, read back by a parser, and compared with what a library for SEPA writes: none of them wrote it.

const schema = readFileSync(new URL('../../../test/pain.001.001.09.sepa.xsd', import.meta.url), 'utf8');
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  isArray: (name) => name === 'CdtTrfTxInf',
});

interface Read {
  Document: {
    CstmrCdtTrfInitn: {
      GrpHdr: { NbOfTxs: string; CtrlSum: string };
      PmtInf: {
        NbOfTxs: string;
        CtrlSum: string;
        CdtTrfTxInf: {
          PmtId: { EndToEndId: string };
          Amt: { InstdAmt: { '#text': string; '@Ccy': string } };
          CdtrAcct: { Id: { IBAN: string } };
        }[];
      };
    };
  };
}

const cents = (text: string): bigint => {
  const [euros = '', rest = ''] = text.split('.');
  return BigInt(euros) * 100n + BigInt(rest.padEnd(2, '0'));
};

function readBack(xml: string) {
  const { GrpHdr, PmtInf } = (parser.parse(xml) as Read).Document.CstmrCdtTrfInitn;
  const transfers = PmtInf.CdtTrfTxInf.map(({ PmtId, Amt, CdtrAcct }) => ({
    id: PmtId.EndToEndId,
    amount: cents(Amt.InstdAmt['#text']),
    currency: Amt.InstdAmt['@Ccy'],
    iban: CdtrAcct.Id.IBAN,
  }));
  const total = transfers.reduce((sum, { amount }) => sum + amount, 0n);
  const sumsHold = [GrpHdr, PmtInf].every(({ NbOfTxs, CtrlSum }) => Number(NbOfTxs) === transfers.length && cents(CtrlSum) === total);
  return { transfers, sumsHold };
}

/** Whether a file keeps every rule: the schema's, and that its sums are those of its transfers. */
async function holds(xml: string): Promise<boolean> {
  const { valid } = await validateXML({ xml, schema });
  return valid && readBack(xml).sumsHold;
}

const debtor = { name: 'Müller & Søn GmbH', iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' };
const createdAt = new Date('2026-03-02T08:00:00Z');
const messageId = '0123456789abcdef01234567';
async function write(transfers: readonly CreditTransfer[], from: typeof debtor | { name: string; iban: string } = debtor): Promise<string> {
  const total = transfers.reduce((sum, { amount }) => sum + amount, 0n);
  let xml = '';
  for await (const piece of pain001({ messageId, createdAt, debtor: from, count: transfers.length, total, transfers })) xml += piece;
  return xml;
}

const transfer: fc.Arbitrary<CreditTransfer> = fc.record({
  endToEndId: fc.stringMatching(/^pyt_[0-7][0-9a-hjkmnp-tv-z]{25}$/).map(endToEndIdOf),
  creditor: fc.record(
    {
      name: fc.oneof(fc.string({ minLength: 1, maxLength: 140, unit: 'grapheme' }), fc.string({ minLength: 1, maxLength: 90 })),
      iban: fc.constant('SE4550000000058398257466'),
      bic: fc.constantFrom('NDEASESS', 'NDEASESSXXX'),
    },
    { requiredKeys: ['name', 'iban'] },
  ),
  amount: fc.oneof(fc.bigInt(1n, 1000n), fc.bigInt(1n, 99_999_999_999n)),
  remittance: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).map((text) => `B${text}`),
});

test('acceptance 6: pain.001 is valid against the schema and read back by another library: every amount to the cent, sums that hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(transfer, { minLength: 1, maxLength: 20 }), fc.boolean(), async (transfers, withoutBic) => {
      const xml = await write(transfers, withoutBic ? { name: debtor.name, iban: debtor.iban } : debtor);
      expect((await validateXML({ xml, schema })).errors).toEqual([]);
      const read = readBack(xml);
      expect(read.sumsHold).toBe(true);
      expect(read.transfers).toEqual(
        transfers.map(({ endToEndId, amount, creditor }) => ({ id: endToEndId, amount, currency: 'EUR', iban: creditor.iban })),
      );
    }),
    { numRuns: 25 },
  );
}, 120_000);

const one: CreditTransfer = {
  endToEndId: 'pyt-01kn44arm0fvg80jvxczbzq25g',
  creditor: { name: 'Åsa Öberg', iban: 'SE4550000000058398257466', bic: 'NDEASESS' },
  amount: 1234n,
  remittance: 'Commission',
};
const swap = (first: RegExp, second: RegExp) => (xml: string) => {
  const [a = '', b = ''] = [first.exec(xml)?.[0], second.exec(xml)?.[0]];
  return xml.replace(a, '\u0000').replace(b, a).replace('\u0000', b);
};

test.each<[string, (xml: string) => string]>([
  ['elements of the header in another order', swap(/<NbOfTxs>.*?<\/NbOfTxs>/, /<CtrlSum>.*?<\/CtrlSum>/)],
  ['debtor and account in another order', swap(/<Dbtr>.*?<\/Dbtr>/, /<DbtrAcct>.*?<\/DbtrAcct>/)],
  ['creditor before its bank', swap(/<CdtrAgt>.*?<\/CdtrAgt>/, /<Cdtr>.*?<\/Cdtr>/)],
  ['no bank of the debtor', (xml) => xml.replace(/<DbtrAgt>.*?<\/DbtrAgt>/, '')],
  ['no name for the payment', (xml) => xml.replace(/<EndToEndId>.*?<\/EndToEndId>/, '')],
  ['an element that is unknown', (xml) => xml.replace('<ChrgBr>', '<Other/><ChrgBr>')],
  ['another namespace', (xml) => xml.replace('pain.001.001.09"', 'pain.001.001.03"')],
  ['a sum that is a cent too high', (xml) => xml.replace('<CtrlSum>24.68', '<CtrlSum>24.69')],
  ['a sum of the part that is a cent too low', (xml) => xml.replace(/(<PmtInf>.*<CtrlSum>)24.68/, '$124.67')],
  ['a transfer fewer than it says', (xml) => xml.replace(/<CdtTrfTxInf>.*?<\/CdtTrfTxInf>/s, '')],
  ['a count that is not one', (xml) => xml.replace('<NbOfTxs>2', '<NbOfTxs>two')],
  ['tenths of a cent', (xml) => xml.replace('>12.34<', '>12.340<')],
  ['nothing', (xml) => xml.replace('>12.34<', '>0.00<')],
  ['a billion', (xml) => xml.replace('>12.34<', '>1000000000.00<')],
  ['another currency', (xml) => xml.replace('Ccy="EUR"', 'Ccy="USD"')],
  ['no currency', (xml) => xml.replace(' Ccy="EUR"', '')],
  ['letters outside of SEPA', (xml) => xml.replace('Asa Oberg', 'Åsa Öberg')],
  ['an ampersand', (xml) => xml.replace('Asa Oberg', 'Asa &amp; Oberg')],
  ['a name of 71 letters', (xml) => xml.replace('Asa Oberg', 'A'.repeat(71))],
  ['no name', (xml) => xml.replace('Asa Oberg', '')],
  ['a reference that begins with a slash', (xml) => xml.replace('<MsgId>', '<MsgId>/')],
  ['a reference of 36 letters', (xml) => xml.replace(/<InstrId>.*?</, `<InstrId>${'1'.repeat(36)}<`)],
  ['an account in small letters', (xml) => xml.replace('<IBAN>SE45', '<IBAN>se45')],
  ['a bank that is none', (xml) => xml.replace('NDEASESS', 'NDEASESS1')],
  ['a day that is none', (xml) => xml.replace('<Dt>2026-03-02', '<Dt>2026-02-30')],
  ['a moment instead of a day', (xml) => xml.replace('<Dt>2026-03-02', '<Dt>2026-03-02Z')],
  ['another way to pay', (xml) => xml.replace('<PmtMtd>TRF', '<PmtMtd>CHK')],
])('acceptance 6: what is wrong with a pain.001 is found: %s', async (_what, spoil) => {
  const xml = await write([one, { ...one, endToEndId: 'pyt-01kn44arm0fvg80jvxczbzq25h' }]);
  expect(await holds(xml)).toBe(true);
  const spoilt = spoil(xml);
  expect(spoilt).not.toBe(xml);
  expect(await holds(spoilt).catch(() => false)).toBe(false);
});

test('acceptance 6: pain.001 says what a library for SEPA files says of the same transfers', async () => {
  const others = [one, { ...one, amount: 99_999_999_999n, creditor: { name: 'X', iban: 'SE4550000000058398257466' } }];
  const document = new SEPA.Document('pain.001.001.09');
  Object.assign(document.grpHdr, { id: messageId, created: createdAt, initiatorName: sepaText(debtor.name, 70) });
  const info = document.createPaymentInfo();
  Object.assign(info, { requestedExecutionDate: createdAt, batchBooking: true, debtorName: sepaText(debtor.name, 70) });
  Object.assign(info, { debtorIBAN: debtor.iban, debtorBIC: debtor.bic });
  document.addPaymentInfo(info);
  for (const { creditor, amount, endToEndId, remittance } of others) {
    const line = info.createTransaction();
    Object.assign(line, { creditorName: sepaText(creditor.name, 70), creditorIBAN: creditor.iban, creditorBIC: creditor.bic ?? '' });
    Object.assign(line, { amount: Number(amount) / 100, end2endId: endToEndId, remittanceInfo: remittance });
    info.addTransaction(line);
  }
  const contentOf = (xml: string) => (parser.parse(xml.replaceAll('\n', '')) as Read).Document.CstmrCdtTrfInitn;
  expect(contentOf(await write(others))).toEqual(contentOf(document.toString()));
});

test('what cannot be written is not: amounts, accounts, nothing at all, and a header that says something else', async () => {
  await expect(write([{ ...one, amount: 0n }])).rejects.toThrow('cannot be transferred');
  await expect(write([{ ...one, amount: 100_000_000_000n }])).rejects.toThrow('cannot be transferred');
  await expect(write([{ ...one, creditor: { name: 'A', iban: '<IBAN>' } }])).rejects.toThrow('not one that SEPA knows');
  await expect(write([{ ...one, creditor: { ...one.creditor, bic: 'x' } }])).rejects.toThrow('not one that SEPA knows');
  await expect(write([])).rejects.toThrow('needs a transfer');
  const said = async (count: number, total: bigint) => {
    for await (const _piece of pain001({ messageId, createdAt, debtor, count, total, transfers: [one] }));
  };
  await expect(said(2, 1234n)).rejects.toThrow('says 2 transfers');
  await expect(said(1, 1235n)).rejects.toThrow('of 1235');
});

test('acceptance 5: a file of 100,000 transfers is written transfer by transfer', async () => {
  function* many() {
    for (let index = 0; index < 100_000; index++) yield one;
  }
  let [pieces, longest] = [0, 0];
  for await (const piece of pain001({ messageId, createdAt, debtor, count: 100_000, total: 123_400_000n, transfers: many() })) {
    pieces++;
    longest = Math.max(longest, piece.length);
  }
  expect([pieces, longest < 2_000]).toEqual([100_002, true]);
});

test('a payout is known again by what a bank hands through, in capitals too; other names stay as they are', () => {
  const id = 'pyt_01kn44arm0fvg80jvxczbzq25g';
  expect([endToEndIdOf(id), endToEndIdOf(id).toUpperCase(), id].map(payoutIdOf)).toEqual([id, id, id]);
  expect(['NOTPROVIDED', 'pyt-short', 'run-01kn44arm0fvg80jvxczbzq25g'].map(payoutIdOf)).toEqual([
    'NOTPROVIDED',
    'pyt-short',
    'run-01kn44arm0fvg80jvxczbzq25g',
  ]);
});
