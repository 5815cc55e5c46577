import { createHash } from 'node:crypto';
import { SpanKind } from '@opentelemetry/api';
import { activeTraceparent, goingBackTo, inLinkedSpan, type Tx } from '@tributary/messaging';
import { everyBrand, type Parts } from '../parts.js';
import { type Answer, fileRails, type Instruction, type Rail, type Whole } from '../rails/domain/rail.js';
import { currentContentHash, currentRows } from '../runs/run-content-store.js';
import { findRun, lockRun, type PayoutRow, payoutColumns, payoutIdsOf, payoutsNamed, type RunRow } from '../runs/run-store.js';
import { crashAround } from '../shared/crash-around.js';
import { isFrozen } from '../shared/freeze.js';
import { failPayouts, recordReports } from '../shared/record-reports.js';
import { spanAttributes, tracesBehind, tracesOfRun } from '../shared/run-traces.js';
import type { PayoutReport } from './domain/payout-state.js';
import { reportOfAnswer, reportOfState } from './domain/rail-reports.js';
import { keepWithinLimits, letGo, systemContext } from './last-gate.js';

interface Attempt {
  payout: PayoutRow;
  instruction: Instruction;
  /** It may have been sent by somebody who died before the answer was stored. */
  resumed: boolean;
}

/**
 * Sends the payouts of a run that is cleared and asked for. First the whole content is held against the clearance, and before each batch
 * the batch against what the whole was then; then the attempt is committed, then the rail is called, then its answer is committed. Who finds an attempt without an answer asks the rail
 * what it knows under the payout's key before sending the same key again. So it may die anywhere and be run again.
 */
export async function submitPayouts(parts: Parts, runId: string, now: Date): Promise<void> {
  const { correlationId, origins } = await parts.db.tx(everyBrand, (tx) => originsOf(tx, runId));
  const attributes = spanAttributes(parts, { correlationId });
  await goingBackTo('payouts submit run', origins, attributes, async () => {
    const cleared = await parts.db.tx(everyBrand, (tx) => whatWasCleared(tx, parts, runId, now));
    while (cleared && (await submitBatch(parts, runId, correlationId, cleared, now)));
  });
}

/** What the run comes from: its own steps, and what made and decided its entries. */
async function originsOf(tx: Tx, runId: string): Promise<{ correlationId: string; origins: string[] }> {
  const run = await findRun(tx, runId);
  return {
    correlationId: run?.correlationId ?? runId,
    origins: [...(await tracesOfRun(tx, runId)), ...(await tracesBehind(tx, runId))],
  };
}

/** A payout in the content of its run, short enough to hold those of a long run. */
const digestOf = (row: string): string => createHash('sha256').update(row).digest().toString('latin1', 0, 16);

/** What each payout of the run was when all of them were what was cleared. Undefined when there is nothing to send. */
async function whatWasCleared(tx: Tx, parts: Parts, runId: string, now: Date): Promise<ReadonlySet<string> | undefined> {
  const run = await lockRun(tx, runId);
  if (run?.status !== 'submitting') return undefined;
  const cleared = new Set<string>();
  const content = await currentContentHash(tx, runId, (row) => void cleared.add(digestOf(row)));
  if (run.clearedHash === run.contentHash && content === run.contentHash) return cleared;
  await refuse(tx, parts, run, now);
  return undefined;
}

/** Sends the next batch, if there is one. */
async function submitBatch(parts: Parts, runId: string, correlationId: string, cleared: ReadonlySet<string>, now: Date): Promise<boolean> {
  const batch = await parts.db.tx(everyBrand, (tx) => reserve(tx, parts, runId, cleared, now));
  const [first] = batch;
  if (!first) return false;
  parts.crashPoint('payouts.before-submit');
  const rail = parts.rails.get(first.payout.rail);
  if (!rail) throw new Error(`there is no rail ${first.payout.rail}`);
  const call = { kind: SpanKind.CLIENT, attributes: spanAttributes(parts, { correlationId }), links: [] };
  const { reports, traceparent } = await inLinkedSpan(`rail submit ${rail.name}`, call, async () => ({
    reports: await send(parts, rail, batch, now),
    traceparent: activeTraceparent(),
  }));
  parts.crashPoint('payouts.after-rail-answer-before-commit');
  await parts.db.tx(everyBrand, async (tx) => {
    await keepTrace(tx, batch, traceparent);
    await recordReports(tx, parts, reports, systemContext(parts, correlationId), now);
    crashAround(tx, parts, 'answer');
  });
  return true;
}

/** What the rail says later, by whatever way, goes back to the call. */
async function keepTrace(tx: Tx, batch: readonly Attempt[], traceparent: string | null): Promise<void> {
  if (traceparent === null) return;
  await tx.query('UPDATE payout SET traceparent = $2 WHERE id = ANY ($1)', [batch.map(({ payout }) => payout.id), traceparent]);
}

