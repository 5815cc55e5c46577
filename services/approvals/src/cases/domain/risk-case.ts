import type { RejectionCode } from '@tributary/contracts';
import { type Approval, type Decider, decide, dueFrom, type RiskHit, type Standing } from '../../review/domain/approval.js';

export interface RiskCase {
  id: string;
  brandId: string;
  partnerId: string | null;
  rule: string;
  status: 'open' | 'assigned' | 'resolved';
  assignedTo: string | null;
  openedAt: Date;
  dueAt: Date;
  escalatedAt: Date | null;
  resolution: 'fraud' | 'clear' | null;
  resolvedBy: string | null;
  resolvedAt: Date | null;
}
export type Resolution = 'fraud' | 'clear';

const daysToDecide = 7;
/** A new case is to be decided within a week; then it is escalated, and what it holds stays held. */
export const dueAfter = (openedAt: Date): Date => new Date(openedAt.getTime() + daysToDecide * 86_400_000);

/** Hits of a rule, whether it could judge, could not, or broke, are looked at together. */
export const ruleOf = (rule: string): string => rule.replace(/-(indeterminate|failed)$/, '');
/** What is looked at together: a rule's hits on a partner; on a conversion, while nobody has said whose it is. */
export const groupKeyOf = (hit: { conversionId: string; rule: string }, partnerId: string | null): string =>
  `${partnerId ?? hit.conversionId}/${ruleOf(hit.rule)}`;

/** An approval that the case holds, with all open hits that hold it, those of other cases too. */
export interface HeldByCase {
  approval: Approval;
  /** Of this case. */
  own: readonly RiskHit[];
  standing: Standing;
  /** Whether hits of other cases that nobody has cleared hold it as well. */
  heldOtherwise: boolean;
}

/**
 * What a person's resolution makes of what a case holds. Fraud rejects it. Clear lets it be decided: it waits again, unless another
 * case or a person holds it. Who reported a hit does not clear it. Corrections follow what they correct.
 */
export function resolve(
  held: readonly HeldByCase[],
  hits: readonly RiskHit[],
  { caseId, resolution, reason }: { caseId: string; resolution: Resolution; reason: string },
  decider: Decider,
  now: Date,
): { changed: Approval[] } | { rejected: RejectionCode } {
  if (resolution === 'clear' && hits.some(({ reportedBy }) => reportedBy === decider.actorId)) return { rejected: 'four-eyes' };
  // One that passed a stage in spite of the hit waits for the next, and is fraud all the same.
  const met = resolution === 'fraud' ? ['held', 'waiting'] : ['held'];
  const open = held.filter(({ approval }) => met.includes(approval.status) && approval.followsEntryId === null);
  const changed: Approval[] = [];
  for (const { approval, own, standing, heldOtherwise } of open) {
    if (resolution === 'fraud') {
      const decision = decide(approval, { verdict: 'reject', reason: `case ${caseId}, fraud: ${reason}` }, decider, now, own, standing);
      if ('rejected' in decision) return decision;
      changed.push(decision.accepted);
    } else if (!heldOtherwise && approval.decidedBy === 'automatic')
      changed.push(release(approval, decider.actorId, `case ${caseId}, cleared: ${reason}`, now));
  }
  return { changed };
}

/**
 * It waits for its decision again, from its first stage, with the deadline of that; what was once free to approve itself still needs a
 * person.
 */
export function release(approval: Approval, by: string, reason: string, now: Date): Approval {
  const anew = { dueAt: dueFrom(approval.routing, now), escalatedAt: null };
  return { ...approval, ...anew, status: 'waiting', decidedBy: by, reason, decidedAt: now, decisions: approval.decisions + 1 };
}
