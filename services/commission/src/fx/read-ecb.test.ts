import { expect, test } from '@jest/globals';
import { readEcbCsv, readEcbXml } from './read-ecb.js';

const daily = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>${inner}</Cube>
</gesmes:Envelope>`;
const march = `<Cube time='2026-03-05'><Cube currency='USD' rate='1.0845'/><Cube currency='JPY' rate='161.20'/></Cube>`;

test('T-21 eurofxref-daily.xml and eurofxref-hist.xml', () => {
  const fifth = [
    { date: '2026-03-05', quote: 'USD', rate: '1.0845' },
    { date: '2026-03-05', quote: 'JPY', rate: '161.20' },
  ];
  expect(readEcbXml(daily(march))).toEqual(fifth);
  const fourth = `<Cube time='2026-03-04'><Cube currency='USD' rate='1.08'/></Cube>`;
  expect(readEcbXml(daily(march + fourth))).toEqual([...fifth, { date: '2026-03-04', quote: 'USD', rate: '1.08' }]);
});

test('T-21 eurofxref-hist.csv, whose lines end in a comma and whose gaps are N/A', () => {
  const text = '\uFEFFDate,USD,JPY,EEK,\r\n2026-03-05,1.0845,161.20,N/A,\r\n2001-01-02,0.9423,,15.6466,\n';
  expect(readEcbCsv(text)).toEqual([
    { date: '2026-03-05', quote: 'USD', rate: '1.0845' },
    { date: '2026-03-05', quote: 'JPY', rate: '161.20' },
    { date: '2001-01-02', quote: 'USD', rate: '0.9423' },
    { date: '2001-01-02', quote: 'EEK', rate: '15.6466' },
  ]);
});

test('a file that is cut off, or of which one rate is none, is not read at all', () => {
  for (const csv of [
    '',
    'Day,USD\n2026-03-05,1',
    'Date,USD',
    'Date,USD\n2026-02-30,1.08',
    'Date,USD\n05 March 2026,1.08',
    'Date,usd\n2026-03-05,1.08',
  ]) {
    expect(readEcbCsv(csv)).toBeNull();
  }
  for (const value of ['0', '0.00', '-1', '1e3', 'x', '1,2', '1234567890123'])
    expect(readEcbCsv(`Date,USD\n2026-03-05,1.08\n2026-03-04,"${value}"`)).toBeNull();
  const xml = [
    '',
    'x',
    '<a/>',
    daily(''),
    daily(march).slice(0, -20),
    daily(march.replace("rate='1.0845'", '')),
    daily(march.replace('2026-03-05', 'today')),
  ];
  for (const text of xml) expect(readEcbXml(text)).toBeNull();
});

test('entities of a document type are not expanded', () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "1.0845"><!ENTITY b "&a;&a;">]>';
  const text = daily(march.replace('1.0845', '&b;')).replace('<gesmes:Envelope', `${bomb}<gesmes:Envelope`);
  expect(readEcbXml(text)).toBeNull();
});
