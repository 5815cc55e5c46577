import { cancelRun } from '@tributary/contracts';
import { command, ok, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { crashAround } from '../shared/crash-around.js';
import { refuseUntilCompared } from '../shared/freeze.js';
import { failPayouts } from '../shared/record-reports.js';
import { runView } from '../shared/run-view.js';
import { whyNotCancel } from './domain/run-state.js';
import { findRun, lockRun, payoutIdsOf } from './run-store.js';

/** Gives a run up before it goes out, so that a draft that nobody approves does not hold its entries for ever. */
export function cancelRunRoute(parts: Parts): Route {
  return command(cancelRun, async ({ params, body, tx, now, context }) => {
    await refuseUntilCompared(tx);
    const run = await lockRun(tx, params.runId);
    if (!run) return reject('not-found');
    const why = whyNotCancel(run.status);
    if (why) return reject('run-state-forbids', { detail: why });
    await tx.query(`UPDATE payout_run SET status = 'cancelled', reason = $2 WHERE id = $1`, [run.id, body.reason]);
    const reason = `run cancelled: ${body.reason}`;
    await failPayouts(tx, parts, payoutIdsOf(tx, run.id), reason, context, now);
    crashAround(tx, parts, 'cancel');
    const cancelled = await findRun(tx, run.id);
    return cancelled ? ok(await runView(tx, cancelled)) : reject('not-found');
  });
}
