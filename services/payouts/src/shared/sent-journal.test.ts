import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { sentJournal } from './sent-journal.js';

test('FC11 a payout that is sent once more in a new month does not hide what was sent at the end of the old one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'journal-'));
  try {
    const journal = sentJournal(folder);
    const line = (id: string) => JSON.stringify({ kind: 'payout', id });
    await journal.append([line('pyt_older')], new Date('2026-10-31T20:00:00Z'));
    await journal.append([line('pyt_known'), line('pyt_lost')], new Date('2026-11-30T22:00:00Z'));
    await journal.append([line('pyt_known')], new Date('2026-12-01T00:05:00Z'));
    const found: string[] = [];
    for await (const records of journal.read(true)) found.push(...records.map(({ id }) => id));
    expect(found).toEqual(['pyt_known', 'pyt_lost', 'pyt_known']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
