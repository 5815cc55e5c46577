import { decideApproval } from '@tributary/contracts';
import { linkBackTo } from '@tributary/messaging';
import { command, ok, reject } from '@tributary/service-kit';
import { approvalView } from './approval-view.js';
import { decide } from './domain/approval.js';
import type { ReviewParts } from './on-entry-accrued.consumer.js';
import { deciderOf, settleDecisions, standingOf } from './settle-decisions.js';

/** A person approves, rejects or holds, on the stage that is due. Reversals that wait for this entry share its fate in the same transaction. */
export const decideApprovalRoute = (parts: ReviewParts) =>
  command(decideApproval, async ({ params: { approvalId }, body, principal, tx, now, context }) => {
    const approval = await parts.approvals.lock(tx, approvalId);
    if (!approval) return reject('not-found');
    const wish = { verdict: body.decision, reason: body.reason ?? null, contentHash: body.contentHash };
    const hits = await parts.hits.holding(tx, approvalId);
    const standing = standingOf(await parts.approvals.standing(tx, [approvalId]), approvalId);
    const decision = decide(approval, wish, deciderOf(principal), now, hits, standing);
    linkBackTo([await parts.approvals.traceOf(tx, approvalId)]);
    if ('rejected' in decision) return reject(decision.rejected, { detail: approval.route });
    const settled = await settleDecisions(parts, tx, [decision.accepted], context, now);
    return ok(settled.map(approvalView)[0]);
  });
