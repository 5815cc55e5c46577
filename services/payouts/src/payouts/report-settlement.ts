import { reportSettlement } from '@tributary/contracts';
import { command, ok, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { findRun, payoutsNamed } from '../runs/run-store.js';
import { recordReports } from '../shared/record-reports.js';
import { runView } from '../shared/run-view.js';
import { isUnsent } from './domain/payout-state.js';

/** A person hands in what the bank's statement says of payouts of a run. */
export function reportSettlementRoute(parts: Parts): Route {
  return command(reportSettlement, async ({ params, body, tx, now, context }) => {
    if (!(await findRun(tx, params.runId))) return reject('not-found');
    const ids = body.settlements.map(({ payoutId }) => payoutId);
    const payouts = new Map((await payoutsNamed(tx, params.runId, ids)).map((payout) => [payout.id, payout]));
    const naming = (index: number, rule: string) => ({ pointer: `/settlements/${index}/payoutId`, rule });
    const foreign = body.settlements.flatMap(({ payoutId }, index) =>
      payouts.has(payoutId) ? [] : [naming(index, 'must name a payout of this run')],
    );
    if (foreign.length > 0) return reject('request-invalid', { errors: foreign });
    // A bank says nothing of what it was never sent; while a payout is on its way out, "failed" would pay its entries twice.
    const unsent = body.settlements.flatMap(({ payoutId }, index) =>
      isUnsent(payouts.get(payoutId)?.status) ? [naming(index, 'must name a payout that the bank has')] : [],
    );
    if (unsent.length > 0) return reject('run-state-forbids', { errors: unsent });
    // A provider is asked; where it cannot be any more, two people find out.
    const asked = body.settlements.flatMap(({ payoutId }, index) =>
      parts.rails.get(payouts.get(payoutId)?.rail ?? '')?.resendUntil
        ? [naming(index, 'must name a payout whose outcome a bank reports')]
        : [],
    );
    if (asked.length > 0) return reject('run-state-forbids', { errors: asked });
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
