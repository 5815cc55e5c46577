import type { Tx } from '@tributary/messaging';
import type { Database, Vault } from '@tributary/service-kit';
import { everyBrand } from '../../parts.js';
import { lineOfReference, linesOfBatches, type SentJournal } from '../../shared/sent-journal.js';
import { type Answer, type Instruction, lacksFunds, type Rail } from '../domain/rail.js';
import { NotReached, type Payment, type Provider } from './providers/provider.js';

const windowOver: Answer = { outcome: 'unknown', reason: 'the window of its key is over: two people must find out' };

const noAnswer: Answer = { outcome: 'unknown', reason: 'the rail did not answer in time' };
const down: Answer = { outcome: 'unknown', reason: 'the rail is down: it was not asked' };
/** After so many calls without an answer the others wait for the next look-up. */
const patience = 3;

/**
 * Payment by a provider's HTTP API. What is asked for, under which key and until when it may be asked for again is committed before
 * the first call and never changes: a repetition is the same request under the same key, or it is not made.
 */
export function apiRail<F, A>(db: Database<unknown>, vault: Vault, provider: Provider<F, A>, journal: SentJournal): Rail {
  return {
    name: provider.rail,
    async submit(instructions, now) {
      const answers = new Map<string, Answer>();
      const fit = instructions.filter((instruction) => {
        const reason = provider.refuses(instruction);
        if (reason !== null) answers.set(instruction.railKey, { outcome: 'rejected', reason });
        return reason === null;
      });
      const batches = await db.tx(everyBrand, (tx) => prepare(tx, vault, provider, fit, now));
      await journal.append(await db.tx(everyBrand, (tx) => linesOfBatches(tx, [...batches.keys()])), now);
      let silent = 0;
      let broke: Answer | undefined;
      for (const [batchId, keys] of batches) {
        const answer = broke ?? (silent < patience ? await sendBatch(db, vault, provider, batchId, now) : down);
        // What comes after it is not tried: a smaller one might go through, and who is paid would hang on amounts.
        if (answer.outcome === 'rejected' && lacksFunds(answer.reason)) broke = answer;
        if (answer.outcome === 'accepted') await journal.append([lineOfReference(batchId, answer.reference)], now);
        if (answer === noAnswer) silent++;
        for (const key of keys) answers.set(key, answer);
      }
      return answers;
    },
    async lookup(railKey) {
      const asked = await db.tx(everyBrand, (tx) => askedFor<F>(tx, vault, railKey, provider.rail));
      if (!asked) return { state: 'not-found' };
      const { funding, id, reference, amount, currency } = asked;
      return provider.find(funding, { id, reference, item: { payoutId: railKey, amount, currency } });
    },
    ...(provider.reverse && {
      reverse: async (railKey: string): Promise<Answer> => {
        const asked = await db.tx(everyBrand, (tx) => askedFor<F>(tx, vault, railKey, provider.rail));
        if (!asked) return { outcome: 'rejected', reason: 'it was never asked for' };
        const { funding, id, reference, amount, currency } = asked;
        return provider.reverse?.(funding, { id, reference, item: { payoutId: railKey, amount, currency } }) ?? noAnswer;
      },
    }),
    callbacks: async () => [],
    acknowledge: async () => undefined,
    async resendUntil(railKey) {
      const { rows } = await db.pool.query<{ until: Date | null }>(
        'SELECT resend_until AS until FROM rail_batch b JOIN rail_item i ON i.batch_id = b.id WHERE i.rail_key = $1 AND b.rail = $2',
        [railKey, provider.rail],
      );
      return rows[0]?.until ?? null;
    },
  };
}

/** Puts what is new into batches, and says which batch each key is in. */
async function prepare<F, A>(
  tx: Tx,
  vault: Vault,
  provider: Provider<F, A>,
  instructions: readonly Instruction[],
  now: Date,
): Promise<Map<string, string[]>> {
  const [first] = instructions;
  if (!first) return new Map();
  await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`${provider.rail}:${first.runId}:${first.brandId}`]);
  const batchOf = await batchesOf(tx, instructions);
  const fresh = instructions.filter(({ railKey }) => !batchOf.has(railKey));
  for (let at = 0; at < fresh.length; at += provider.paymentsPerBatch) {
    const together = fresh.slice(at, at + provider.paymentsPerBatch);
    const batchId = together[0]?.railKey ?? '';
    await writeBatch(tx, vault, provider, batchId, together, now);
    for (const { railKey } of together) batchOf.set(railKey, batchId);
  }
  const keys = new Map<string, string[]>();
  for (const [railKey, batchId] of batchOf) keys.set(batchId, [...(keys.get(batchId) ?? []), railKey]);
  return keys;
}

async function batchesOf(tx: Tx, instructions: readonly Instruction[]): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ railKey: string; batchId: string }>(
    'SELECT rail_key AS "railKey", batch_id AS "batchId" FROM rail_item WHERE rail_key = ANY ($1)',
    [instructions.map(({ railKey }) => railKey)],
  );
  return new Map(rows.map(({ railKey, batchId }) => [railKey, batchId]));
}

