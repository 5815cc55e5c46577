import { approveReversal, getReversal, requestReversal } from '@tributary/contracts';
import type { EventContext, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { command, ok, query, Rejected, type Route, reject } from '@tributary/service-kit';
import { everyBrand, type Parts } from '../parts.js';
import { whyNotReversible } from '../rails/domain/reversible.js';
import { type PayoutRow, payoutColumns } from '../runs/run-store.js';
import { reconsider } from '../shared/reconsider.js';

interface Reversal {
  payoutId: string;
  reason: string;
  requestedBy: string;
  requestedAt: Date;
  approvedBy: string | null;
  approvedAt: Date | null;
  outcome: 'asked' | 'receivable' | null;
  detail: string | null;
}
const columns = /* sql */ `payout_id AS "payoutId", reason, requested_by AS "requestedBy", requested_at AS "requestedAt", approved_by AS "approvedBy", approved_at AS "approvedAt", outcome, detail`;

const view = ({ requestedAt, approvedAt, ...reversal }: Reversal) => ({
  ...reversal,
  requestedAt: requestedAt.toISOString(),
  approvedAt: approvedAt?.toISOString() ?? null,
});

/** One person wants a settled payout back. Said again before it is approved, the last word counts. */
export function requestReversalRoute(_parts: Parts): Route {
  return command(requestReversal, async ({ params, body, tx, now, context }) => {
    const payout = await settledPayout(tx, params.payoutId);
    const { rows } = await tx.query<Reversal>(
      `INSERT INTO payout_reversal (payout_id, brand_id, reason, requested_by, requested_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (payout_id) DO UPDATE SET reason = EXCLUDED.reason, requested_by = EXCLUDED.requested_by, requested_at = EXCLUDED.requested_at
       WHERE payout_reversal.approved_by IS NULL RETURNING ${columns}`,
      [payout.id, payout.brandId, body.reason, context.actorId, now],
    );
    return rows[0] ? ok(view(rows[0])) : reject('reversal-not-due', { detail: 'It has been approved already' });
  });
}

/** Another person approves. Where its rail takes nothing back the partner owes it at once; otherwise the job asks the rail. */
export function approveReversalRoute(parts: Parts): Route {
  return command(approveReversal, async ({ params, body, tx, now, context }) => {
    const payout = await settledPayout(tx, params.payoutId);
    const asked = await find(tx, payout.id, true);
    if (!asked || asked.requestedBy !== body.requestedBy) return reject('reversal-not-due', { detail: 'Nobody has asked for it so' });
    if (asked.approvedBy !== null) return reject('reversal-not-due', { detail: 'It has been approved already' });
    if (asked.requestedBy === context.actorId) return reject('four-eyes', { detail: 'Who asked for it cannot approve it' });
    await tx.query('UPDATE payout_reversal SET approved_by = $2, approved_at = $3 WHERE payout_id = $1', [payout.id, context.actorId, now]);
    const why = parts.rails.get(payout.rail)?.reverse
      ? whyNotReversible(payout.rail, payout.settledAt ?? now, now)
      : `${payout.rail} takes nothing back`;
    if (why !== null) await end(tx, parts, payout, { outcome: 'receivable', detail: why }, context, now);
    const approved = await find(tx, payout.id);
    return approved ? ok(view(approved)) : reject('not-found');
  });
}

export const getReversalRoute = ({ db }: Parts): Route =>
  query(getReversal, ({ params, scope }) =>
    db.tx(scope, async (tx) => {
      const reversal = await find(tx, params.payoutId);
      return reversal ? ok(view(reversal)) : reject('not-found');
    }),
  );

/** Asks the rails for what is approved. A rail that does not answer is asked again under the same key; one that says no leaves a debt. */
export async function askForReversals(parts: Parts, now: Date): Promise<void> {
  const { rows } = await parts.db.pool.query<PayoutRow>(
    `SELECT ${payoutColumns} FROM payout WHERE id IN (SELECT payout_id FROM payout_reversal WHERE approved_by IS NOT NULL AND outcome IS NULL) ORDER BY id LIMIT 200`,
  );
  for (const payout of rows) {
    try {
      const said = await ask(parts, payout, now);
      if (said) await parts.db.tx(everyBrand, (tx) => endOnce(tx, parts, payout, said, now));
    } catch (error) {
      parts.log.warn({ err: error, payoutId: payout.id }, 'a payout could not be taken back now; its rail will be asked again');
    }
  }
}

interface Outcome {
  outcome: 'asked' | 'receivable';
  detail: string | null;
}

async function ask({ rails }: Parts, payout: PayoutRow, now: Date): Promise<Outcome | undefined> {
  const rail = rails.get(payout.rail);
  const answer = await rail?.reverse?.(payout.railKey, now);
  if (!rail || !answer || answer.outcome === 'unknown') return undefined;
  if (answer.outcome === 'accepted') return { outcome: 'asked', detail: null };
  // A "no" to a repeated question may come because the first one was heard.
  const found = await rail.lookup(payout.railKey, now);
  return found.state === 'returned' ? { outcome: 'asked', detail: null } : { outcome: 'receivable', detail: answer.reason };
}

async function endOnce(tx: Tx, parts: Parts, payout: PayoutRow, said: Outcome, now: Date): Promise<void> {
  const reversal = await find(tx, payout.id, true);
  if (!reversal?.approvedBy || reversal.outcome !== null) return;
  const context = { correlationId: `reversal:${payout.id}`, actorId: `system:${parts.name}`, actorKind: 'system' } as const;
  await end(tx, parts, payout, said, context, now);
}

async function end(tx: Tx, parts: Parts, payout: PayoutRow, said: Outcome, context: EventContext, now: Date): Promise<void> {
  if (said.outcome === 'receivable') await bookReceivable(tx, parts, payout, context, now);
  const { rows } = await tx.query<Reversal>(
    `UPDATE payout_reversal SET outcome = $2, detail = $3 WHERE payout_id = $1 RETURNING ${columns}`,
    [payout.id, said.outcome, said.detail],
  );
  const [reversal] = rows;
  if (!reversal?.approvedBy) throw new Error(`the reversal of ${payout.id} is not approved`);
  const { id: payoutId, partnerId, brandId, currency } = payout;
  const { reason, requestedBy, approvedBy } = reversal;
  const data = { payoutId, partnerId, brandId, amount: toWireAmount(payout.amount), currency, ...said, reason, requestedBy, approvedBy };
  await parts.outbox.append(tx, context, [
    { type: 'payouts.payout.reversal-approved.v1', subject: payoutId, partnerId, brandId, data: { ...data, at: now.toISOString() } },
  ]);
}

/** The partner owes what the payout has paid: each of its entries is taken back, and nets against what comes later. */
async function bookReceivable(tx: Tx, { outbox }: Parts, payout: PayoutRow, context: EventContext, now: Date): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE entry SET taken_back = true WHERE payout_id = $1 AND bucket = 'paid' RETURNING id`,
    [payout.id],
  );
  await reconsider(
    tx,
    outbox,
    rows.map(({ id }) => id),
    { byEntry: new Map(), otherwise: context },
    now,
  );
}

async function find(tx: Tx, payoutId: string, lock = false): Promise<Reversal | undefined> {
  const { rows } = await tx.query<Reversal>(`SELECT ${columns} FROM payout_reversal WHERE payout_id = $1 ${lock ? 'FOR UPDATE' : ''}`, [
    payoutId,
  ]);
  return rows[0];
}

/**
 * A payout whose money has arrived, and of which each entry can be taken back as it was paid. What has netted a refund, was charged or
 * was refunded through another payout is taken back entry by entry instead: by rejecting it.
 */
async function settledPayout(tx: Tx, payoutId: string): Promise<PayoutRow> {
  const { rows } = await tx.query<PayoutRow & { plain: boolean }>(
    `SELECT ${payoutColumns}, charges = '[]' AND exchange IS NULL AND NOT EXISTS (
       SELECT 1 FROM entry LEFT JOIN entry reversal ON reversal.adjusts = entry.id AND reversal.bucket IN ('in-payout', 'paid')
       WHERE entry.payout_id = payout.id AND (entry.amount < 0 OR entry.corrected <> 0 OR reversal.id IS NOT NULL)) AS plain
     FROM payout WHERE id = $1 FOR UPDATE`,
    [payoutId],
  );
  const [payout] = rows;
  if (!payout) throw new Rejected('not-found');
  if (payout.status !== 'settled') throw new Rejected('reversal-not-due', { detail: `The payout is ${payout.status}` });
  if (!payout.plain)
    throw new Rejected('reversal-not-due', { detail: 'It paid otherwise than its entries say: reject what is to be taken back' });
  return payout;
}
