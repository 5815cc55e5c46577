import { approveRun, type RunStage } from '@tributary/contracts';
import type { EventContext, NewEvent, Tx } from '@tributary/messaging';
import { command, ok, type Principal, permits, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { stepOfRun } from '../shared/run-traces.js';
import { runView } from '../shared/run-view.js';
import { stageDue, whyNotApprove } from './domain/run-state.js';
import {
  approvalsOf,
  currentContentHash,
  findRun,
  lockRun,
  type PassedStage,
  type PayoutRow,
  payoutsOfRun,
  type RunRow,
} from './run-store.js';

/** Another person approves the stage of a run that is due; the last stage seals its content. */
export function approveRunRoute({ outbox }: Parts): Route {
  return command(approveRun, async ({ params, tx, now, context, principal }) => {
    const run = await lockRun(tx, params.runId);
    if (!run) return reject('not-found');
    const passed = await approvalsOf(tx, run.id);
    const stage = stageDue(run.stages, passed);
    const refused = refusalOf(run, passed, stage, principal);
    if (refused || !stage) return refused ?? reject('run-state-forbids');
    if (await enteredAnAccountOf(tx, run.id, context.actorId, now))
      return reject('four-eyes', { detail: 'Who entered an account less than a week ago cannot approve a run that pays it' });
    const payouts = await payoutsOfRun(tx, run.id, true);
    if ((await currentContentHash(tx, payouts)) !== run.contentHash) throw new Error(`the content of ${run.id} is not what its hash says`);
    const approvals = [...passed, { stage, approvedBy: context.actorId, approvedAt: now }];
    await pass(tx, run, { stage, approvedBy: context.actorId, approvedAt: now });
    const isLast = stageDue(run.stages, approvals) === undefined;
    if (isLast) await seal(tx, run.id, context, now);
    await stepOfRun(tx, run.id);
    await outbox.append(tx, context, [
      approvedEvent(run, stage, context, now),
      ...(isLast ? [sealedEvent(run, payouts, approvals, now)] : []),
    ]);
    const after = await findRun(tx, run.id);
    return after ? ok(await runView(tx, after)) : reject('not-found');
  });
}

function refusalOf(run: RunRow, passed: readonly PassedStage[], stage: RunStage | undefined, principal: Principal) {
  const why = whyNotApprove(run.status);
  if (run.builtBy === principal.actorId) return reject('four-eyes', { detail: 'Who built a run cannot approve it' });
  if (why) return reject('run-state-forbids', { detail: why });
  if (passed.some(({ approvedBy }) => approvedBy === principal.actorId))
    return reject('four-eyes', { detail: 'Who approved a stage of a run cannot approve the next' });
  if (stage === 'finance' && !permits(principal, 'payout:approve'))
    return reject('not-permitted', { detail: 'The stage that is due is that of finance: it needs the permission payout:approve' });
  return undefined;
}

async function pass(tx: Tx, { id, contentHash }: RunRow, { stage, approvedBy, approvedAt }: PassedStage): Promise<void> {
  await tx.query('INSERT INTO run_approval (run_id, stage, content_hash, approved_by, approved_at) VALUES ($1, $2, $3, $4, $5)', [
    id,
    stage,
    contentHash,
    approvedBy,
    approvedAt,
  ]);
}

async function seal(tx: Tx, runId: string, { actorId }: EventContext, now: Date): Promise<void> {
  await tx.query(`UPDATE payout_run SET status = 'sealed', approved_by = $2, sealed_at = $3 WHERE id = $1`, [runId, actorId, now]);
  await tx.query(`UPDATE payout SET status = 'approved' WHERE run_id = $1 AND status = 'draft'`, [runId]);
}

const approvedEvent = (
  { id: runId, contentHash, stages }: RunRow,
  stage: PassedStage['stage'],
  { actorId: approvedBy }: EventContext,
  now: Date,
): NewEvent<'payouts.run.approved.v1'> => ({
  type: 'payouts.run.approved.v1',
  subject: runId,
  data: { runId, contentHash, stages, stage, approvedBy, approvedAt: now.toISOString() },
});

const sealedEvent = (
  run: RunRow,
  payouts: readonly PayoutRow[],
  approvals: readonly PassedStage[],
  now: Date,
): NewEvent<'payouts.run.sealed.v1'> => ({
  type: 'payouts.run.sealed.v1',
  subject: run.id,
  data: {
    runId: run.id,
    contentHash: run.contentHash,
    payoutIds: payouts.map(({ id }) => id),
    payouts: payouts.length,
    totals: run.totals.map(({ currency, amount }) => ({ currency, amount })),
    builtBy: run.builtBy,
    approvedBy: approvals.at(-1)?.approvedBy ?? '',
    approvals: approvals.map(({ approvedAt, ...one }) => ({ ...one, approvedAt: approvedAt.toISOString() })),
    sealedAt: now.toISOString(),
  },
});

/** The database refuses it too. */
async function enteredAnAccountOf(tx: Tx, runId: string, actorId: string, now: Date): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT 1 FROM payout JOIN payout_method method ON method.id = payout.method_id
     WHERE payout.run_id = $1 AND method.kind <> 'simulated' AND method.created_by = $2 AND method.created_at > $3::timestamptz - interval '7 days' LIMIT 1`,
    [runId, actorId, now],
  );
  return rows.length > 0;
}
