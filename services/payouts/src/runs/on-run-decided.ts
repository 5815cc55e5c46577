import { type Consumer, contextOf, type EventOf, NotYet } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { crashAround } from '../shared/crash-around.js';
import { failPayouts } from '../shared/record-reports.js';
import { stepOfRun } from '../shared/run-traces.js';
import { startWhenCleared } from '../shared/start-when-cleared.js';
import { lockRun, payoutIdsOf } from './run-store.js';

/** The last risk check passed: for exactly the content that was sealed, or for nothing. */
export function onRunCleared(parts: Parts): Consumer<EventOf<'approvals.run.cleared.v1'>> {
  return async (tx, events) => {
    for (const { data } of events) {
      const run = await lockRun(tx, data.runId);
      if (!run) throw new NotYet(`run ${data.runId}`);
      if (run.status !== 'sealed' || run.contentHash !== data.contentHash) continue;
      await tx.query(`UPDATE payout_run SET status = 'cleared', clearance_id = $2, cleared_hash = $3 WHERE id = $1`, [
        run.id,
        data.clearanceId,
        data.contentHash,
      ]);
      await tx.query(`UPDATE payout SET status = 'cleared' WHERE run_id = $1 AND status = 'approved'`, [run.id]);
      await stepOfRun(tx, run.id);
      await startWhenCleared(tx, parts, run.id);
      crashAround(tx, parts, 'clear');
    }
  };
}

/** The sealed content must not go out: as long as nothing was sent, the run is over and its entries are payable again. */
export function onRunRefused(parts: Parts): Consumer<EventOf<'approvals.run.refused.v1'>> {
  return async (tx, events) => {
    for (const event of events) {
      const { data } = event;
      const run = await lockRun(tx, data.runId);
      if (!run) throw new NotYet(`run ${data.runId}`);
      if (run.contentHash !== data.contentHash || !['sealed', 'cleared'].includes(run.status)) continue;
      await tx.query(`UPDATE payout_run SET status = 'refused', reason = $2, refused_hash = $3 WHERE id = $1`, [
        run.id,
        data.reason,
        data.contentHash,
      ]);
      const reason = `run refused: ${data.reason}`;
      await failPayouts(tx, parts, payoutIdsOf(tx, run.id), reason, contextOf(event, parts.name), parts.clock.now());
      crashAround(tx, parts, 'refuse');
    }
  };
}
