import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type Options, parse } from 'csv-parse/sync';
import type { Mapping } from './mapping.js';

/** One line of the file after its header. */
export interface Line {
  /** The first line after the header is 1. */
  ordinal: number;
  text: string;
  /** Its fields, or why it has none. */
  fields: readonly string[] | LineFlaw;
}
export type LineFlaw = 'line-empty' | 'quote-not-closed' | 'columns-wrong' | 'encoding-broken';

/** The header is not the one that the mapping names. */
export class HeaderWrong extends Error {
  override name = 'HeaderWrong';
}

const chunkLines = 500;
// A quote inside of an unquoted field (7" TRAY) is a character like any other.
const lenient: Options = { relax_quotes: true, relax_column_count: true, skip_empty_lines: false };

/**
 * The lines of an orders file, in order. A record is a line of the file: a line that cannot be read is flawed and takes no other with it.
 * Reads on only as fast as it is asked. @throws HeaderWrong
 */
export async function* readLines(file: string, csv: Mapping['csv']): AsyncGenerator<Line> {
  let chunk: string[] = [];
  let ordinal = 0;
  let header: string | undefined;
  const take = function* (): Generator<Line> {
    const fields = fieldsOf(chunk, csv);
    for (const [index, text] of chunk.entries()) yield { ordinal: ++ordinal, text, fields: fields[index] ?? 'columns-wrong' };
    chunk = [];
  };
  for await (const text of physicalLines(file, csv.encoding)) {
    if (header === undefined) {
      header = text;
      checkHeader(text, csv);
      continue;
    }
    chunk.push(text);
    if (chunk.length === chunkLines) yield* take();
  }
  if (header === undefined) throw new HeaderWrong('the file is empty');
  yield* take();
}

function checkHeader(text: string, csv: Mapping['csv']): void {
  const [fields] = fieldsOf([text], csv);
  if (!Array.isArray(fields) || fields.join('\n') !== csv.columns.join('\n'))
    throw new HeaderWrong(`the first line must name the columns ${csv.columns.join(csv.delimiter)}, and is ${text.slice(0, 200)}`);
}

async function* physicalLines(file: string, encoding: Mapping['csv']['encoding']): AsyncGenerator<string> {
  const decoder = new StringDecoder(encoding);
  let rest = '\uFEFF';
  for await (const bytes of createReadStream(file)) {
    const parts = `${rest}${decoder.write(bytes as Buffer)}`.replace(/^\uFEFF+/, '').split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield withoutReturn(part);
  }
  rest += decoder.end();
  if (rest !== '' && rest !== '\uFEFF') yield withoutReturn(rest);
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

/** Parses lines together, which is fast, or one by one where that does not give a record for each. */
function fieldsOf(lines: readonly string[], csv: Mapping['csv']): Line['fields'][] {
  const records = lines.includes('') ? undefined : parsed(lines.join('\n'), csv);
  const together = records?.length === lines.length && !records.some((record) => record.some((field) => field.includes('\n')));
  return lines.map((line, index) => judged(line, together ? records[index] : parsed(line, csv)?.[0], csv));
}

function parsed(text: string, csv: Mapping['csv']): string[][] | undefined {
  try {
    return parse(text, { ...lenient, delimiter: csv.delimiter, record_delimiter: '\n' }) as unknown as string[][];
  } catch {
    return undefined;
  }
}

function judged(line: string, record: string[] | undefined, csv: Mapping['csv']): Line['fields'] {
  if (line.trim() === '') return 'line-empty';
  if (line.includes('\uFFFD')) return 'encoding-broken';
  if (record === undefined) return 'quote-not-closed';
  return record.length === csv.columns.length ? record : 'columns-wrong';
}
