import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import type { Principal } from '@tributary/service-kit';
import type { DelegationStore } from '../delegations/delegation-store.js';
import { deciderOf } from '../shared/decider.js';
import type { PublishDecisions } from '../shared/strike.js';
import type { ApprovalStore, ShownApproval } from './approval-store.js';
import { decided } from './approval-view.js';
import { type Approval, type Decider, follow, type Standing } from './domain/approval.js';

/**
 * Who decides, in whose name when he says so. A delegate reaches as far as his own roles and those that the giver had; undefined when
 * no delegation to him is in force.
 */
export async function deciderFor(
  delegations: DelegationStore,
  tx: Tx,
  principal: Principal,
  { brandId, onBehalfOf }: { brandId: string; onBehalfOf: string | undefined },
  now: Date,
): Promise<Decider | undefined> {
  const own = deciderOf(principal);
  if (onBehalfOf === undefined) return own;
  const given = await delegations.inForce(tx, { brandId, giverId: onBehalfOf, delegateId: principal.actorId }, now);
  if (given.length === 0) return undefined;
  const reaches = own.mayDecideAboveThreshold && given.some(({ aboveThreshold }) => aboveThreshold);
  return { ...own, onBehalfOf, mayDecideAboveThreshold: reaches };
}

interface SettleParts {
  approvals: ApprovalStore;
  outbox: Outbox;
}

/**
 * Keeps decisions of a person and tells them; what waits for the entries decided on shares their fate in the same transaction. Answers
 * with the approvals as they stand now.
 */
export async function settleDecisions(
  { approvals, outbox }: SettleParts,
  tx: Tx,
  accepted: readonly Approval[],
  context: EventContext,
  now: Date,
): Promise<ShownApproval[]> {
  if (accepted.length === 0) return [];
  const byEntry = new Map(accepted.map((approval) => [approval.entryId, approval]));
  const followers = await approvals.lockFollowers(tx, [...byEntry.keys()]);
  const followed = followers.map((one) => settled(one, byEntry.get(one.followsEntryId ?? ''), now));
  // Those that stand as it does now have nothing new to be told.
  const changed = [...accepted, ...followed.filter((one) => !followers.includes(one))];
  await approvals.saveDecisions(tx, changed);
  const standings = await approvals.standing(
    tx,
    accepted.map(({ id }) => id),
  );
  const facts = changed.flatMap((one) => decided(one, { on: standings.get(one.id) }));
  if (facts.length > 0) await outbox.append(tx, context, facts);
  return accepted.map((approval) => ({ ...approval, ...standingOf(standings, approval.id), exception: null }));
}

export const publishDecisionsWith =
  (parts: SettleParts): PublishDecisions =>
  async (tx, context, decisions, now) => {
    await settleDecisions(parts, tx, decisions, context, now);
  };

/** A correction shares the fate of what it corrects; where that was held and waits again, so does the correction. */
function settled(correction: Approval, original: Approval | undefined, now: Date): Approval {
  if (!original) return correction;
  const waitsAgain = original.status === 'waiting' && original.decidedBy !== null && correction.status === 'held';
  if (!waitsAgain) return follow(correction, original, now);
  const reason = 'the entry that it corrects waits again';
  return { ...correction, status: 'waiting', decidedBy: original.decidedBy, reason, decidedAt: now, decisions: correction.decisions + 1 };
}

/** What stands of an approval that was just locked. */
export function standingOf(standings: ReadonlyMap<string, Standing>, approvalId: string): Standing {
  const standing = standings.get(approvalId);
  if (!standing) throw new Error(`approval ${approvalId} is locked and cannot be read`);
  return standing;
}
