import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvCell, csvRow, parseCsv } from './csv.js';

test('rows, quotes, line ends in cells, a byte order mark; a quote that is not closed is no file', () => {
  expect(parseCsv('\uFEFFa,b\r\n"x, ""y""\r\nz",\n\n1,2')).toEqual([
    ['a', 'b'],
    ['x, "y"\r\nz', ''],
    ['1', '2'],
  ]);
  expect(parseCsv('"open')).toBeNull();
  expect(parseCsv('"a"b')).toBeNull();
  expect(parseCsv('')).toEqual([]);
});

test.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u00A0=1', 'a\n=1', '\uFF1D1', '-', '\n=cmd'])(
  'FH15 a cell that could be a formula is neutralised: %j',
  (text) => {
    expect(parseCsv(csvRow([text, 'x']))).toEqual([[`'${text}`, 'x']]);
  },
);

test('FH15 numbers stay numbers, and what is harmless stays as it is', () => {
  expect(['-12.50', '0', '12', 'Ada', 'a=b', 'x-1', 'a@b.example'].map(csvCell)).toEqual([
    '-12.50',
    '0',
    '12',
    'Ada',
    'a=b',
    'x-1',
    'a@b.example',
  ]);
});

test('FH15 whatever is written is read back, but for the apostrophe before what could be a formula', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', ',', '\n', '\r', '\t', ' ', 'a', '1', '\u00A0') }), {
        minLength: 2,
        maxLength: 5,
      }),
      (cells) => {
        const [row] = parseCsv(csvRow(cells)) ?? [];
        expect(row?.map((cell, index) => (cell === cells[index] ? cell : cell.replace(/^'/, '')))).toEqual(cells);
        for (const cell of row ?? []) if (!/^-?\d+(\.\d+)?$/.test(cell)) expect(cell.trim().charAt(0)).not.toMatch(/[=+\-@]/);
      },
    ),
  );
});
