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
  /** By when the stage that is due is to be decided; null: no deadline. */
  dueAt: Date | null;
  /** Since when it is known to be late; null while it is not. */
  escalatedAt: Date | null;
  /** The decision that has just been taken, where it does not show in the fields above: that on one stage of several. */
  taken?: { decidedBy: string; reason: string | null; decidedAt: Date };
  /** In whose name a delegate has just taken his decision. */
  onBehalfOf?: string;
}

/** Who decides first, and who then: two stages are decided by two persons. */
export type Stage = 'manager' | 'finance';
export interface PassedStage {
  stage: Stage;
  decidedBy: string;
  onBehalfOf: string | null;
  decidedAt: string;
}
/** By when a stage that is due from now on is to be decided, as the row that routed it says. */
export function dueFrom(routing: Routing | null, now: Date): Date | null {
  const hours = routing?.decideWithinHours;
  return hours === undefined ? null : new Date(now.getTime() + hours * 60 * 60 * 1000);
}

/** What stands of an approval: its content, by hash, and the stages that were approved on just that content. */
export interface Standing {
  contentHash: string;
  passed: readonly PassedStage[];
}

/** The stages that an approval goes through, in order. */
export function stagesOf(needs: Needs): Stage[] {
  if (needs === 'manager-and-finance') return ['manager', 'finance'];
  return needs === 'nobody' ? [] : [needs];
}
/** The stage that is to be decided now. */
export const stageDue = ({ needs }: Pick<Approval, 'needs'>, passed: readonly unknown[]): Stage =>
  stagesOf(needs)[passed.length] ?? 'manager';

export interface Decider {
  actorId: string;
  /** The person who lets him decide in his name. */
  onBehalfOf?: string;
  /** Whether the roles reach above the finance threshold. */
  mayDecideAboveThreshold: boolean;
}
/** What stands against a conversion, and who reported it. */
export interface RiskHit {
  id: string;
  rule: string;
  reportedBy: string;
  /** Somebody looked into it and found nothing. Who reported it stays one of those who do not approve. */
  cleared?: boolean;
}
export type Verdict = 'approve' | 'reject' | 'hold';

const statusOf: Record<Verdict, ApprovalStatus> = { approve: 'approved', reject: 'rejected', hold: 'held' };

/** What a person wants. `contentHash` is the content that he has seen, when he says so. */
export interface Wish {
  verdict: Verdict;
  reason: string | null;
  contentHash?: string | undefined;
}

/**
 * A person's decision on the stage that is due. An approved or rejected one is final; a held one waits for either. `hits` are the risk
 * hits on it: to approve past one that nobody has cleared needs a reason, and another person than who reported one. Who approved an earlier stage
 * does not approve the next, and only the last stage approves. Who decides in another's name counts as both.
 */
export function decide(
  approval: Approval,
  wish: Wish,
  decider: Decider,
  now: Date,
  hits: readonly RiskHit[],
  standing: Standing,
): { accepted: Approval } | { rejected: RejectionCode } {
  const rejected = refusal(approval, wish, decider, hits, standing);
  if (rejected !== undefined) return { rejected };
  const { verdict, reason } = wish;
  const decisions = approval.decisions + 1;
  const taken = { decidedBy: decider.actorId, reason, decidedAt: now };
  const { taken: _taken, onBehalfOf: _onBehalfOf, ...stored } = approval;
  const before = decider.onBehalfOf === undefined ? stored : { ...stored, onBehalfOf: decider.onBehalfOf };
  if (verdict === 'approve' && standing.passed.length + 1 < stagesOf(approval.needs).length) {
    const waiting = {
      status: 'waiting',
      decidedBy: null,
      reason: null,
      decidedAt: null,
      dueAt: dueFrom(approval.routing, now),
      escalatedAt: null,
    } as const;
    return { accepted: { ...before, ...waiting, decisions, taken } };
  }
  return { accepted: { ...before, status: statusOf[verdict], ...taken, decisions } };
}

function refusal(
  approval: Approval,
  { verdict, reason, contentHash }: Wish,
  decider: Decider,
  hits: readonly RiskHit[],
  standing: Standing,
): RejectionCode | undefined {
  if (approval.status === 'approved' || approval.status === 'rejected') return 'approval-already-decided';
  if (approval.followsEntryId !== null) return 'approval-follows-original';
  if (contentHash !== undefined && contentHash !== standing.contentHash) return 'approval-content-changed';
  const others = [
    approval.makerId,
    ...hits.map(({ reportedBy }) => reportedBy),
    ...standing.passed.flatMap(({ decidedBy, onBehalfOf }) => [decidedBy, onBehalfOf]),
  ];
  const persons = [decider.actorId, decider.onBehalfOf];
  if (verdict === 'approve' && persons.some((person) => person !== undefined && others.includes(person))) return 'four-eyes';
  if (stageDue(approval, standing.passed) === 'finance' && !decider.mayDecideAboveThreshold) return 'above-your-threshold';
  return (verdict !== 'approve' || hits.some(({ cleared }) => !cleared)) && reason === null ? 'reason-required' : undefined;
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
