import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '@tributary/contracts';
import { readLines } from './lines.js';
import type { Mapping } from './mapping.js';
import type { Platform } from './platform.js';
import type { Progress } from './progress.js';
import { orderReader } from './read-order.js';
import type { References } from './references.js';
import type { Rejects } from './rejects.js';
import { count, type Report } from './report.js';
import { type Sendable, sendBatch } from './send-batch.js';
import { loadState, saveState } from './state.js';

export const batchMost = 1000;

export interface ImportOptions {
  file: string;
  mapping: Mapping;
  platform: Platform;
  url: string;
  references: References;
  stateFile: string;
  batchSize?: number;
  rejects?: Rejects;
  progress: (total: number) => Progress;
}

/**
 * Sends a file's events in batches, one after the other, and reads no further ahead than a batch. After each batch the state file says
 * how far it is; a run that finds one reads the lines before again, for the sales in them, and sends those after. What was sent and not
 * yet noted when a run was killed is sent again, and the platform calls it duplicate.
 */
export async function runImport(options: ImportOptions): Promise<Report> {
  const { file, mapping, platform, references, stateFile } = options;
  const startedAt = new Date();
  const { sha256, lines } = await measure(file);
  const state = loadState(stateFile, fingerprintOf(sha256, mapping, references));
  const resumedAfterLine = state.line;
  const progress = options.progress(lines);
  const byReason: Report['rejected']['byReason'] = {};
  const flaws: Report['flaws'] = {};
  const batch: Sendable[] = [];
  let linesRead = 0;
  const flush = async () => {
    const sent = await sendBatch(platform, references, batch.splice(0));
    state.line = linesRead;
    state.accepted += sent.accepted;
    state.duplicates += sent.duplicates;
    state.refused.push(...sent.refused);
    saveState(stateFile, state);
    progress.at(linesRead, state.accepted);
  };
  try {
    const read = orderReader(mapping);
    for await (const line of readLines(file, mapping.csv)) {
      const order = read(line);
      linesRead = line.ordinal;
      if ('flaws' in order) {
        count(byReason, order.flaws[0], 'importer', order.ordinal);
        for (const flaw of order.flaws) flaws[flaw] = (flaws[flaw] ?? 0) + 1;
        options.rejects?.add(order.ordinal, order.flaws, order.text);
      } else if (order.ordinal > state.line) {
        batch.push(order);
        if (batch.length === (options.batchSize ?? batchMost)) await flush();
      }
    }
    await flush();
  } finally {
    progress.stop();
  }
  for (const { line, code } of state.refused) {
    count(byReason, code, 'platform', line);
    options.rejects?.add(line, [code], '');
  }
  saveState(stateFile, { ...state, complete: true });
  const total = Object.values(byReason).reduce((sum, reason) => sum + reason.lines, 0);
  return {
    reportVersion: 1,
    file: { name: path.basename(file), sha256, lines },
    url: options.url,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    resumedAfterLine,
    linesRead,
    accepted: state.accepted,
    duplicates: state.duplicates,
    rejected: { total, byReason },
    flaws,
    difference: lines - state.accepted - state.duplicates - total,
  };
}

/** The ids are the platform's own, so a platform set up anew is told from the one before at the same address. */
const fingerprintOf = (fileHash: string, mapping: Mapping, references: References): string =>
  createHash('sha256')
    .update(canonicalJson([fileHash, mapping, references]))
    .digest('hex');

/** The file's hash, and its lines after the header, counted apart from how they are read. */
async function measure(file: string): Promise<{ sha256: string; lines: number }> {
  const hash = createHash('sha256');
  let ends = 0;
  let lastByte = 0x0a;
  for await (const chunk of createReadStream(file)) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    for (const byte of bytes) if (byte === 0x0a) ends += 1;
    lastByte = bytes.at(-1) ?? lastByte;
  }
  return { sha256: hash.digest('hex'), lines: Math.max(0, ends + (lastByte === 0x0a ? 0 : 1) - 1) };
}
