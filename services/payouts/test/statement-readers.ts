import type { Principal } from '@tributary/service-kit';
import type { TestService } from '@tributary/testkit';
import { getDocumentProxy } from 'unpdf';
import { parseCsv } from '../src/bank/domain/csv.js';

/** What a statement says on paper, read by a library that did not write it. */
export interface Read {
  /** Minor units. */
  amounts: number[];
  opening: number;
  closing: number;
  pages: number;
  text: string;
}

const minor = (major: string) => Number(major.replace('.', ''));

interface Placed {
  str: string;
  transform: number[];
}

/** The lines of a page, from above, each as its cells from the left. */
function rowsOf(items: readonly Placed[]): string[][] {
  const rows = new Map<number, Placed[]>();
  for (const item of items) {
    if (item.str.trim() === '') continue;
    const y = Math.round(item.transform[5] ?? 0);
    rows.set(y, [...(rows.get(y) ?? []), item]);
  }
  return [...rows].sort(([a], [b]) => b - a).map(([, cells]) => cells.sort((a, b) => x(a) - x(b)).map(({ str }) => str.trim()));
}
const x = ({ transform }: Placed) => transform[4] ?? 0;

export async function pagesOf(pdf: Buffer): Promise<string[][][]> {
  const document = await getDocumentProxy(new Uint8Array(pdf));
  const pages = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(rowsOf((items as Placed[]).filter(({ str }) => str !== undefined)));
  }
  return pages;
}

export async function readPdf(pdf: Buffer): Promise<Read> {
  const pages = await pagesOf(pdf);
  const rows = pages.flat();
  const after = (label: string) => minor(rows.find(([first]) => first === label)?.at(-1) ?? '');
  const lines = rows.filter((cells) => /^\d+$/.test(cells[0] ?? '') && /^-?\d+\.\d\d$/.test(cells.at(-1) ?? ''));
  return {
    amounts: lines.map((cells) => minor(cells.at(-1) ?? '')),
    opening: after('Opening balance'),
    closing: after('Closing balance'),
    pages: pages.length,
    text: rows.map((cells) => cells.join(' ')).join('\n'),
  };
}

export function readCsv(text: string): Omit<Read, 'pages' | 'text'> {
  const [, ...rows] = parseCsv(text) ?? [];
  const of = (kind: string) => minor(rows.find((cells) => cells[2] === kind)?.[6] ?? '');
  const lines = rows.filter((cells) => cells[1] !== '');
  return { amounts: lines.map((cells) => minor(cells[6] ?? '')), opening: of('opening'), closing: of('closing') };
}

/** Bytes, as they come. */
export async function download(s: TestService<unknown>, path: string, as: Partial<Principal> = {}): Promise<Buffer> {
  const answer = await s
    .request(as)
    .get(path)
    .buffer(true)
    .parse((response, done) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => done(null, Buffer.concat(chunks)));
    });
  if (answer.status !== 200) throw new Error(`${answer.status} ${path}`);
  return answer.body as Buffer;
}
