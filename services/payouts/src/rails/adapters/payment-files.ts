import { createHash } from 'node:crypto';
import type { Tx } from '@tributary/messaging';
import type { Database, Scope, Vault } from '@tributary/service-kit';

/** What a file of payments is known by: there is one for each. */
export interface FileKey {
  runId: string;
  brandId: string;
  rail: string;
}
const values = ({ runId, brandId, rail }: FileKey) => [runId, brandId, rail];
const same = 'run_id = $1 AND brand_id = $2 AND rail = $3';

/** One writer at a time for a brand and rail. True when the file has been written before. */
export async function lockFiles(tx: Tx, file: FileKey): Promise<boolean> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`${file.rail}:${file.brandId}`]);
  return (await tx.query(`SELECT 1 FROM bank_file WHERE ${same}`, values(file))).rows.length > 0;
}

/** How many files of this brand and rail were written on the same day. */
export async function filesOn(tx: Tx, { brandId, rail }: FileKey, now: Date): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM bank_file WHERE brand_id = $1 AND rail = $2 AND (created_at AT TIME ZONE 'UTC')::date = ($3::timestamptz AT TIME ZONE 'UTC')::date`,
    [brandId, rail, now],
  );
  return rows[0]?.count ?? 0;
}

/** Says what stands in a file. A payout stands in one, ever: the key refuses another. */
export async function keepPayments(tx: Tx, file: FileKey, payoutIds: readonly string[]): Promise<void> {
  await tx.query('INSERT INTO bank_file_payout (payout_id, run_id, brand_id, rail) SELECT unnest($4::text[]), $1, $2, $3', [
    ...values(file),
    payoutIds,
  ]);
}

/** Which of these stand in the file. */
export async function writtenOf(tx: Tx, file: FileKey, payoutIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(`SELECT payout_id AS id FROM bank_file_payout WHERE payout_id = ANY ($4) AND ${same}`, [
    ...values(file),
    payoutIds,
  ]);
  return new Set(rows.map(({ id }) => id));
}

/** So many characters are held, encrypted and stored at a time. */
const pieceLength = 256 * 1024;

/** Stores a file as it comes, encrypted under the run's key, and the hash of it all. */
export async function keepFile(
  tx: Tx,
  vault: Vault,
  file: FileKey,
  text: AsyncIterable<string>,
  payments: number,
  now: Date,
): Promise<void> {
  const hash = createHash('sha256');
  let number = 0;
  for await (const piece of inPieces(text)) {
    hash.update(piece);
    number++;
    await tx.query('INSERT INTO bank_file_piece (run_id, brand_id, rail, number, content) VALUES ($1, $2, $3, $4, $5)', [
      ...values(file),
      number,
      await vault.seal(tx, file.runId, piece),
    ]);
  }
  await tx.query('INSERT INTO bank_file (run_id, brand_id, rail, sha256, payments, created_at) VALUES ($1, $2, $3, $4, $5, $6)', [
    ...values(file),
    hash.digest('hex'),
    payments,
    now,
  ]);
}

async function* inPieces(text: AsyncIterable<string>): AsyncGenerator<string> {
  let held: string[] = [];
  let length = 0;
  for await (const each of text) {
    held.push(each);
    length += each.length;
    if (length < pieceLength) continue;
    yield held.join('');
    held = [];
    length = 0;
  }
  if (held.length > 0) yield held.join('');
}

/** Reads files of payments, decrypted. */
export interface PaymentFiles {
  /** Whose files a run has for a rail, as far as the caller sees them; of one brand when it is named. */
  brandsOf(scope: Scope, runId: string, rail: string, brandId: string | undefined): Promise<string[]>;
  /** Piece by piece, each read when it is asked for. */
  read(scope: Scope, file: FileKey): AsyncIterable<string>;
}

/** The files of payments as the file rails have written them. */
export const paymentFiles = (db: Database<unknown>, vault: Vault): PaymentFiles => ({
  brandsOf: (scope, runId, rail, brandId) =>
    db.tx(scope, async (tx) => {
      // Who does not see the run sees none of its files.
      const { rows } = await tx.query<{ brandId: string }>(
        `SELECT brand_id AS "brandId" FROM bank_file JOIN payout_run run ON run.id = run_id
         WHERE run_id = $1 AND rail = $2 AND ($3::text IS NULL OR brand_id = $3) ORDER BY brand_id`,
        [runId, rail, brandId ?? null],
      );
      return rows.map((row) => row.brandId);
    }),
  async *read(scope, file) {
    for (let number = 1; ; number++) {
      const piece = await db.tx(scope, async (tx) => {
        const { rows } = await tx.query<{ content: string }>(`SELECT content FROM bank_file_piece WHERE ${same} AND number = $4`, [
          ...values(file),
          number,
        ]);
        return rows[0] && ((await vault.open(tx, file.runId, rows[0].content)) ?? '');
      });
      if (piece === undefined) return;
      yield piece;
    }
  },
});
