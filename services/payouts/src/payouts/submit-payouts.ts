import { SpanKind } from '@opentelemetry/api';
import { activeTraceparent, goingBackTo, inLinkedSpan, type Tx } from '@tributary/messaging';
import { everyBrand, type Parts } from '../parts.js';
import { type Answer, fileRails, type Instruction, type Rail } from '../rails/domain/rail.js';
import { currentContentHash, findRun, lockRun, type PayoutRow, payoutsOfRun, type RunRow } from '../runs/run-store.js';
import { limitsBroken, lockLimits, type Outgoing } from '../shared/over-limit.js';
import { recordReports } from '../shared/record-reports.js';
import { spanAttributes, tracesOfEntries, tracesOfRun } from '../shared/run-traces.js';
import type { PayoutReport } from './domain/payout-state.js';
import { reportOfAnswer, reportOfState } from './domain/rail-reports.js';

interface Attempt {
  payout: PayoutRow;
  instruction: Instruction;
  /** It may have been sent by somebody who died before the answer was stored. */
  resumed: boolean;
}

/**
 * Sends the payouts of a run that is cleared and asked for. Before each batch the content is held against the clearance; then the
 * attempt is committed, then the rail is called, then its answer is committed. Who finds an attempt without an answer asks the rail
 * what it knows under the payout's key before sending the same key again. So it may die anywhere and be run again.
 */
export async function submitPayouts(parts: Parts, runId: string, now: Date): Promise<void> {
  const { correlationId, origins } = await parts.db.tx(everyBrand, (tx) => originsOf(tx, runId));
  const attributes = spanAttributes(parts, { correlationId });
  await goingBackTo('payouts submit run', origins, attributes, async () => {
    while (await submitBatch(parts, runId, correlationId, now));
  });
}

/** What the run comes from: its own steps, and what made and decided its entries. */
async function originsOf(tx: Tx, runId: string): Promise<{ correlationId: string; origins: string[] }> {
  const run = await findRun(tx, runId);
  return {
    correlationId: run?.correlationId ?? runId,
    origins: [...(await tracesOfRun(tx, runId)), ...(await tracesOfEntries(tx, runId))],
  };
}

/** Sends the next batch, if there is one. */
async function submitBatch(parts: Parts, runId: string, correlationId: string, now: Date): Promise<boolean> {
  const batch = await parts.db.tx(everyBrand, (tx) => reserve(tx, parts, runId, now));
  const [first] = batch;
  if (!first) return false;
  parts.crashPoint('payouts.before-submit');
  const rail = parts.rails.get(first.payout.rail);
  if (!rail) throw new Error(`there is no rail ${first.payout.rail}`);
  const call = { kind: SpanKind.CLIENT, attributes: spanAttributes(parts, { correlationId }), links: [] };
  const { reports, traceparent } = await inLinkedSpan(`rail submit ${rail.name}`, call, async () => ({
    reports: await send(rail, batch, now),
    traceparent: activeTraceparent(),
  }));
  parts.crashPoint('payouts.after-rail-answer-before-commit');
  await parts.db.tx(everyBrand, async (tx) => {
    await keepTrace(tx, batch, traceparent);
    await recordReports(tx, parts, reports, systemContext(parts, correlationId), now);
  });
  return true;
}

/** What the rail says later, by whatever way, goes back to the call. */
async function keepTrace(tx: Tx, batch: readonly Attempt[], traceparent: string | null): Promise<void> {
  if (traceparent === null) return;
  await tx.query('UPDATE payout SET traceparent = $2 WHERE id = ANY ($1)', [batch.map(({ payout }) => payout.id), traceparent]);
}

const systemContext = ({ name }: Parts, correlationId: string) =>
  ({ correlationId, actorId: `system:${name}`, actorKind: 'system' }) as const;

