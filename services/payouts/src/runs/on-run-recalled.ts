import { type Consumer, contextOf, type EventOf, NotYet } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { isUnsent } from '../payouts/domain/payout-state.js';
import { crashAround } from '../shared/crash-around.js';
import { recordReports } from '../shared/record-reports.js';
import { lockRun, payoutsNamed } from './run-store.js';

/**
 * A risk hit came after the clearance. What has not been tried is released unsent, whether somebody asked for it to go out or not; what
 * has been tried is marked, and its fate with the rail goes on as it would: a person decides on taking it back.
 */
export function onRunRecalled(parts: Parts): Consumer<EventOf<'approvals.run.recalled.v1'>> {
  return async (tx, events) => {
    for (const event of events) {
      const { runId, payoutIds, recalledAt } = event.data;
      if (!(await lockRun(tx, runId))) throw new NotYet(`run ${runId}`);
      const recalled = await payoutsNamed(tx, runId, payoutIds, true);
      const unsent = recalled.filter(({ status, attemptedAt }) => isUnsent(status) && attemptedAt === null);
      const reason = 'recalled: a risk hit came after the clearance';
      const reports = unsent.map(({ id }) => ({ payoutId: id, outcome: 'failed', reference: null, reason }) as const);
      await recordReports(tx, parts, reports, contextOf(event, parts.name), parts.clock.now());
      await tx.query(
        `UPDATE payout SET recalled_at = $2, recall_outcome = CASE WHEN attempted_at IS NULL THEN 'stopped' ELSE 'too-late' END
         WHERE id = ANY ($1) AND recalled_at IS NULL`,
        [recalled.map(({ id }) => id), recalledAt],
      );
      crashAround(tx, parts, 'recall');
    }
  };
}
