import type { Tx } from '@tributary/messaging';
import type { Database } from '@tributary/service-kit';
import { everyBrand } from '../../parts.js';
import { type Behaviour, isBehaviour } from '../domain/behaviour.js';
import type { Answer, Instruction, Rail, RailState } from '../domain/rail.js';

const dayMs = 86_400_000;
/** A slow instruction settles this long after it was accepted. */
const slowMs = 3_600_000;

interface Row {
  railKey: string;
  reference: string;
  behaviour: Behaviour;
  state: 'accepted' | 'settled' | 'returned' | 'rejected';
  reason: string | null;
  lookups: number;
  acceptedAt: Date;
}
const columns = /* sql */ `rail_key AS "railKey", reference, behaviour, state, reason, lookups, accepted_at AS "acceptedAt"`;

/**
 * A rail without a bank behind it, for sandboxes and tests. It keeps its own books in its own transactions (`simulator_…`): the
 * record of money out is append-only and knows nothing of the ledger, so the two can be held against each other.
 */
export function simulatedApi(db: Database<unknown>): Rail {
  return {
    name: 'simulated-api',
    async submit(instructions, now) {
      const answers = new Map<string, Answer>();
      for (const instruction of instructions) answers.set(instruction.railKey, await db.tx(everyBrand, (tx) => take(tx, instruction, now)));
      return answers;
    },
    lookup: (railKey, now) => db.tx(everyBrand, (tx) => lookUp(tx, railKey, now)),
    reverse: (railKey, now) => db.tx(everyBrand, (tx) => sendBack(tx, railKey, now)),
    async callbacks(now, limit) {
      const { rows } = await db.pool.query<{ id: bigint; railKey: string; state: 'accepted' | 'settled' | 'returned'; reference: string }>(
        `SELECT id, rail_key AS "railKey", state, reference FROM simulator_callback WHERE NOT delivered AND due_at <= $1 ORDER BY id LIMIT $2`,
        [now, limit],
      );
      return rows.map((row) => ({ ...row, id: row.id.toString() }));
    },
    async acknowledge(callbackIds) {
      await db.pool.query('UPDATE simulator_callback SET delivered = true WHERE id = ANY ($1::bigint[])', [callbackIds]);
    },
  };
}

/** Takes an instruction in, once: what is known under its key already is answered as it stands. */
async function take(tx: Tx, instruction: Instruction, now: Date): Promise<Answer> {
  const { railKey, payoutId } = instruction;
  const behaviour = instruction.behaviour !== null && isBehaviour(instruction.behaviour) ? instruction.behaviour : 'ok';
  // Nothing was taken in at the first try, and the caller cannot tell that from an answer that was lost.
  if (behaviour === 'error-before-accept' && (await firstAttempt(tx, instruction, now)))
    return { outcome: 'unknown', reason: 'the rail answered 500' };
  const reference = `SIM-${railKey}`;
  const rejected = behaviour === 'reject';
  const { rowCount } = await tx.query(
    `INSERT INTO simulator_instruction (rail_key, reference, payout_id, behaviour, state, reason, accepted_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (rail_key) DO UPDATE SET state = 'accepted' WHERE simulator_instruction.state = 'error'`,
    [railKey, reference, payoutId, behaviour, rejected ? 'rejected' : 'accepted', rejected ? 'account closed' : null, now],
  );
  if (rowCount === 1 && !rejected) await moneyOut(tx, instruction.railKey, payoutId, instruction.amount, instruction.currency, now);
  if (rowCount === 1 && behaviour === 'duplicate-callback')
    for (const state of ['settled', 'accepted', 'settled', 'settled']) await callBack(tx, railKey, state, reference, now);
  if (rejected) return { outcome: 'rejected', reason: 'account closed' };
  if (rowCount === 1 && behaviour === 'accept-then-timeout') return { outcome: 'unknown', reason: 'the rail did not answer in time' };
  if (rowCount === 1 && behaviour === 'error-after-accept') return { outcome: 'unknown', reason: 'the rail answered 500' };
  return { outcome: 'accepted', reference };
}

async function firstAttempt(tx: Tx, { railKey, payoutId }: Instruction, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO simulator_instruction (rail_key, reference, payout_id, behaviour, state, accepted_at) VALUES ($1, $2, $3, 'error-before-accept', 'error', $4) ON CONFLICT (rail_key) DO NOTHING`,
    [railKey, `SIM-${railKey}`, payoutId, now],
  );
  return rowCount === 1;
}

async function lookUp(tx: Tx, railKey: string, now: Date): Promise<RailState> {
  const { rows } = await tx.query<Row>(
    `UPDATE simulator_instruction SET lookups = lookups + 1 WHERE rail_key = $1 AND state <> 'error' RETURNING ${columns}`,
    [railKey],
  );
  const [row] = rows;
  if (!row) return { state: 'not-found' };
  if (row.state === 'rejected') return { state: 'rejected', reason: row.reason ?? 'rejected' };
  if (row.state !== 'accepted' || !isDue(row, now)) return { state: row.state, reference: row.reference };
  await tx.query(`UPDATE simulator_instruction SET state = 'settled' WHERE rail_key = $1`, [railKey]);
  if (row.behaviour === 'late-return') await sendBackLater(tx, row, now);
  return { state: 'settled', reference: row.reference };
}

const isDue = (row: Row, now: Date) => row.behaviour !== 'slow' || now.getTime() - row.acceptedAt.getTime() >= slowMs;

/** What has settled comes back at once, and a callback says so; once. */
async function sendBack(tx: Tx, railKey: string, now: Date): Promise<Answer> {
  const { rows } = await tx.query<Row>(
    `UPDATE simulator_instruction SET state = 'returned' WHERE rail_key = $1 AND state = 'settled' RETURNING ${columns}`,
    [railKey],
  );
  const [row] = rows;
  if (!row) return { outcome: 'rejected', reason: 'there is nothing to be sent back' };
  await comeBack(tx, row, now);
  return { outcome: 'accepted', reference: row.reference };
}

/** The money comes back a day after it was settled, and a callback says so. */
const sendBackLater = (tx: Tx, row: Row, now: Date): Promise<void> => comeBack(tx, row, new Date(now.getTime() + dayMs));

async function comeBack(tx: Tx, row: Row, at: Date): Promise<void> {
  await callBack(tx, row.railKey, 'returned', row.reference, at);
  await tx.query(
    `INSERT INTO simulator_money_out (rail_key, payout_id, amount, currency, moved_at)
     SELECT rail_key, payout_id, -amount, currency, $2 FROM simulator_money_out WHERE rail_key = $1 AND amount > 0`,
    [row.railKey, at],
  );
}

async function moneyOut(tx: Tx, railKey: string, payoutId: string, amount: bigint, currency: string, now: Date): Promise<void> {
  await tx.query('INSERT INTO simulator_money_out (rail_key, payout_id, amount, currency, moved_at) VALUES ($1, $2, $3, $4, $5)', [
    railKey,
    payoutId,
    amount.toString(),
    currency,
    now,
  ]);
}

async function callBack(tx: Tx, railKey: string, state: string, reference: string, dueAt: Date): Promise<void> {
  await tx.query('INSERT INTO simulator_callback (rail_key, state, reference, due_at) VALUES ($1, $2, $3, $4)', [
    railKey,
    state,
    reference,
    dueAt,
  ]);
}
