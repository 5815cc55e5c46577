import { createHash } from 'node:crypto';
import type { Tx } from '@tributary/messaging';
import type { Database, Vault } from '@tributary/service-kit';
import { everyBrand } from '../../parts.js';
import { messageIdOf } from '../domain/message-id.js';
import type { Answer, Instruction, Rail } from '../domain/rail.js';

/** What a file of payments is written from. Accounts are as their methods and funding accounts keep them. */
export interface PaymentFile<Funding, Account> {
  messageId: string;
  createdAt: Date;
  /** How many files the brand has written for this rail on the same day before. */
  earlierToday: number;
  funding: Funding;
  payments: readonly { payoutId: string; amount: bigint; currency: string; account: Account }[];
}

/** A way to write payments down for a bank, piece by piece. Throws when one of them cannot be written. */
export interface FileFormat<Funding, Account> {
  rail: string;
  /** Why a payment cannot stand in such a file; null when it can. */
  refuses(payment: Pick<Instruction, 'amount' | 'currency'>): string | null;
  write(file: PaymentFile<Funding, Account>): Iterable<string>;
}

const without = 'the file of this run was written without it';

/**
 * Payment by a file that a person hands to the bank: one for each brand and run, written once. The bank's word on it comes by files of
 * its own, or as a settlement report; until then a payout stays submitted.
 */
export function fileRail<Funding, Account>(db: Database<unknown>, vault: Vault, format: FileFormat<Funding, Account>): Rail {
  return {
    name: format.rail,
    async submit(instructions, now) {
      const [first] = instructions;
      if (!first) return new Map();
      return db.tx(everyBrand, async (tx) => {
        const refusal = new Map(instructions.map((instruction) => [instruction.railKey, format.refuses(instruction)]));
        await writeOnce(
          tx,
          vault,
          format,
          instructions.filter(({ railKey }) => refusal.get(railKey) === null),
          now,
        );
        const written = new Set(await payoutsInFile(tx, format.rail, first));
        return new Map(
          instructions.map(({ railKey, payoutId, runId }): [string, Answer] => [
            railKey,
            written.has(payoutId)
              ? { outcome: 'accepted', reference: runId }
              : { outcome: 'rejected', reason: refusal.get(railKey) ?? without },
          ]),
        );
      });
    },
    async lookup(railKey) {
      const { rows } = await db.pool.query<{ runId: string }>(
        'SELECT run_id AS "runId" FROM bank_file WHERE payout_ids @> ARRAY[$1] AND rail = $2',
        [railKey, format.rail],
      );
      return rows[0] ? { state: 'accepted', reference: rows[0].runId } : { state: 'not-found' };
    },
    callbacks: async () => [],
    acknowledge: async () => undefined,
  };
}

async function payoutsInFile(tx: Tx, rail: string, { runId, brandId }: Pick<Instruction, 'runId' | 'brandId'>): Promise<string[]> {
  const { rows } = await tx.query<{ payoutIds: string[] }>(
    'SELECT payout_ids AS "payoutIds" FROM bank_file WHERE run_id = $1 AND brand_id = $2 AND rail = $3',
    [runId, brandId, rail],
  );
  return rows[0]?.payoutIds ?? [];
}

async function writeOnce<F, A>(
  tx: Tx,
  vault: Vault,
  format: FileFormat<F, A>,
  instructions: readonly Instruction[],
  now: Date,
): Promise<void> {
  const [first] = instructions;
  if (!first) return;
  const { rail } = format;
  const { runId, brandId } = first;
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`${rail}:${brandId}`]);
  if ((await payoutsInFile(tx, rail, first)).length > 0) return;
  const file: PaymentFile<F, A> = {
    messageId: messageIdOf(runId, brandId),
    createdAt: now,
    earlierToday: await writtenOn(tx, rail, brandId, now),
    funding: await fundingOf<F>(tx, vault, brandId, rail),
    payments: await paymentsOf<A>(tx, vault, instructions),
  };
  const hash = createHash('sha256');
  const pieces: string[] = [];
  for (const piece of format.write(file)) {
    hash.update(piece);
    pieces.push(piece);
  }
  await tx.query(
    'INSERT INTO bank_file (run_id, brand_id, rail, content, sha256, payout_ids, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [
      runId,
      brandId,
      rail,
      await vault.seal(tx, runId, pieces.join('')),
      hash.digest('hex'),
      instructions.map(({ payoutId }) => payoutId),
      now,
    ],
  );
}

async function writtenOn(tx: Tx, rail: string, brandId: string, now: Date): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM bank_file WHERE brand_id = $1 AND rail = $2 AND (created_at AT TIME ZONE 'UTC')::date = ($3::timestamptz AT TIME ZONE 'UTC')::date`,
    [brandId, rail, now],
  );
  return rows[0]?.count ?? 0;
}

async function read<T>(tx: Tx, vault: Vault, subject: string, sealed: string | undefined): Promise<T> {
  const plain = sealed && (await vault.open(tx, subject, sealed));
  if (!plain) throw new Error(`the account of ${subject} is gone`);
  return JSON.parse(plain) as T;
}

async function fundingOf<T>(tx: Tx, vault: Vault, brandId: string, rail: string): Promise<T> {
  const { rows } = await tx.query<{ account: string }>(
    `SELECT account FROM funding_account WHERE brand_id = $1 AND rail = $2 AND status = 'active'`,
    [brandId, rail],
  );
  return read(tx, vault, brandId, rows[0]?.account);
}

async function paymentsOf<T>(tx: Tx, vault: Vault, instructions: readonly Instruction[]): Promise<PaymentFile<never, T>['payments']> {
  const { rows } = await tx.query<{ id: string; account: string }>('SELECT id, account FROM payout_method WHERE id = ANY ($1)', [
    instructions.map(({ methodId }) => methodId),
  ]);
  const accounts = new Map(rows.map(({ id, account }) => [id, account]));
  const payments: PaymentFile<never, T>['payments'][number][] = [];
  for (const { payoutId, amount, currency, methodId, partnerId } of instructions)
    payments.push({ payoutId, amount, currency, account: await read<T>(tx, vault, partnerId, accounts.get(methodId ?? '')) });
  return payments;
}

/** The files of a run and rail, decrypted, by brand. */
export async function bankFilesOf(tx: Tx, vault: Vault, runId: string, rail: string, brandId: string | undefined): Promise<string[]> {
  const { rows } = await tx.query<{ content: string }>(
    'SELECT content FROM bank_file WHERE run_id = $1 AND rail = $2 AND ($3::text IS NULL OR brand_id = $3) ORDER BY brand_id',
    [runId, rail, brandId ?? null],
  );
  const files: string[] = [];
  for (const { content } of rows) files.push((await vault.open(tx, runId, content)) ?? '');
  return files;
}
