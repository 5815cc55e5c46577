import { type Approval, dueFrom, follow, type RiskHit } from './approval.js';

/** A hit as the entries of its conversion meet it. */
export interface StandingHit extends RiskHit {
  /** The partners for whom people have approved all that it held. */
  answeredFor: readonly string[];
}

/**
 * The hits that hold an entry as it arrives. What is earned for the first time meets each of them: whether people have decided on the
 * commissions beside it must not hang on which arrived first. A correction meets those that its partner's approvals have not answered.
 */
export function hitsOn(entry: { partnerId: string; adjusts: string | null }, hits: readonly StandingHit[]): StandingHit[] {
  return hits.filter(({ answeredFor }) => entry.adjusts === null || !answeredFor.includes(entry.partnerId));
}

/** Held by hits until a person decides, never by itself: what nobody was needed for needs a manager now. */
export function hold(approval: Approval, hits: readonly RiskHit[], now: Date): Approval {
  const rules = hits.map(({ rule }) => rule).join(', ');
  const reason = `risk ${hits.length === 1 ? 'hit' : 'hits'}: ${rules}`;
  const routed =
    approval.needs === 'nobody'
      ? ({ needs: 'manager', route: `${reason}: a manager decides`, dueAt: dueFrom(approval.routing, now) } as const)
      : {};
  // What was decided waits anew, so its deadline runs anew.
  const anew = approval.status === 'approved' ? { dueAt: dueFrom(approval.routing, now), escalatedAt: null } : {};
  return {
    ...approval,
    ...anew,
    ...routed,
    status: 'held',
    decidedBy: 'automatic',
    reason,
    decidedAt: now,
    decisions: approval.decisions + 1,
  };
}

/**
 * What becomes of a new entry's approval: it follows what it corrects, is held by the hits on it, or approves itself where nobody is
 * needed. Past a hit only what takes back follows, and what lifts a commission of the same conversion while that is not approved: the
 * hit holds both, or it was rejected. (A component that adds up before it rounds may correct the entry of another conversion.)
 */
export function enter(approval: Approval, original: Approval | undefined, hits: readonly RiskHit[], now: Date): Approval {
  if (original && (hits.length === 0 || takesBack(approval, original) || sharesFate(approval, original)))
    return follow(approval, original, now);
  if (hits.length > 0) return hold({ ...approval, followsEntryId: null }, hits, now);
  if (approval.needs !== 'nobody') return approval;
  return { ...approval, status: 'approved', decidedBy: 'automatic', decidedAt: now, decisions: approval.decisions + 1 };
}

const takesBack = (correction: Approval, original: Approval): boolean => correction.amount < 0n !== original.amount < 0n;
const sharesFate = (correction: Approval, original: Approval): boolean =>
  original.status === 'rejected' || (original.status !== 'approved' && original.conversionId === correction.conversionId);

/** What a new hit meets. */
export interface Strike {
  /** Open ones, and those that were approved, as they stand from now on. */
  held: Approval[];
  /** Of these the ones whose decision is new. */
  changed: Approval[];
  /** Of these the ones that were approved before: they may be on their way to the partner. */
  recalled: Approval[];
  /** What was rejected, and what was approved and takes back: left as they are. */
  decided: Approval[];
}

/**
 * Holds what a conversion's approvals would pay: what waits, and what was approved before, whoever approved it. What is held already
 * stays so. Corrections follow what they correct; one that lifts a commission of another conversion, which the hit does not hold,
 * stands by itself from now on.
 */
export function strike(approvals: readonly Approval[], hit: RiskHit, now: Date): Strike {
  const met = approvals.filter(({ status, amount }) => status === 'waiting' || status === 'held' || (status === 'approved' && amount > 0n));
  const byEntry = new Map(met.map((one) => [one.entryId, one]));
  const struck = (one: Approval): Approval => {
    if (one.followsEntryId === null) return one.status === 'held' ? one : hold(one, [hit], now);
    const original = byEntry.get(one.followsEntryId);
    if (original) return follow(one, struck(original), now);
    return one.amount > 0n ? hold({ ...one, followsEntryId: null }, [hit], now) : one;
  };
  const held = met.map(struck).filter(({ status }) => status === 'held');
  const approved = new Set(met.filter(({ status }) => status === 'approved').map(({ id }) => id));
  return {
    held,
    changed: held.filter((one) => !approvals.includes(one)),
    recalled: held.filter(({ id }) => approved.has(id)),
    decided: approvals.filter((one) => !met.includes(one)),
  };
}
