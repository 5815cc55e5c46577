import { decideApproval } from '@tributary/contracts';
import { linkBackTo, type Tx } from '@tributary/messaging';
import { command, ok, reject } from '@tributary/service-kit';
import type { ApprovalStore } from './approval-store.js';
import { approvalView, decided } from './approval-view.js';
import { decide, follow, type Standing } from './domain/approval.js';
import type { ReviewParts } from './on-entry-accrued.consumer.js';

/** A person approves, rejects or holds, on the stage that is due. Reversals that wait for this entry share its fate in the same transaction. */
export const decideApprovalRoute = ({ approvals, hits, outbox }: ReviewParts) =>
  command(decideApproval, async ({ params, body, principal, tx, now, context }) => {
    const approval = await approvals.lock(tx, params.approvalId);
    if (!approval) return reject('not-found');
    const mayDecideAboveThreshold = principal.roles.includes('finance-approver') || principal.roles.includes('administrator');
    const decider = { actorId: principal.actorId, mayDecideAboveThreshold };
    const wish = { verdict: body.decision, reason: body.reason ?? null, contentHash: body.contentHash };
    const decision = decide(
      approval,
      wish,
      decider,
      now,
      await hits.holding(tx, approval.id),
      await standingOf(approvals, tx, approval.id),
    );
    linkBackTo([await approvals.traceOf(tx, approval.id)]);
    if ('rejected' in decision) return reject(decision.rejected, { detail: approval.route });
    const followers = await approvals.lockFollowers(tx, approval.entryId);
    // Those that stand as it does now have nothing new to be told.
    const followed = followers.map((one) => follow(one, decision.accepted, now)).filter((one) => !followers.includes(one));
    const changed = [decision.accepted, ...followed];
    await approvals.saveDecisions(tx, changed);
    const on = await standingOf(approvals, tx, approval.id);
    await outbox.append(
      tx,
      context,
      changed.flatMap((one) => decided(one, { on })),
    );
    return ok(approvalView({ ...decision.accepted, ...on }));
  });

async function standingOf(approvals: ApprovalStore, tx: Tx, approvalId: string): Promise<Standing> {
  const standing = (await approvals.standing(tx, [approvalId])).get(approvalId);
  if (!standing) throw new Error(`approval ${approvalId} is locked and cannot be read`);
  return standing;
}
