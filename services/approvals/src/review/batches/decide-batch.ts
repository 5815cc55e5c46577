import { decideApprovalBatch, newId } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { command, ok, reject } from '@tributary/service-kit';
import { deciderOf } from '../../shared/decider.js';
import { type BatchItem, decideEach } from '../domain/batch.js';
import type { ReviewParts } from '../on-entry-accrued.consumer.js';
import { settleDecisions } from '../settle-decisions.js';
import type { BatchStore } from './batch-store.js';
import { batchView } from './batch-view.js';

const most = 5000;

/** Decides on many at once, in one transaction: each proceeds or is left as an exception, and both are kept. */
export const decideApprovalBatchRoute = (parts: ReviewParts & { batches: BatchStore }) =>
  command(decideApprovalBatch, async ({ tx, body, principal, now, context }) => {
    const { brandId, decision, filter } = body;
    const reason = body.reason ?? null;
    if (decision !== 'approve' && reason === null) return reject('reason-required');
    const asked = body.items ?? (await parts.batches.choose(tx, brandId, filter ?? {}, most + 1)).map((approvalId) => ({ approvalId }));
    if (asked.length > most) return reject('approval-batch-too-large');
    const { rows, accepted } = decideEach(
      await lookedUp(parts, tx, brandId, asked),
      { verdict: decision, reason },
      deciderOf(principal),
      now,
    );
    await settleDecisions(parts, tx, accepted, context, now);
    const id = newId('approvalBatch');
    const batch = { id, brandId, decision, reason, filter: filter ?? null, decidedBy: principal.actorId, decidedAt: now, rows };
    await parts.batches.insert(tx, batch);
    return ok(batchView(batch));
  });

/** Each with what stands against it and of it, locked. */
async function lookedUp(
  { approvals, hits }: ReviewParts,
  tx: Tx,
  brandId: string,
  asked: readonly Pick<BatchItem, 'approvalId' | 'contentHash'>[],
): Promise<BatchItem[]> {
  const ids = asked.map(({ approvalId }) => approvalId);
  const found = new Map((await approvals.lockAll(tx, brandId, ids)).map((approval) => [approval.id, approval]));
  const standings = await approvals.standing(tx, [...found.keys()]);
  const holding = await hits.holdingAll(tx, [...found.keys()]);
  return asked.map((item) => ({
    ...item,
    approval: found.get(item.approvalId),
    hits: holding.get(item.approvalId) ?? [],
    standing: standings.get(item.approvalId),
  }));
}
