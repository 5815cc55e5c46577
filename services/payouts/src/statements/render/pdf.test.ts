import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { statementColumns } from '../domain/sheet.js';
import { writePdf } from './pdf.js';

const hostile = {
  'line ends': 'Ada\r\nClosing balance 1000000.00\n\n\n\u2028x',
  'nothing to break': 'x'.repeat(20_000),
  'words without end': 'Ada '.repeat(5000),
  'half a character': 'Ada \ud800',
  controls: 'Ada \u0000\u0007\u001b',
  'other scripts': '王小明 علي \u202e‮ 😀🏳️‍🌈 ಠ_ಠ',
};

test.each(Object.entries(hostile))('O-13 a name of %s takes one line of the paper and breaks nothing', async (_, name) => {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  const sheet = {
    title: 'Statement',
    writtenAt: new Date('2026-03-01T00:00:00Z'),
    facts: [
      ['Brand', name],
      ['Currency', 'EUR'],
    ],
    columns: statementColumns,
    totals: [['Closing balance', '0.00']],
  } as const;
  await writePdf(sheet, (async function* () {})(), out);
  const { getDocumentProxy } = await import('unpdf');
  const document = await getDocumentProxy(new Uint8Array(Buffer.concat(chunks)));
  expect(document.numPages).toBe(1);
  const { items } = await (await document.getPage(1)).getTextContent();
  const rows = new Set(
    (items as { str: string; transform: number[] }[])
      .filter(({ str }) => str.trim() !== '')
      .map(({ transform }) => Math.round(transform[5] ?? 0)),
  );
  // Heading, two facts, the head of the table, the total, the number of the page.
  expect(rows.size).toBe(6);
});
