import type { Outbox } from '@tributary/messaging';
import type { PublishDecisions } from '../shared/strike.js';
import type { ApprovalStore } from './approval-store.js';
import { decided } from './approval-view.js';
import { type Approval, follow } from './domain/approval.js';

/** What is decided takes along the corrections that follow it; one that waits again lets them wait. */
export const publishDecisionsWith =
  ({ approvals, outbox }: { approvals: ApprovalStore; outbox: Outbox }): PublishDecisions =>
  async (tx, context, decisions, now) => {
    const changed: Approval[] = [];
    for (const decision of decisions) {
      const followers = await approvals.lockFollowers(tx, decision.entryId);
      changed.push(
        decision,
        ...followers.map((one) => (decision.status === 'waiting' ? waitWith(one, decision, now) : follow(one, decision, now))),
      );
    }
    await approvals.saveDecisions(tx, changed);
    await outbox.append(
      tx,
      context,
      changed.flatMap((one) => decided(one)),
    );
  };

function waitWith(correction: Approval, original: Approval, now: Date): Approval {
  const reason = 'the entry that it corrects waits again';
  return { ...correction, status: 'waiting', decidedBy: original.decidedBy, reason, decidedAt: now, decisions: correction.decisions + 1 };
}
