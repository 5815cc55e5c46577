import type { Tx } from '@tributary/messaging';
import type { Database, Vault } from '@tributary/service-kit';
import { everyBrand } from '../../parts.js';
import { messageIdOf } from '../domain/message-id.js';
import type { Answer, Instruction, Rail, Whole } from '../domain/rail.js';
import { type FileKey, filesOn, keepFile, keepPayments, lockFiles, writtenOf } from './payment-files.js';

/** A payment as a file of payments shows it. The account is as its method keeps it. */
export interface Payment<Account> {
  payoutId: string;
  amount: bigint;
  currency: string;
  account: Account;
}

/** What a file of payments is written from. */
export interface PaymentFile<Funding, Account> {
  messageId: string;
  createdAt: Date;
  /** How many files the brand has written for this rail on the same day before. */
  earlierToday: number;
  funding: Funding;
  count: number;
  /** Sum of the amounts; says something in formats of one currency. */
  total: bigint;
  /** From the first one on, as often as it is asked for: some hundred are held at a time. */
  payments: () => AsyncIterable<Payment<Account>>;
}

/** A way to write payments down for a bank, piece by piece. Throws when one of them cannot be written. */
export interface FileFormat<Funding, Account> {
  rail: string;
  /** Why a payment cannot stand in such a file; null when it can. */
  refuses(payment: Pick<Instruction, 'amount' | 'currency'>): string | null;
  write(file: PaymentFile<Funding, Account>): AsyncIterable<string>;
}

const without = 'the file of this run was written without it';

/**
 * Payment by a file that a person hands to the bank: one for each brand and run, written once, of all that it asks for. The bank's word
 * on it comes by files of its own, or as a settlement report; until then a payout stays submitted.
 */
export function fileRail<Funding, Account>(db: Database<unknown>, vault: Vault, format: FileFormat<Funding, Account>): Rail {
  return {
    name: format.rail,
    async submit(instructions, now, whole = () => once(instructions)) {
      const [first] = instructions;
      if (!first) return new Map();
      const file = { runId: first.runId, brandId: first.brandId, rail: format.rail };
      const written = await db.tx(everyBrand, async (tx) => {
        await writeOnce(tx, vault, format, file, whole, now);
        return writtenOf(
          tx,
          file,
          instructions.map(({ payoutId }) => payoutId),
        );
      });
      return new Map(
        instructions.map((instruction): [string, Answer] => [
          instruction.railKey,
          written.has(instruction.payoutId)
            ? { outcome: 'accepted', reference: instruction.runId }
            : { outcome: 'rejected', reason: format.refuses(instruction) ?? without },
        ]),
      );
    },
    async lookup(railKey) {
      const { rows } = await db.pool.query<{ runId: string }>(
        'SELECT run_id AS "runId" FROM bank_file_payout WHERE payout_id = $1 AND rail = $2',
        [railKey, format.rail],
      );
      return rows[0] ? { state: 'accepted', reference: rows[0].runId } : { state: 'not-found' };
    },
    callbacks: async () => [],
    acknowledge: async () => undefined,
  };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

/** Twice over what is to be paid: first to know what stands in the file and what it adds up to, then to write it. */
async function writeOnce<F, A>(tx: Tx, vault: Vault, format: FileFormat<F, A>, file: FileKey, whole: Whole, now: Date): Promise<void> {
  const { runId, brandId, rail } = file;
  if (await lockFiles(tx, file)) return;
  let count = 0;
  let total = 0n;
  for await (const fitting of fittingOf(format, whole)) {
    await keepPayments(
      tx,
      file,
      fitting.map(({ payoutId }) => payoutId),
    );
    count += fitting.length;
    total = fitting.reduce((sum, { amount }) => sum + amount, total);
  }
  if (count === 0) return;
  const text = format.write({
    messageId: messageIdOf(runId, brandId),
    createdAt: now,
    earlierToday: await filesOn(tx, file, now),
    funding: await fundingOf<F>(tx, vault, brandId, rail),
    count,
    total,
    payments: () => paymentsOf<A>(tx, vault, fittingOf(format, whole), count),
  });
  await keepFile(tx, vault, file, text, count, now);
}

async function* fittingOf<F, A>(format: FileFormat<F, A>, whole: Whole): AsyncGenerator<Instruction[]> {
  for await (const some of whole()) yield some.filter((instruction) => format.refuses(instruction) === null);
}

async function fundingOf<T>(tx: Tx, vault: Vault, brandId: string, rail: string): Promise<T> {
  const { rows } = await tx.query<{ account: string }>(
    `SELECT account FROM funding_account WHERE brand_id = $1 AND rail = $2 AND status = 'active'`,
    [brandId, rail],
  );
  return accountIn(brandId, rows[0] && (await vault.open(tx, brandId, rows[0].account)));
}

/** @throws when there are not as many as there were: then the file would not be what is written down of it. */
async function* paymentsOf<A>(
  tx: Tx,
  vault: Vault,
  instructions: AsyncIterable<readonly Instruction[]>,
  count: number,
): AsyncGenerator<Payment<A>> {
  let seen = 0;
  for await (const some of instructions) {
    const accounts = await accountsOf(tx, vault, some);
    for (const { payoutId, amount, currency, methodId, partnerId } of some)
      yield { payoutId, amount, currency, account: accountIn<A>(partnerId, accounts.get(methodId ?? '')) };
    seen += some.length;
  }
  if (seen !== count) throw new Error(`there were ${count} payments, and now there are ${seen}`);
}

async function accountsOf(tx: Tx, vault: Vault, instructions: readonly Instruction[]): Promise<Map<string, string | undefined>> {
  const { rows } = await tx.query<{ id: string; subjectId: string; sealed: string }>(
    'SELECT id, partner_id AS "subjectId", account AS sealed FROM payout_method WHERE id = ANY ($1)',
    [instructions.map(({ methodId }) => methodId)],
  );
  const opened = await vault.openMany(tx, rows);
  return new Map(rows.map(({ id }, index) => [id, opened[index]]));
}

function accountIn<T>(subject: string, plain: string | undefined): T {
  if (!plain) throw new Error(`the account of ${subject} is gone`);
  return JSON.parse(plain) as T;
}