/** The next payouts to send: of one brand and rail, checked, and marked as tried. */
async function reserve(tx: Tx, parts: Parts, runId: string, now: Date): Promise<Attempt[]> {
  const run = await lockRun(tx, runId);
  if (run?.status !== 'submitting') return [];
  const payouts = await payoutsOfRun(tx, runId, true);
  if (run.clearedHash !== run.contentHash || (await currentContentHash(tx, payouts)) !== run.contentHash)
    return refuse(tx, parts, run, payouts, now);
  await letGo(tx, parts, run, now);
  await keepWithinLimits(tx, parts, run, now);
  const { rows } = await tx.query<{ id: string; behaviour: string | null }>(
    `SELECT p.id, m.behaviour FROM payout p LEFT JOIN payout_method m ON m.id = p.method_id WHERE p.run_id = $1 AND p.status = 'cleared' ORDER BY p.rail, p.brand_id, p.id`,
    [runId],
  );
  const byId = new Map(payouts.map((payout) => [payout.id, payout]));
  const waiting = rows.flatMap(({ id, behaviour }) => {
    const payout = byId.get(id);
    return payout ? [{ payout, instruction: instructionOf(payout, behaviour), resumed: payout.attemptedAt !== null }] : [];
  });
  const [head] = waiting;
  if (!head) return [];
  const together = waiting.filter(({ payout }) => payout.rail === head.payout.rail && payout.brandId === head.payout.brandId);
  const batch = fileRails.includes(head.payout.rail) ? together : together.slice(0, parts.settings.payoutsPerBatch);
  await tx.query('UPDATE payout SET attempted_at = $2 WHERE id = ANY ($1) AND attempted_at IS NULL', [
    batch.map(({ payout }) => payout.id),
    now,
  ]);
  // Of the submission for the moment: should the process die in the call, there is something to go back to.
  await keepTrace(tx, batch, activeTraceparent());
  return batch;
}

const instructionOf = (payout: PayoutRow, behaviour: string | null): Instruction => ({
  railKey: payout.railKey,
  payoutId: payout.id,
  runId: payout.runId,
  brandId: payout.brandId,
  amount: payout.amount,
  currency: payout.currency,
  methodId: payout.methodId,
  partnerId: payout.partnerId,
  behaviour,
});

/** The content is not what was cleared: nothing of it that has not been tried goes out. */
async function refuse(tx: Tx, parts: Parts, run: RunRow, payouts: readonly PayoutRow[], now: Date): Promise<Attempt[]> {
  parts.log.error({ runId: run.id }, 'the content of a run changed after its clearance: it is not sent');
  const reason = 'the content changed after its clearance';
  const reports = payouts
    .filter(({ attemptedAt }) => attemptedAt === null)
    .map(({ id }) => ({ payoutId: id, outcome: 'failed', reference: null, reason }) as const);
  if (payouts.every(({ attemptedAt }) => attemptedAt === null))
    await tx.query(`UPDATE payout_run SET status = 'refused', reason = $2 WHERE id = $1`, [run.id, reason]);
  await recordReports(tx, parts, reports, systemContext(parts, run.correlationId), now);
  return [];
}

/** The last gate: who was suspended, what was disapproved, or which account was frozen, since the clearance is released unsent. */
async function letGo(tx: Tx, parts: Parts, run: RunRow, now: Date): Promise<void> {
  const { rows } = await tx.query<{ id: string; reason: string }>(
    `SELECT p.id, CASE WHEN partner.status <> 'active' THEN 'the partner is not active' WHEN method.status <> 'active' THEN 'the payout method is disabled' WHEN method.returned_at >= method.verified_at THEN 'something came back from the payout method' ELSE 'an entry is not approved any more' END AS reason
     FROM payout p LEFT JOIN partner_profile partner ON partner.partner_id = p.partner_id LEFT JOIN payout_method method ON method.id = p.method_id
     WHERE p.run_id = $1 AND p.status = 'cleared' AND p.attempted_at IS NULL
       AND (partner.status <> 'active' OR method.status <> 'active' OR method.returned_at >= method.verified_at OR EXISTS (
         SELECT 1 FROM payout_line line JOIN entry ON entry.id = line.open_item_id WHERE line.payout_id = p.id AND entry.decision_state <> 'approved' AND entry.amount > 0))`,
    [run.id],
  );
  const reports: PayoutReport[] = rows.map(({ id, reason }) => ({ payoutId: id, outcome: 'failed', reference: null, reason }));
  await recordReports(tx, parts, reports, systemContext(parts, run.correlationId), now);
}

