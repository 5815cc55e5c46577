import { reportSettlement } from '@tributary/contracts';
import { command, ok, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { findRun, payoutsOfRun } from '../runs/run-store.js';
import { recordReports } from '../shared/record-reports.js';
import { runView } from '../shared/run-view.js';

/** A person hands in what the bank's statement says of payouts of a run. */
export function reportSettlementRoute(parts: Parts): Route {
  return command(reportSettlement, async ({ params, body, tx, now, context }) => {
    if (!(await findRun(tx, params.runId))) return reject('not-found');
    const known = new Set((await payoutsOfRun(tx, params.runId)).map(({ id }) => id));
    const foreign = body.settlements.flatMap(({ payoutId }, index) =>
      known.has(payoutId) ? [] : [{ pointer: `/settlements/${index}/payoutId`, rule: 'must name a payout of this run' }],
    );
    if (foreign.length > 0) return reject('request-invalid', { errors: foreign });
    const reports = body.settlements.map(({ payoutId, outcome, reference, reason }) => ({
      payoutId,
      outcome,
      reference: reference ?? null,
      reason: reason ?? null,
    }));
    const { conflicts } = await recordReports(tx, parts, reports, context, now);
    if (conflicts.length > 0)
      return reject('run-state-forbids', {
        errors: conflicts.map(({ payoutId, conflict }) => ({ pointer: `/settlements/${payoutId}`, rule: conflict })),
      });
    const run = await findRun(tx, params.runId);
    return run ? ok(await runView(tx, run)) : reject('not-found');
  });
}
