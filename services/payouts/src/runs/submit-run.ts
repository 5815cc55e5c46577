import { submitRun } from '@tributary/contracts';
import { accepted, command, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { crashAround } from '../shared/crash-around.js';
import { refuseWhileFrozen } from '../shared/freeze.js';
import { stepOfRun } from '../shared/run-traces.js';
import { runView } from '../shared/run-view.js';
import { startWhenCleared } from '../shared/start-when-cleared.js';
import { whyNotSubmit } from './domain/run-state.js';
import { findRun, lockRun } from './run-store.js';

/** Asks for the run to go out: at once when its content is cleared already, otherwise as soon as it is. */
export function submitRunRoute(parts: Parts): Route {
  return command(submitRun, async ({ params, tx, now, context }) => {
    await refuseWhileFrozen(tx);
    const run = await lockRun(tx, params.runId);
    if (!run) return reject('not-found');
    const why = whyNotSubmit(run.status);
    if (why) return reject('run-state-forbids', { detail: why });
    await tx.query(
      'UPDATE payout_run SET submit_requested_by = $2, submit_requested_at = $3 WHERE id = $1 AND submit_requested_at IS NULL',
      [run.id, context.actorId, now],
    );
    await stepOfRun(tx, run.id);
    await startWhenCleared(tx, parts, run.id);
    crashAround(tx, parts, 'submit');
    const asked = await findRun(tx, run.id);
    return asked ? accepted(await runView(tx, asked)) : reject('not-found');
  });
}
