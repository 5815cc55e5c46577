import type { RejectionCode } from '@tributary/contracts';
import type { Routing } from '../../shared/routing/domain/table.js';

export type ApprovalStatus = 'waiting' | 'approved' | 'held' | 'rejected';
export type Needs = 'nobody' | 'manager' | 'finance' | 'manager-and-finance';
export type RiskLevel = 'low' | 'medium' | 'high' | 'unknown';

export interface Approval {
  id: string;
  entryId: string;
  partnerId: string;
  brandId: string;
  /** Null for an adjustment. */
  dealId: string | null;
  /** The conversion that earned it; null for an adjustment and for what is rated by the month. */
  conversionId: string | null;
  amount: bigint;
  currency: string;
  status: ApprovalStatus;
  needs: Needs;
  /** The policy sentence that routed it. */
  route: string;
  /** The row that routed it; null for what was routed before tables were. */
  routing: Routing | null;
  riskLevel: RiskLevel;
  /** Author of the deal version that made the entry, or who made the adjustment. */
  makerId: string;
  /** The entry that this one corrects, whose fate it shares while that one is open; null for what is decided by itself. */
  followsEntryId: string | null;
  decidedBy: string | null;
  reason: string | null;
  createdAt: Date;
  decidedAt: Date | null;
  /** How many decisions it has seen. */
  decisions: number;
}

export interface Decider {
  actorId: string;
  /** Whether the roles reach above the finance threshold. */
  mayDecideAboveThreshold: boolean;
}
/** What stands against a conversion, and who reported it. */
export interface RiskHit {
  id: string;
  rule: string;
  reportedBy: string;
}
export type Verdict = 'approve' | 'reject' | 'hold';

const statusOf: Record<Verdict, ApprovalStatus> = { approve: 'approved', reject: 'rejected', hold: 'held' };

/**
 * A person's decision. An approved or rejected one is final; a held one waits for either. `hits` are the risk hits that hold it:
 * to approve all the same needs a reason, and another person than who reported one.
 */
export function decide(
  approval: Approval,
  verdict: Verdict,
  reason: string | null,
  decider: Decider,
  now: Date,
  hits: readonly RiskHit[],
): { accepted: Approval } | { rejected: RejectionCode } {
  if (approval.status === 'approved' || approval.status === 'rejected') return { rejected: 'approval-already-decided' };
  if (approval.followsEntryId !== null) return { rejected: 'approval-follows-original' };
  const makers = [approval.makerId, ...hits.map(({ reportedBy }) => reportedBy)];
  if (verdict === 'approve' && makers.includes(decider.actorId)) return { rejected: 'four-eyes' };
  if (approval.needs === 'finance' && !decider.mayDecideAboveThreshold) return { rejected: 'above-your-threshold' };
  if ((verdict !== 'approve' || hits.length > 0) && reason === null) return { rejected: 'reason-required' };
  return {
    accepted: {
      ...approval,
      status: statusOf[verdict],
      decidedBy: decider.actorId,
      reason,
      decidedAt: now,
      decisions: approval.decisions + 1,
    },
  };
}

/** What a correction is decided to be once the entry that it corrects is. */
export function follow(correction: Approval, original: Pick<Approval, 'status'>, now: Date): Approval {
  if (original.status === correction.status || original.status === 'waiting') return correction;
  return {
    ...correction,
    status: original.status,
    decidedBy: 'automatic',
    reason: `the entry that it corrects was ${original.status}`,
    decidedAt: now,
    decisions: correction.decisions + 1,
  };
}
