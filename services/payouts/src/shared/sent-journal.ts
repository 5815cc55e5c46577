import { createReadStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import { everyBrand } from '../parts.js';
import type { Instruction, Rail } from '../rails/domain/rail.js';

/** What is written down outside the database of each payout before a rail hears of it, and of each request to a provider. */
export interface SentRecord {
  kind: 'payout' | 'refused' | 'batch' | 'reference';
  /** The payout's, or the batch's. */
  id: string;
  /** The line as it stands: its numbers are read by PostgreSQL, which loses no digit of them. */
  text: string;
}

/**
 * What went out, outside the database: a restored database is older than this, and learns from it what it has forgotten. One file a
 * month; lines are only added. It holds ids, amounts and sealed requests, no account in clear.
 */
export interface SentJournal {
  /** Durable when it returns. */
  append(lines: readonly string[], now: Date): Promise<void>;
  /** Oldest first, in chunks; of the newest two months only when told. What a crash cut off in the middle was never sent. */
  read(newestOnly?: boolean): AsyncIterable<SentRecord[]>;
}

const chunk = 500;

export function sentJournal(folder: string): SentJournal {
  return {
    async append(lines, now) {
      if (lines.length === 0) return;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(path.join(folder, `${now.toISOString().slice(0, 7)}.ndjson`), 'a', 0o600);
      try {
        // A line that a crash has cut off ends here, so that it spoils no other.
        await file.appendFile(`\n${lines.join('\n')}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
    async *read(newestOnly = false) {
      const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d{4}-\d{2}\.ndjson$/.test(name)).sort();
      let found: SentRecord[] = [];
      // The newest month may hold nothing but payouts sent once more, which an older database knows: what it does not know went out before.
      for (const name of newestOnly ? names.slice(-2) : names) {
        for await (const text of createInterface({ input: createReadStream(path.join(folder, name)) })) {
          const record = recordOf(text);
          if (record) found.push(record);
          if (found.length === chunk) {
            yield found;
            found = [];
          }
        }
      }
      if (found.length > 0) yield found;
    },
  };
}

function recordOf(text: string): SentRecord | undefined {
  if (text === '') return undefined;
  try {
    const { kind, id } = JSON.parse(text) as Pick<SentRecord, 'kind' | 'id'>;
    return { kind, id, text };
  } catch {
    return undefined;
  }
}

/** The rail, with each payout written down before it is handed over: whichever way it goes out. */
export function journaled(rail: Rail, db: Database<unknown>, journal: SentJournal): Rail {
  return {
    ...rail,
    async submit(instructions, now, whole) {
      await journal.append(await db.tx(everyBrand, (tx) => linesOfPayouts(tx, instructions, now)), now);
      const answers = await rail.submit(instructions, now, whole);
      // What a rail has clearly refused was not sent after all, and its entries may go out with another payout.
      const refused = instructions.filter(({ railKey }) => answers.get(railKey)?.outcome === 'rejected');
      await journal.append(
        refused.map(({ payoutId }) => JSON.stringify({ kind: 'refused', id: payoutId })),
        now,
      );
      return answers;
    },
  };
}

async function linesOfPayouts(tx: Tx, instructions: readonly Instruction[], now: Date): Promise<string[]> {
  const { rows } = await tx.query<{ line: string }>(
    `SELECT jsonb_build_object('kind', 'payout', 'id', payout.id, 'sentAt', coalesce(payout.attempted_at, $2), 'payout', to_jsonb(payout),
       'run', to_jsonb(run) || '{"left_out": []}', 'approvals', (SELECT coalesce(jsonb_agg(to_jsonb(own)), '[]') FROM run_approval own WHERE own.run_id = run.id), 'lines', (SELECT jsonb_agg(to_jsonb(line) ORDER BY line.item_id) FROM payout_line line WHERE line.payout_id = payout.id),
       'taxes', (SELECT coalesce(jsonb_agg(to_jsonb(tax)), '[]') FROM payout_tax tax WHERE tax.payout_id = payout.id), 'offsets', (SELECT coalesce(jsonb_agg(to_jsonb(share)), '[]') FROM payout_offset share WHERE share.payout_id = payout.id))::text AS line
     FROM payout JOIN payout_run run ON run.id = payout.run_id WHERE payout.id = ANY ($1) ORDER BY payout.id`,
    [instructions.map(({ payoutId }) => payoutId), now],
  );
  return rows.map(({ line }) => line);
}

/** Requests to a provider, as they stand in the database, still sealed. */
export async function linesOfBatches(tx: Tx, batchIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ line: string }>(
    `SELECT jsonb_build_object('kind', 'batch', 'id', batch.id, 'batch', to_jsonb(batch), 'items', (SELECT jsonb_agg(to_jsonb(item)) FROM rail_item item WHERE item.batch_id = batch.id))::text AS line
     FROM rail_batch batch WHERE batch.id = ANY ($1) ORDER BY batch.id`,
    [batchIds],
  );
  return rows.map(({ line }) => line);
}

/** The provider's own name for a request, which it can be asked about by. */
export const lineOfReference = (batchId: string, reference: string): string =>
  JSON.stringify({ kind: 'reference', id: batchId, reference });
