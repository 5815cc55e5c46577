import { decideApproval } from '@tributary/contracts';
import { linkBackTo } from '@tributary/messaging';
import { command, ok, reject } from '@tributary/service-kit';
import { approvalView, decided } from './approval-view.js';
import { decide, follow } from './domain/approval.js';
import type { ReviewParts } from './on-entry-accrued.consumer.js';

/** A person approves, rejects or holds. Reversals that wait for this entry share its fate in the same transaction. */
export const decideApprovalRoute = ({ approvals, hits, outbox }: ReviewParts) =>
  command(decideApproval, async ({ params, body, principal, tx, now, context }) => {
    const approval = await approvals.lock(tx, params.approvalId);
    if (!approval) return reject('not-found');
    const mayDecideAboveThreshold = principal.roles.includes('finance-approver') || principal.roles.includes('administrator');
    const decider = { actorId: principal.actorId, mayDecideAboveThreshold };
    const decision = decide(approval, body.decision, body.reason ?? null, decider, now, await hits.holding(tx, approval.id));
    linkBackTo([await approvals.traceOf(tx, approval.id)]);
    if ('rejected' in decision) return reject(decision.rejected, { detail: approval.route });
    const followers = (await approvals.lockFollowers(tx, approval.entryId)).map((reversal) => follow(reversal, decision.accepted, now));
    const changed = [decision.accepted, ...followers];
    await approvals.saveDecisions(tx, changed);
    await outbox.append(
      tx,
      context,
      changed.flatMap((one) => decided(one)),
    );
    return ok(approvalView(decision.accepted));
  });
