import { createHash, type Hash } from 'node:crypto';
import type { Tx } from '@tributary/messaging';
import { inChunks } from '@tributary/service-kit';
import { contentRow, type RunContent } from './domain/content-text.js';
import type { LineRow } from './run-store.js';

const sha256 = () => createHash('sha256');

/** SHA-256 over the lines of a payout, each as `item:amount`, in the order of these texts. The database makes the same. */
export function linesHash(lines: readonly Pick<LineRow, 'itemId' | 'amount'>[]): string {
  const rows = lines.map(({ itemId, amount }) => `${itemId}:${amount}`);
  return sha256().update(rows.sort().join('\n')).digest('hex');
}

/** From the lines as they stand, whatever was written down of them. */
const linesHashNow = /* sql */ `(SELECT encode(sha256(convert_to(coalesce(string_agg(concat(item_id, ':', amount), E'\\n' ORDER BY concat(item_id, ':', amount) COLLATE "C"), ''), 'UTF8')), 'hex')
  FROM payout_line WHERE payout_id = p.id)`;
const columns = /* sql */ `id, partner_id AS "partnerId", brand_id AS "brandId", amount, currency, rail, account_hmac AS "accountHmac", charges, exchange`;
const atOnce = 2000;

/** Rows one after the other with a line end between them: what `contentText` makes of all of them, without holding them. */
function addRow(hash: Hash, row: string, isFirst: boolean): void {
  hash.update(isFirst ? row : `\n${row}`);
}

async function hashOf(tx: Tx, runId: string, lines: string, order: string, textOf: (content: RunContent) => string): Promise<string> {
  const hash = sha256();
  let first = true;
  const sql = `SELECT ${columns}, ${lines} AS "linesHash" FROM payout p WHERE run_id = $1 ORDER BY ${order}`;
  for await (const payouts of inChunks<RunContent>(tx, sql, [runId], atOnce))
    for (const payout of payouts) {
      addRow(hash, textOf(payout), first);
      first = false;
    }
  return hash.digest('hex');
}

/** The hash of what a run would do now, from its payouts and lines as they stand. `seen` is told each row of it. */
export const currentContentHash = (tx: Tx, runId: string, seen: (row: string) => void = () => undefined): Promise<string> =>
  hashOf(tx, runId, linesHashNow, 'id', (content) => {
    const row = contentRow(content);
    seen(row);
    return row;
  });

/** Of a run that has just been built: SHA-256 over its canonical content, and the same whatever ids its payouts have got. */
export async function hashesOfRun(tx: Tx, runId: string): Promise<{ contentHash: string; planHash: string }> {
  return {
    contentHash: await hashOf(tx, runId, 'lines_hash', 'id', contentRow),
    planHash: await hashOf(tx, runId, 'lines_hash', 'partner_id, brand_id, currency, lines_hash', (content) =>
      contentRow({ ...content, id: '' }),
    ),
  };
}

/** What some payouts would do now, each as its row of the content. */
export async function currentRows(tx: Tx, payoutIds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<RunContent>(
    `SELECT ${columns}, ${linesHashNow} AS "linesHash" FROM payout p WHERE id = ANY ($1) ORDER BY id`,
    [payoutIds],
  );
  return rows.map(contentRow);
}
