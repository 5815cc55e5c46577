import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { groupBy } from '../group-by.js';
import {
  approvalsOf,
  type LineRow,
  linesOf,
  type PassedStage,
  type PayoutRow,
  payoutsOfRun,
  planHash,
  type RunRow,
} from '../runs/run-store.js';

/** A run with more lines than this is answered without them; each payout has its own. */
const linesShown = 5000;

/** A payout as the API shows it. */
export function payoutView(payout: Omit<PayoutRow, 'status'> & { status: string }, lines: readonly Pick<LineRow, 'entryId' | 'amount'>[]) {
  const { id, runId, partnerId, brandId, currency, status, sandbox, rail, railKey, railReference, reason, lineCount } = payout;
  return {
    id,
    runId,
    partnerId,
    brandId,
    amount: toWireAmount(payout.amount),
    charges: payout.charges.map(({ kind, amount }) => ({ kind, amount })),
    feeWaived: toWireAmount(payout.feeWaived),
    currency,
    routing: payout.routing,
    status,
    sandbox,
    rail,
    railKey,
    railReference,
    reason,
    lineCount,
    lines: lines.map(({ entryId, amount }) => ({ entryId, amount: toWireAmount(amount) })),
    createdAt: payout.createdAt.toISOString(),
    settledAt: payout.settledAt?.toISOString() ?? null,
    // A payout that has just been made has not been read back yet.
    recall: payout.recalledAt ? { outcome: payout.recallOutcome, recalledAt: payout.recalledAt.toISOString() } : null,
  };
}

/** Payouts as the API shows them, each with its lines. */
async function payoutViews(tx: Tx, payouts: readonly PayoutRow[]) {
  const lines = groupBy(
    await linesOf(
      tx,
      payouts.map(({ id }) => id),
    ),
    ({ payoutId }) => payoutId,
  );
  return payouts.map((payout) => payoutView(payout, lines.get(payout.id) ?? []));
}

const stagesView = (stages: RunRow['stages'], passed: readonly PassedStage[]) =>
  stages.map((stage) => {
    const own = passed.find((one) => one.stage === stage);
    return { stage, approvedBy: own?.approvedBy ?? null, approvedAt: own?.approvedAt.toISOString() ?? null };
  });

/** A run as the API shows it. */
export async function runView(tx: Tx, run: RunRow) {
  const payouts = await payoutsOfRun(tx, run.id);
  const withLines = payouts.reduce((total, { lineCount }) => total + lineCount, 0) <= linesShown;
  return {
    id: run.id,
    status: run.status,
    kind: run.kind,
    period: run.period,
    scheduleVersion: run.scheduleVersion,
    cutOffs: run.cutOffs,
    include: run.include,
    exclude: run.exclude,
    asOf: run.asOf.toISOString(),
    brandIds: run.brandIds,
    currency: run.currency,
    minimum: run.minimum === null ? null : toWireAmount(run.minimum),
    contentHash: run.contentHash,
    planHash: planHash(payouts),
    builtBy: run.builtBy,
    stages: stagesView(run.stages, await approvalsOf(tx, run.id)),
    approvedBy: run.approvedBy,
    submitRequested: run.submitRequestedAt !== null,
    reason: run.reason,
    totals: run.totals,
    leftOut: run.leftOut,
    payouts: withLines ? await payoutViews(tx, payouts) : payouts.map((payout) => payoutView(payout, [])),
    createdAt: run.createdAt.toISOString(),
  };
}
