import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';

/** The rejected lines with their reasons, as a CSV file that a spreadsheet may open. */
export interface Rejects {
  add(line: number, reasons: readonly string[], text: string): void;
  close(): Promise<void>;
}

export async function rejectsIn(file: string): Promise<Rejects> {
  const stream = createWriteStream(file, { mode: 0o600 });
  await once(stream, 'open');
  // A cell that begins like a formula must stay text.
  const write = (...cells: string[]) => stream.write(stringify([cells], { escape_formulas: true }));
  write('line', 'reasons', 'text');
  return {
    add: (line, reasons, text) => void write(String(line), reasons.join(' '), text),
    async close() {
      stream.end();
      await finished(stream);
    },
  };
}
