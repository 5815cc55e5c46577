import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import PDFDocument from 'pdfkit';
import type { Column, Sheet } from '../domain/sheet.js';

const { resolve } = createRequire(import.meta.url);
/** Noto Sans has the letters of Latin, Greek and Cyrillic scripts. */
const font = (style: string) => readFileSync(resolve(`@expo-google-fonts/noto-sans/${style}.ttf`));
let fonts: { regular: Buffer; bold: Buffer } | undefined;
function loadedFonts() {
  fonts ??= { regular: font('400Regular/NotoSans_400Regular'), bold: font('700Bold/NotoSans_700Bold') };
  return fonts;
}

const left = 40;
const right = 555;
const lastLine = 780;
const rowHeight = 13;
const small = 8;

/** Writes a sheet as PDF, row by row: what is on paper already is not kept. */
export async function writePdf(sheet: Sheet, rows: AsyncIterable<readonly string[]>, out: Writable): Promise<void> {
  const info = { Title: sheet.title, Producer: 'Tributary', Creator: 'Tributary', CreationDate: sheet.writtenAt };
  const pdf = new PDFDocument({ size: 'A4', margin: 0, info, lang: 'en' });
  const gone = pipeline(pdf, out);
  // Who has gone away reads no more: it is noticed at the next row.
  gone.catch(() => undefined);
  const { regular, bold } = loadedFonts();
  pdf.registerFont('regular', regular).registerFont('bold', bold);
  let pages = 1;
  let y = heading(pdf, sheet);
  y = tableHead(pdf, sheet, y);
  const room = (lines: number) => {
    if (y + lines * rowHeight <= lastLine) return;
    pageNumber(pdf, pages);
    pdf.addPage();
    pages++;
    pdf.font('bold').fontSize(small);
    put(pdf, sheet.title, 40, { from: left, to: right });
    y = tableHead(pdf, sheet, 58);
  };
  for await (const cells of rows) {
    room(1);
    pdf.font('regular').fontSize(small);
    row(pdf, sheet.columns, cells, y);
    y += rowHeight;
    if (out.destroyed) break;
    if (out.writableNeedDrain) await Promise.race([once(out, 'drain'), gone]);
  }
  room(sheet.totals.length + 1);
  pdf.moveTo(left, y).lineTo(right, y).lineWidth(0.5).stroke();
  y += 4;
  pdf.font('bold').fontSize(small);
  for (const [label, amount] of sheet.totals) {
    room(1);
    pdf.font('bold').fontSize(small);
    put(pdf, label, y, { from: 200, to: 475 });
    put(pdf, amount, y, { from: 400, to: right, right: true });
    y += rowHeight;
  }
  pageNumber(pdf, pages);
  pdf.end();
  await gone;
}

type Pdf = InstanceType<typeof PDFDocument>;

function heading(pdf: Pdf, { title, facts }: Sheet): number {
  pdf.font('bold').fontSize(15);
  put(pdf, title, 40, { from: left, to: right });
  let y = 68;
  for (const [label, value] of facts) {
    pdf.font('bold').fontSize(9);
    put(pdf, label, y, { from: left, to: 150 });
    pdf.font('regular').fontSize(9);
    put(pdf, value, y, { from: 155, to: right });
    y += 14;
  }
  return y + 10;
}

/** On every page. */
function tableHead(pdf: Pdf, { columns }: Sheet, y: number): number {
  pdf.font('bold').fontSize(small);
  row(
    pdf,
    columns,
    columns.map(({ title }) => title),
    y,
  );
  pdf
    .moveTo(left, y + rowHeight - 1)
    .lineTo(right, y + rowHeight - 1)
    .lineWidth(0.5)
    .stroke();
  return y + rowHeight + 3;
}

function row(pdf: Pdf, columns: readonly Column[], cells: readonly string[], y: number): void {
  for (const [index, column] of columns.entries()) put(pdf, cells[index] ?? '', y, column);
}

/** One line of text; what is wider than its place ends in dots. */
function put(pdf: Pdf, text: string, y: number, { from, to, right: toTheRight = false }: Pick<Column, 'from' | 'to' | 'right'>): void {
  if (text === '') return;
  pdf.text(text, from, y, { width: to - from, height: rowHeight, align: toTheRight ? 'right' : 'left', lineBreak: false, ellipsis: true });
}

function pageNumber(pdf: Pdf, number: number): void {
  pdf.font('regular').fontSize(small);
  put(pdf, `Page ${number}`, 805, { from: left, to: right, right: true });
}
