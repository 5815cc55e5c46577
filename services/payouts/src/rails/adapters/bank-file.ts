import { createHash } from 'node:crypto';
import type { Tx } from '@tributary/messaging';
import type { Database, Vault } from '@tributary/service-kit';
import { everyBrand } from '../../parts.js';
import type { Answer, Instruction, Rail } from '../domain/rail.js';
import { type BankParty, type CreditTransfer, pain001 } from './pain001.js';

/**
 * Payment by a file that a person hands to the bank: one ISO 20022 file for each brand and run, written once. The bank's word on it
 * comes as a settlement report; until then a payout stays submitted.
 */
export function bankFile(db: Database<unknown>, vault: Vault): Rail {
  return {
    name: 'bank-file',
    async submit(instructions, now) {
      const [first] = instructions;
      if (!first) return new Map();
      return db.tx(everyBrand, async (tx) => {
        await writeOnce(tx, vault, first, instructions, now);
        const written = new Set(await payoutsInFile(tx, first));
        return new Map(
          instructions.map(({ railKey, payoutId, runId }): [string, Answer] => [
            railKey,
            written.has(payoutId)
              ? { outcome: 'accepted', reference: runId }
              : { outcome: 'rejected', reason: 'the file of this run was written without it' },
          ]),
        );
      });
    },
    async lookup(railKey) {
      const { rows } = await db.pool.query<{ runId: string }>('SELECT run_id AS "runId" FROM bank_file WHERE $1 = ANY (payout_ids)', [
        railKey,
      ]);
      return rows[0] ? { state: 'accepted', reference: rows[0].runId } : { state: 'not-found' };
    },
    callbacks: async () => [],
    acknowledge: async () => undefined,
  };
}

async function payoutsInFile(tx: Tx, { runId, brandId }: Pick<Instruction, 'runId' | 'brandId'>): Promise<string[]> {
  const { rows } = await tx.query<{ payoutIds: string[] }>(
    'SELECT payout_ids AS "payoutIds" FROM bank_file WHERE run_id = $1 AND brand_id = $2',
    [runId, brandId],
  );
  return rows[0]?.payoutIds ?? [];
}

async function writeOnce(
  tx: Tx,
  vault: Vault,
  { runId, brandId }: Instruction,
  instructions: readonly Instruction[],
  now: Date,
): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`bank-file:${runId}:${brandId}`]);
  if ((await payoutsInFile(tx, { runId, brandId })).length > 0) return;
  const debtor = await fundingParty(tx, vault, brandId);
  const transfers: CreditTransfer[] = [];
  for (const instruction of instructions) {
    const creditor = await creditorOf(tx, vault, instruction);
    transfers.push({
      endToEndId: instruction.payoutId,
      creditor,
      amount: instruction.amount,
      remittance: `Commission ${instruction.payoutId}`,
    });
  }
  const xml = pain001({ messageId: messageIdOf(runId, brandId), createdAt: now, debtor, transfers });
  await tx.query('INSERT INTO bank_file (run_id, brand_id, content, sha256, payout_ids, created_at) VALUES ($1, $2, $3, $4, $5, $6)', [
    runId,
    brandId,
    await vault.seal(tx, runId, xml),
    createHash('sha256').update(xml).digest('hex'),
    instructions.map(({ payoutId }) => payoutId),
    now,
  ]);
}

const read = async (tx: Tx, vault: Vault, subject: string, sealed: string | undefined): Promise<BankParty> => {
  const plain = sealed && (await vault.open(tx, subject, sealed));
  if (!plain) throw new Error(`the account of ${subject} is gone`);
  return JSON.parse(plain) as BankParty;
};

async function fundingParty(tx: Tx, vault: Vault, brandId: string): Promise<BankParty> {
  const { rows } = await tx.query<{ account: string }>(
    `SELECT account FROM funding_account WHERE brand_id = $1 AND rail = 'bank-file' AND status = 'active'`,
    [brandId],
  );
  return read(tx, vault, brandId, rows[0]?.account);
}

async function creditorOf(tx: Tx, vault: Vault, { methodId, partnerId }: Instruction): Promise<BankParty> {
  const { rows } = await tx.query<{ account: string }>('SELECT account FROM payout_method WHERE id = $1', [methodId]);
  return read(tx, vault, partnerId, rows[0]?.account);
}

/** Unique per run and brand, and short enough for the library to number the transfers behind it within 35 characters. */
const messageIdOf = (runId: string, brandId: string) => runId.slice(-16) + brandId.slice(-8);

/** The files of a run, decrypted, by brand. */
export async function bankFilesOf(tx: Tx, vault: Vault, runId: string, brandId: string | undefined): Promise<string[]> {
  const { rows } = await tx.query<{ content: string }>(
    'SELECT content FROM bank_file WHERE run_id = $1 AND ($2::text IS NULL OR brand_id = $2) ORDER BY brand_id',
    [runId, brandId ?? null],
  );
  const files: string[] = [];
  for (const { content } of rows) files.push((await vault.open(tx, runId, content)) ?? '');
  return files;
}