async function writeBatch<F, A>(
  tx: Tx,
  vault: Vault,
  provider: Provider<F, A>,
  batchId: string,
  instructions: readonly Instruction[],
  now: Date,
): Promise<void> {
  const [first] = instructions;
  if (!first) return;
  const { runId, brandId } = first;
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM funding_account WHERE brand_id = $1 AND rail = $2 AND status = 'active'`,
    [brandId, provider.rail],
  );
  const [funding] = rows;
  if (!funding) throw new Error(`${brandId} has no account with ${provider.rail}`);
  const body = provider.bodyOf(batchId, await paymentsOf<A>(tx, vault, instructions));
  await tx.query(
    `INSERT INTO rail_batch (id, rail, run_id, brand_id, funding_account_id, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [batchId, provider.rail, runId, brandId, funding.id, await vault.seal(tx, runId, body), now],
  );
  await tx.query(
    `INSERT INTO rail_item (rail_key, batch_id, brand_id, amount, currency) SELECT key, $1, $2, amount, currency FROM unnest($3::text[], $4::bigint[], $5::text[]) AS item (key, amount, currency)`,
    [
      batchId,
      brandId,
      instructions.map(({ railKey }) => railKey),
      instructions.map(({ amount }) => amount.toString()),
      instructions.map(({ currency }) => currency),
    ],
  );
}

async function opened<T>(tx: Tx, vault: Vault, subject: string, sealed: string | undefined): Promise<T> {
  const plain = sealed && (await vault.open(tx, subject, sealed));
  if (!plain) throw new Error(`what was sealed for ${subject} is gone`);
  return JSON.parse(plain) as T;
}

async function paymentsOf<A>(tx: Tx, vault: Vault, instructions: readonly Instruction[]): Promise<Payment<A>[]> {
  const { rows } = await tx.query<{ id: string; account: string }>('SELECT id, account FROM payout_method WHERE id = ANY ($1)', [
    instructions.map(({ methodId }) => methodId),
  ]);
  const accounts = new Map(rows.map(({ id, account }) => [id, account]));
  const payments: Payment<A>[] = [];
  for (const { payoutId, amount, currency, methodId, partnerId } of instructions)
    payments.push({ payoutId, amount, currency, account: await opened<A>(tx, vault, partnerId, accounts.get(methodId ?? '')) });
  return payments;
}

/** Sends a batch, for the first time or once more within its window. */
async function sendBatch<F, A>(db: Database<unknown>, vault: Vault, provider: Provider<F, A>, batchId: string, now: Date): Promise<Answer> {
  const call = await db.tx(everyBrand, async (tx) => {
    const { rows } = await tx.query<{ runId: string; brandId: string; body: string; attempts: number; account: string }>(
      `UPDATE rail_batch b SET attempts = b.attempts + 1, resend_until = coalesce(b.resend_until, $3) FROM funding_account f WHERE b.id = $1 AND (b.resend_until IS NULL OR b.resend_until > $2) AND f.id = b.funding_account_id
       RETURNING b.run_id AS "runId", b.brand_id AS "brandId", b.body, b.attempts, f.account`,
      [batchId, now, new Date(now.getTime() + provider.windowMs)],
    );
    const [row] = rows;
    if (!row) return undefined;
    const body = await vault.open(tx, row.runId, row.body);
    if (body === undefined) throw new Error(`what was asked under ${batchId} is gone`);
    return { body, attempts: row.attempts, funding: await opened<F>(tx, vault, row.brandId, row.account) };
  });
  if (!call) return windowOver;
  const answer = await provider.send(call.funding, batchId, call.body).catch(async (error: unknown) => {
    if (error instanceof NotReached) await takeBack(db, batchId);
    return noAnswer;
  });
  if (answer.outcome === 'accepted')
    await db.pool.query('UPDATE rail_batch SET reference = $2 WHERE id = $1 AND reference IS NULL', [batchId, answer.reference]);
  // The first call may have been taken all the same.
  if (answer.outcome === 'rejected' && call.attempts > 1 && !provider.refusalsRepeat) return { outcome: 'unknown', reason: answer.reason };
  return answer;
}

/** A call that never arrived, and is the only one so far, is as if it had not been made: its window has not begun. */
async function takeBack(db: Database<unknown>, batchId: string): Promise<void> {
  await db.pool.query('UPDATE rail_batch SET attempts = 0, resend_until = NULL WHERE id = $1 AND attempts = 1 AND reference IS NULL', [
    batchId,
  ]);
}

/** Of what we have not asked for, or have lost the request, the provider may know all the same. */
async function askedFor<F>(tx: Tx, vault: Vault, railKey: string, rail: string) {
  const { rows } = await tx.query<{
    id: string;
    reference: string | null;
    brandId: string;
    account: string;
    amount: bigint;
    currency: string;
  }>(
    `SELECT b.id, b.reference, b.brand_id AS "brandId", f.account, i.amount, i.currency FROM rail_item i JOIN rail_batch b ON b.id = i.batch_id
     JOIN funding_account f ON f.id = b.funding_account_id WHERE i.rail_key = $1 AND b.rail = $2
     UNION ALL
     SELECT p.rail_key, NULL, p.brand_id, f.account, p.amount, p.currency FROM payout p JOIN funding_account f ON f.brand_id = p.brand_id AND f.rail = p.rail AND f.status = 'active'
     WHERE p.rail_key = $1 AND p.rail = $2 AND NOT EXISTS (SELECT 1 FROM rail_item i WHERE i.rail_key = p.rail_key)`,
    [railKey, rail],
  );
  const [row] = rows;
  return row && { ...row, funding: await opened<F>(tx, vault, row.brandId, row.account) };
}
