import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * What a client saw, one JSON object a line, in the manner of Jepsen: `invoke` before a call; then `ok` (it was answered), `fail` (it
 * was certainly not done) or `info` (nobody knows: it may or may not have happened).
 */
export interface HistoryLine {
  type: 'invoke' | 'ok' | 'fail' | 'info';
  call: number;
  op: string;
  attempt?: number;
  [more: string]: unknown;
}

export interface History {
  nextCall(): number;
  write(line: HistoryLine): void;
  count(type: HistoryLine['type']): number;
  close(): void;
}

export function openHistory(file: string): History {
  const handle = openSync(file, 'w');
  const startedAt = Date.now();
  const counts = { invoke: 0, ok: 0, fail: 0, info: 0 };
  let calls = 0;
  return {
    nextCall: () => ++calls,
    write(line) {
      counts[line.type] += 1;
      writeSync(handle, `${JSON.stringify({ atMs: Date.now() - startedAt, ...line })}\n`);
    },
    count: (type) => counts[type],
    close: () => closeSync(handle),
  };
}
