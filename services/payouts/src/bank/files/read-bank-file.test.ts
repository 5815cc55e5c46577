import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UnreadableFile } from '../domain/bank-line.js';
import { readBankFile } from './read-bank-file.js';

const statement = (inner: string, prefix = '') =>
  `<?xml version="1.0"?><${prefix}Document xmlns${prefix && ':'}${prefix.replace(':', '')}="urn:x"><${prefix}BkToCstmrStmt><${prefix}Stmt>${inner}</${prefix}Stmt></${prefix}BkToCstmrStmt></${prefix}Document>`;
const detail = (id: string, amount: string, more = '') =>
  `<TxDtls><Refs><AcctSvcrRef>D-${id}</AcctSvcrRef><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt>${more}</TxDtls>`;
const entry = (amount: string, details: string, side = 'DBIT', more = '') =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-03-02T23:30:00+01:00</DtTm></BookgDt><AcctSvcrRef>E1</AcctSvcrRef>${more}<NtryDtls>${details}</NtryDtls></Ntry>`;
const read = (text: string) => readBankFile('application/xml', text);
const brief = (text: string) =>
  read(text).lines.map(({ endToEndId, direction, amount, reference }) => [endToEndId, direction, amount, reference]);

test('an entry of several transactions is a line for each, and one for what they do not add up to', () => {
  const both = detail('a', '1.50') + detail('b', '2.00');
  expect(brief(statement(entry('3.50', both)))).toEqual([
    ['a', 'out', 150n, 'D-a'],
    ['b', 'out', 200n, 'D-b'],
  ]);
  expect(brief(statement(entry('3.75', both))).at(-1)).toEqual([null, 'out', 25n, 'E1']);
  expect(brief(statement(entry('3.25', both))).at(-1)).toEqual([null, 'back', 25n, 'E1']);
  const mixed = detail('a', '5.00') + detail('b', '2.00', '<CdtDbtInd>CRDT</CdtDbtInd>');
  expect(brief(statement(entry('3.00', mixed)))).toEqual([
    ['a', 'out', 500n, 'D-a'],
    ['b', 'back', 200n, 'D-b'],
  ]);
  expect(() => read(statement(entry('1.00', `${detail('a', '1.00')}<TxDtls><Refs/></TxDtls>`)))).toThrow('has no amount');
});

test('namespaces with a prefix, several statements, dates with time; NOTPROVIDED names nothing; a reversed credit is for people', () => {
  const prefixed = '<p:Ntry><p:Amt Ccy="JPY">15</p:Amt><p:CdtDbtInd>DBIT</p:CdtDbtInd><p:Sts><p:Cd>BOOK</p:Cd></p:Sts></p:Ntry>';
  expect(read(statement(prefixed, 'p:')).lines).toMatchObject([
    { amount: 15n, currency: 'JPY', booked: true, bookedOn: null, outcome: 'settled' },
  ]);
  const file = read(statement(entry('1.00', detail('NOTPROVIDED', '1.00'), 'DBIT', '<RvslInd>true</RvslInd>')));
  expect(file).toMatchObject({
    kind: 'camt.053',
    from: '2026-03-02',
    to: '2026-03-02',
    lines: [{ endToEndId: null, outcome: null, reason: 'a credit was reversed' }],
  });
  const two = statement(entry('1.00', '')).replace('</BkToCstmrStmt>', `<Stmt>${entry('2.00', '', 'CRDT')}</Stmt></BkToCstmrStmt>`);
  expect(read(two).lines.map(({ number, amount, direction }) => [number, amount, direction])).toEqual([
    [1, 100n, 'out'],
    [2, 200n, 'back'],
  ]);
});

test('escaped characters are read as what they stand for, and no other entity is', () => {
  const named = (id: string) => read(statement(entry('1.00', detail(id, '1.00')))).lines[0]?.endToEndId;
  expect([named('A&amp;B'), named('&amp;lt;'), named('&unknown;')]).toEqual(['A&B', '&lt;', '&unknown;']);
});

test('whatever text comes: it is read, or refused as unreadable, and nothing else happens', () => {
  const pieces = [
    '<Document>',
    '</Document>',
    '<a b="',
    '>',
    '"',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '&lt;',
    '<Ntry>',
    'x',
    '\0',
    '<CstmrPmtStsRpt/>',
    '\n',
    '{',
    '<__proto__>',
    '</__proto__>',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
      fc.constantFrom('application/xml', 'text/csv'),
      (parts, mediaType) => {
        try {
          readBankFile(mediaType, parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableFile);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