/** Limits are asked once more, under a lock that they share with every other run of their brands that goes out. */
async function keepWithinLimits(tx: Tx, parts: Parts, run: RunRow, now: Date): Promise<void> {
  const { rows } = await tx.query<Outgoing & { id: string }>(
    `SELECT id, brand_id AS "brandId", partner_id AS "partnerId", currency, account_hmac AS "accountHmac", amount, sandbox FROM payout p
     WHERE run_id = $1 AND status = 'cleared' AND attempted_at IS NULL AND EXISTS (SELECT 1 FROM payout_limit l WHERE l.brand_id = p.brand_id AND l.currency = p.currency)
     ORDER BY rail, brand_id, id`,
    [run.id],
  );
  if (rows.length === 0) return;
  await lockLimits(
    tx,
    rows.map(({ brandId }) => brandId),
  );
  const broken = await limitsBroken(tx, rows, { now, unsent: false });
  const reports = rows.flatMap(({ id }, index): PayoutReport[] =>
    broken[index] === undefined ? [] : [{ payoutId: id, outcome: 'failed', reference: null, reason: `over the limit ${broken[index]}` }],
  );
  await recordReports(tx, parts, reports, systemContext(parts, run.correlationId), now);
}

async function send(rail: Rail, batch: readonly Attempt[], now: Date): Promise<PayoutReport[]> {
  const reports: PayoutReport[] = [];
  const toSend: Instruction[] = [];
  for (const { payout, instruction, resumed } of batch) {
    const known = resumed ? await rail.lookup(payout.railKey, now).catch(() => undefined) : ({ state: 'not-found' } as const);
    // A rail that cannot even be asked: nobody knows, and the next look-up decides.
    if (known === undefined)
      reports.push({ payoutId: payout.id, outcome: 'unknown', reference: null, reason: 'the rail could not be asked' });
    else if (known.state === 'not-found') toSend.push(instruction);
    else reports.push(reportOfState(payout.id, known));
  }
  const answers = toSend.length === 0 ? new Map<string, Answer>() : await rail.submit(toSend, now).catch((error: unknown) => error);
  for (const { railKey, payoutId } of toSend) {
    const answer: Answer = (answers instanceof Map ? (answers as ReadonlyMap<string, Answer>).get(railKey) : undefined) ?? {
      outcome: 'unknown',
      reason: 'the rail broke off',
    };
    reports.push(reportOfAnswer(payoutId, answer));
  }
  return reports;
}

const patienceMs = 60_000;

/** Takes up every run on its way out in which nothing has been tried for a while: its job gave up, or died with its process. */
export async function resumeRuns(parts: Parts, now: Date): Promise<void> {
  const { rows } = await parts.db.pool.query<{ id: string }>(
    `SELECT id FROM payout_run run WHERE status = 'submitting' AND submit_requested_at <= $1
       AND NOT EXISTS (SELECT 1 FROM payout WHERE payout.run_id = run.id AND payout.attempted_at > $1) ORDER BY id`,
    [new Date(now.getTime() - patienceMs)],
  );
  for (const { id } of rows) {
    await submitPayouts(parts, id, now).catch((error: unknown) =>
      parts.log.error({ err: error, runId: id }, 'a run could not be sent to its end; it will be taken up again'),
    );
  }
}
