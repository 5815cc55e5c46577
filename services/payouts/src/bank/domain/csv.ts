/** Rows of cells of CSV text (RFC 4180): quoted cells may hold commas, quotes written twice, and line ends. Null when a quote is not closed. */
export function parseCsv(text: string): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at <= text.length; ) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at);
    const separator = cell && separatorAt(text, cell.end);
    if (!cell || separator === null) return null;
    row.push(cell.value);
    at = cell.end + Math.max(separator.length, 1);
    if (separator === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}

/** What ends a cell: a comma, the end of the line, or nothing at the end of the text; null for anything else. */
function separatorAt(text: string, at: number): string | null {
  if (text.startsWith('\r\n', at)) return '\r\n';
  if (at >= text.length) return '';
  const one = text[at] ?? '';
  return one === ',' || one === '\n' || one === '\r' ? one : null;
}

interface Cell {
  value: string;
  /** Where the separator behind it stands. */
  end: number;
}

function quotedCell(text: string, start: number): Cell | null {
  let value = '';
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return null;
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}

function plainCell(text: string, start: number): Cell {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  return { value: text.slice(start, end), end };
}

/** What spreadsheets take for the beginning of a formula, also behind blanks, and at the beginning of a further line of a cell. */
const formula = /(^|[\r\n])[\s\u00A0\uFEFF]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;
const startsWithControl = /^[\t\r\n]/;
const number = /^-?\d+(\.\d+)?$/;

/** A cell that no spreadsheet runs: what could be a formula gets an apostrophe before it; numbers stay numbers. */
export function csvCell(text: string): string {
  const harmless = number.test(text) || !(formula.test(text) || startsWithControl.test(text)) ? text : `'${text}`;
  return /[",\r\n]/.test(harmless) || harmless.startsWith(' ') ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A row of CSV with its line end. */
export const csvRow = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
