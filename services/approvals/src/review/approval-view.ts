import type { DataOf } from '@tributary/contracts';
import { contextOf, type Envelope, type NewEvent } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { ShownApproval } from './approval-store.js';
import { type Approval, type Standing, stagesOf } from './domain/approval.js';

/** An approval as the API shows it. */
export function approvalView({ followsEntryId: _, taken: _taken, onBehalfOf: _onBehalfOf, passed, ...approval }: ShownApproval) {
  return {
    ...approval,
    stages: stagesOf(approval.needs).map((stage, index) => {
      const decision = passed[index];
      const decidedAt = decision ? new Date(decision.decidedAt).toISOString() : null;
      return { stage, decidedBy: decision?.decidedBy ?? null, onBehalfOf: decision?.onBehalfOf ?? null, decidedAt };
    }),
    amount: toWireAmount(approval.amount),
    exception: approval.exception && { ...approval.exception, at: new Date(approval.exception.at).toISOString() },
    createdAt: approval.createdAt.toISOString(),
    decidedAt: approval.decidedAt?.toISOString() ?? null,
    dueAt: approval.dueAt?.toISOString() ?? null,
    escalatedAt: approval.escalatedAt?.toISOString() ?? null,
  };
}

type DecisionType = 'approvals.commission.approved.v1' | 'approvals.commission.held.v1' | 'approvals.commission.rejected.v1';
const typeOf: Record<'approved' | 'held' | 'rejected', DecisionType> = {
  approved: 'approvals.commission.approved.v1',
  held: 'approvals.commission.held.v1',
  rejected: 'approvals.commission.rejected.v1',
};

/** The fact of a decision; nothing while an approval waits. `cause` is the event that made an automatic one, `on` what a person decided on. */
export function decided(approval: Approval, { cause, on }: { cause?: Envelope; on?: Standing | undefined } = {}): NewEvent<DecisionType>[] {
  if (approval.status === 'waiting' || approval.decidedAt === null || approval.decidedBy === null) return [];
  const data: DataOf<DecisionType> = {
    approvalId: approval.id,
    entryId: approval.entryId,
    partnerId: approval.partnerId,
    brandId: approval.brandId,
    amount: toWireAmount(approval.amount),
    currency: approval.currency,
    decidedBy: approval.decidedBy,
    automatic: approval.decidedBy === 'automatic',
    route: approval.route,
    ...(approval.routing ? { routing: { policyVersion: approval.routing.policyVersion, row: approval.routing.row } } : {}),
    reason: approval.reason,
    decidedAt: approval.decidedAt.toISOString(),
    decision: approval.decisions,
    ...(on && approval.decidedBy !== 'automatic' ? takenOn(approval, on) : {}),
  };
  return [
    {
      type: typeOf[approval.status],
      subject: approval.entryId,
      partnerId: approval.partnerId,
      brandId: approval.brandId,
      time: approval.decidedAt,
      data,
      ...(cause ? { context: contextOf(cause, 'approvals') } : {}),
    },
  ];
}

/** What a person decided on, in whose name, and who approved which stage of it. */
const takenOn = ({ onBehalfOf }: Approval, { contentHash, passed }: Standing) => ({
  contentHash,
  ...named(onBehalfOf),
  stages: passed.map((one) => ({ stage: one.stage, decidedBy: one.decidedBy, ...named(one.onBehalfOf) })),
});
const named = (onBehalfOf: string | null | undefined) => (onBehalfOf ? { onBehalfOf } : {});
