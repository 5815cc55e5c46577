import { decideApproval } from '@tributary/contracts';
import { linkBackTo } from '@tributary/messaging';
import { command, ok, reject } from '@tributary/service-kit';
import type { DelegationStore } from '../delegations/delegation-store.js';
import { approvalView } from './approval-view.js';
import { decide } from './domain/approval.js';
import type { ReviewParts } from './on-entry-accrued.consumer.js';
import { deciderFor, settleDecisions, standingOf } from './settle-decisions.js';

/** A person approves, rejects or holds, on the stage that is due. Reversals that wait for this entry share its fate in the same transaction. */
export const decideApprovalRoute = (parts: ReviewParts & { delegations: DelegationStore }) =>
  command(decideApproval, async ({ params: { approvalId }, body, principal, tx, now, context }) => {
    const approval = await parts.approvals.lock(tx, approvalId);
    if (!approval) return reject('not-found');
    const { brandId } = approval;
    const decider = await deciderFor(parts.delegations, tx, principal, { brandId, onBehalfOf: body.onBehalfOf }, now);
    if (!decider) return reject('delegation-not-in-force');
    const wish = { verdict: body.decision, reason: body.reason ?? null, contentHash: body.contentHash };
    const hits = await parts.hits.holding(tx, approvalId);
    const standing = standingOf(await parts.approvals.standing(tx, [approvalId]), approvalId);
    const decision = decide(approval, wish, decider, now, hits, standing);
    linkBackTo([await parts.approvals.traceOf(tx, approvalId)]);
    if ('rejected' in decision) return reject(decision.rejected, { detail: approval.route });
    const settled = await settleDecisions(parts, tx, [decision.accepted], context, now);
    return ok(settled.map(approvalView)[0]);
  });
