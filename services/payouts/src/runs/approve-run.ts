import { approveRun } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, ok, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { refuseWhileFrozen } from '../shared/freeze.js';
import { stepOfRun } from '../shared/run-traces.js';
import { runView } from '../shared/run-view.js';
import { whyNotApprove } from './domain/run-state.js';
import { currentContentHash, findRun, lockRun, payoutsOfRun } from './run-store.js';

/** A second person approves a run, and with that seals its content. */
export function approveRunRoute({ outbox }: Parts): Route {
  return command(approveRun, async ({ params, tx, now, context }) => {
    await refuseWhileFrozen(tx);
    const run = await lockRun(tx, params.runId);
    if (!run) return reject('not-found');
    if (run.builtBy === context.actorId) return reject('four-eyes', { detail: 'Who built a run cannot approve it' });
    const why = whyNotApprove(run.status);
    if (why) return reject('run-state-forbids', { detail: why });
    if (await enteredAnAccountOf(tx, run.id, context.actorId, now))
      return reject('four-eyes', { detail: 'Who entered an account less than a week ago cannot approve a run that pays it' });
    const payouts = await payoutsOfRun(tx, run.id, true);
    if ((await currentContentHash(tx, payouts)) !== run.contentHash) throw new Error(`the content of ${run.id} is not what its hash says`);
    await tx.query(`UPDATE payout_run SET status = 'sealed', approved_by = $2, sealed_at = $3 WHERE id = $1`, [
      run.id,
      context.actorId,
      now,
    ]);
    await tx.query(`UPDATE payout SET status = 'approved' WHERE run_id = $1 AND status = 'draft'`, [run.id]);
    await stepOfRun(tx, run.id);
    await outbox.append(tx, context, [
      {
        type: 'payouts.run.sealed.v1',
        subject: run.id,
        data: {
          runId: run.id,
          contentHash: run.contentHash,
          payoutIds: payouts.map(({ id }) => id),
          payouts: payouts.length,
          totals: run.totals.map(({ currency, amount }) => ({ currency, amount })),
          builtBy: run.builtBy,
          approvedBy: context.actorId,
          sealedAt: now.toISOString(),
        },
      },
    ]);
    const sealed = await findRun(tx, run.id);
    return sealed ? ok(await runView(tx, sealed)) : reject('not-found');
  });
}

/** The database refuses it too. */
async function enteredAnAccountOf(tx: Tx, runId: string, actorId: string, now: Date): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT 1 FROM payout JOIN payout_method method ON method.id = payout.method_id
     WHERE payout.run_id = $1 AND method.kind <> 'simulated' AND method.created_by = $2 AND method.created_at > $3::timestamptz - interval '7 days' LIMIT 1`,
    [runId, actorId, now],
  );
  return rows.length > 0;
}
