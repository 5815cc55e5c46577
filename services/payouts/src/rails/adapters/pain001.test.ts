import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { endToEndIdOf, payoutIdOf } from '../domain/end-to-end-id.js';
import { type CreditTransfer, pain001 } from './pain001.js';

// Read back by a library that did not write it, which keeps the order of elements.

type Node = Record<string, unknown>;
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

/** The order of elements in the schema of pain.001.001.09, of all that SEPA files use. */
const sequences: Readonly<Record<string, readonly string[]>> = {
  CstmrCdtTrfInitn: ['GrpHdr', 'PmtInf'],
  GrpHdr: ['MsgId', 'CreDtTm', 'Authstn', 'NbOfTxs', 'CtrlSum', 'InitgPty'],
  PmtInf: [
    'PmtInfId',
    'PmtMtd',
    'BtchBookg',
    'NbOfTxs',
    'CtrlSum',
    'PmtTpInf',
    'ReqdExctnDt',
    'Dbtr',
    'DbtrAcct',
    'DbtrAgt',
    'UltmtDbtr',
    'ChrgBr',
    'CdtTrfTxInf',
  ],
  CdtTrfTxInf: ['PmtId', 'PmtTpInf', 'Amt', 'ChrgBr', 'UltmtDbtr', 'CdtrAgt', 'Cdtr', 'CdtrAcct', 'UltmtCdtr', 'Purp', 'RmtInf'],
  PmtId: ['InstrId', 'EndToEndId'],
};

const nameOf = (node: Node) => Object.keys(node).find((key) => key !== ':@') ?? '';
const childrenOf = (node: Node) => (node[nameOf(node)] as Node[] | string) ?? [];
function walk(node: Node, visit: (name: string, children: Node[], node: Node) => void): void {
  const children = childrenOf(node);
  if (!Array.isArray(children)) return;
  visit(nameOf(node), children, node);
  for (const child of children) walk(child, visit);
}

function readBack(xml: string) {
  const texts: string[] = [];
  const sums: string[] = [];
  const counts: string[] = [];
  const transfers: { id: string; amount: string; currency: string; iban: string }[] = [];
  for (const root of parser.parse(xml) as Node[])
    walk(root, (name, children, node) => {
      const order = sequences[name];
      if (order) {
        const places = children.map((child) => order.indexOf(nameOf(child)));
        expect([name, places]).toEqual([name, [...places].sort((a, b) => a - b)]);
        expect(places).not.toContain(-1);
      }
      const text = children.length === 1 && nameOf(children[0] ?? {}) === '#text' ? String(children[0]?.['#text']) : undefined;
      if (text !== undefined) texts.push(text);
      if (name === 'CtrlSum') sums.push(text ?? '');
      if (name === 'NbOfTxs') counts.push(text ?? '');
      if (name === 'CdtTrfTxInf') transfers.push({ id: '', amount: '', currency: '', iban: '' });
      const current = transfers.at(-1);
      if (current && name === 'EndToEndId') current.id = text ?? '';
      if (current && name === 'InstdAmt') Object.assign(current, { amount: text, currency: (node[':@'] as Node)['@Ccy'] });
      if (current && name === 'IBAN') current.iban = text ?? '';
    });
  return { texts, sums, counts, transfers };
}

const debtor = { name: 'Müller & Søn GmbH', iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' };
const transfer: fc.Arbitrary<CreditTransfer> = fc.record({
  endToEndId: fc.stringMatching(/^pyt_[0-7][0-9a-hjkmnp-tv-z]{25}$/).map(endToEndIdOf),
  creditor: fc.record({
    name: fc.string({ minLength: 1, maxLength: 140, unit: 'grapheme' }).map((name) => `A${name}`),
    iban: fc.constant('SE4550000000058398257466'),
  }),
  amount: fc.oneof(fc.bigInt(1n, 1000n), fc.bigInt(1n, 99_999_999_999n)),
  remittance: fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).map((text) => `B${text}`),
});
const major = (cents: bigint) => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

test('acceptance 6: pain.001 read back by another library: element order, control sums, SEPA characters, every amount to the cent', () => {
  fc.assert(
    fc.property(fc.array(transfer, { minLength: 1, maxLength: 20 }), (transfers) => {
      const xml = pain001({ messageId: '0123456789abcdef01234567', createdAt: new Date('2026-03-02T08:00:00Z'), debtor, transfers });
      const read = readBack(xml);
      const total = major(transfers.reduce((sum, { amount }) => sum + amount, 0n));
      expect([read.sums, read.counts]).toEqual([
        [total, total],
        [String(transfers.length), String(transfers.length)],
      ]);
      expect(read.transfers).toEqual(
        transfers.map(({ endToEndId, amount, creditor }) => ({
          id: endToEndId,
          amount: major(amount),
          currency: 'EUR',
          iban: creditor.iban,
        })),
      );
      for (const text of read.texts) expect(text).toMatch(/^[A-Za-z0-9/\-?:().,'+ ]*$/);
    }),
    { numRuns: 100 },
  );
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