/** The next payouts to send: of one brand and rail, checked, and marked as tried. */
async function reserve(tx: Tx, parts: Parts, runId: string, cleared: ReadonlySet<string>, now: Date): Promise<Attempt[]> {
  // A freeze is looked for here, not in the job: a run that was enqueued before goes on when it is over.
  if (await isFrozen(tx)) return [];
  const run = await lockRun(tx, runId);
  if (run?.status !== 'submitting') return [];
  const waiting = await nextWaiting(tx, parts, runId);
  const [head] = waiting;
  if (!head) return [];
  const ids = waiting.map(({ id }) => id);
  if (run.clearedHash !== run.contentHash || !(await currentRows(tx, ids)).every((row) => cleared.has(digestOf(row)))) {
    await refuse(tx, parts, run, now);
    return [];
  }
  const { rail, brandId } = head;
  // A file is of all that its brand and rail are to pay: all of it is tried with its first payouts.
  const tried = fileRails.includes(rail) ? null : ids;
  const trying = { rail, brandId, ids: tried };
  await letGo(tx, parts, run, trying, now);
  await keepWithinLimits(tx, parts, run, trying, now);
  await tx.query(
    `UPDATE payout SET attempted_at = $5 WHERE run_id = $1 AND status = 'cleared' AND rail = $2 AND brand_id = $3 AND ($4::text[] IS NULL OR id = ANY ($4)) AND attempted_at IS NULL`,
    [runId, rail, brandId, tried, now],
  );
  const still = new Set((await payoutsNamed(tx, runId, ids)).filter(({ status }) => status === 'cleared').map(({ id }) => id));
  const batch = waiting.filter(({ id }) => still.has(id)).map(attemptOf);
  // All of these were let go; there may be others.
  if (batch.length === 0) return reserve(tx, parts, runId, cleared, now);
  // Of the submission for the moment: should the process die in the call, there is something to go back to.
  await keepTrace(tx, batch, activeTraceparent());
  crashAround(tx, parts, 'attempt');
  return batch;
}

type Waiting = PayoutRow & { behaviour: string | null };

/** The first of those that are to be sent, as far as they are of one brand and rail. */
async function nextWaiting(tx: Tx, { settings }: Parts, runId: string): Promise<Waiting[]> {
  const { rows } = await tx.query<Waiting>(
    `SELECT p.*, m.behaviour FROM (
       SELECT ${payoutColumns} FROM payout WHERE run_id = $1 AND status = 'cleared' ORDER BY rail, brand_id, id LIMIT $2) AS p
     LEFT JOIN payout_method m ON m.id = p."methodId" ORDER BY p.rail, p."brandId", p.id`,
    [runId, settings.paymentsAtOnce],
  );
  const [head] = rows;
  const together = rows.filter(({ rail, brandId }) => rail === head?.rail && brandId === head.brandId);
  return fileRails.includes(head?.rail ?? '') ? together : together.slice(0, settings.payoutsPerBatch);
}

const attemptOf = (waiting: Waiting): Attempt => {
  const { behaviour, ...payout } = waiting;
  return { payout, instruction: instructionOf(payout, behaviour), resumed: payout.attemptedAt !== null };
};

/** All that are tried and not answered yet, as a rail that writes them into one file wants them: some at a time. */
const wholeOf = ({ db, settings }: Parts, { runId, rail, brandId }: PayoutRow): Whole =>
  async function* () {
    for (let after = ''; ; ) {
      const { rows } = await db.pool.query<PayoutRow>(
        `SELECT ${payoutColumns} FROM payout WHERE run_id = $1 AND rail = $2 AND brand_id = $3 AND status = 'cleared' AND attempted_at IS NOT NULL AND id > $4 ORDER BY id LIMIT $5`,
        [runId, rail, brandId, after, settings.paymentsAtOnce],
      );
      if (rows.length > 0) yield rows.map((payout) => instructionOf(payout, null));
      if (rows.length < settings.paymentsAtOnce) return;
      after = rows.at(-1)?.id ?? '';
    }
  };

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
async function refuse(tx: Tx, parts: Parts, run: RunRow, now: Date): Promise<void> {
  parts.log.error({ runId: run.id }, 'the content of a run changed after its clearance: it is not sent');
  const reason = 'the content changed after its clearance';
  const { rows: tried } = await tx.query('SELECT 1 FROM payout WHERE run_id = $1 AND attempted_at IS NOT NULL LIMIT 1', [run.id]);
  if (tried.length === 0) await tx.query(`UPDATE payout_run SET status = 'refused', reason = $2 WHERE id = $1`, [run.id, reason]);
  const untried = payoutIdsOf(tx, run.id, 'attempted_at IS NULL');
  await failPayouts(tx, parts, untried, reason, systemContext(parts, run.correlationId), now);
}

async function send(parts: Parts, rail: Rail, batch: readonly Attempt[], now: Date): Promise<PayoutReport[]> {
  const reports: PayoutReport[] = [];
  const toSend: Instruction[] = [];
  for (const { payout, instruction, resumed } of batch) {
    // A file is asked by handing it the same again: it is written once, and answers from what stands in it.
    const known =
      resumed && !fileRails.includes(rail.name)
        ? await rail.lookup(payout.railKey, now).catch(() => undefined)
        : ({ state: 'not-found' } as const);
    // A rail that cannot even be asked: nobody knows, and the next look-up decides.
    if (known === undefined)
      reports.push({ payoutId: payout.id, outcome: 'unknown', reference: null, reason: 'the rail could not be asked' });
    else if (known.state === 'not-found') toSend.push(instruction);
    else reports.push(reportOfState(payout.id, known));
  }
  const answers =
    toSend.length === 0 ? new Map<string, Answer>() : await submitAll(parts, rail, batch, toSend, now).catch((error: unknown) => error);
  for (const { railKey, payoutId } of toSend) {
    const answer: Answer = (answers instanceof Map ? (answers as ReadonlyMap<string, Answer>).get(railKey) : undefined) ?? {
      outcome: 'unknown',
      reason: 'the rail broke off',
    };
    reports.push(reportOfAnswer(payoutId, answer));
  }
  return reports;
}

async function submitAll(parts: Parts, rail: Rail, [first]: readonly Attempt[], toSend: readonly Instruction[], now: Date) {
  return first && fileRails.includes(rail.name) ? rail.submit(toSend, now, wholeOf(parts, first.payout)) : rail.submit(toSend, now);
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
