import type { Bucket } from '../../ledger/domain/posting.js';
import { type ClawbackPolicy, type WriteOff, windowOver } from './clawback-window.js';

/** What is known of an entry: the union of the facts that have arrived, in whatever order. */
export interface EntryFacts {
  id: string;
  amount: bigint;
  /** False while only a decision about it has arrived. */
  accrued: boolean;
  /** The entry that this one corrects. */
  adjusts: string | null;
  occurredAt: Date | null;
  maturesAt: Date | null;
  /** Of the highest decision. */
  decisionState: 'none' | 'approved' | 'held' | 'rejected';
  decidedAt: Date | null;
  bucket: Bucket | null;
  /** The run that holds it, from the claim on; null again once released. */
  runId: string | null;
  /** When the payout that holds it settled; null again once that has come back. */
  paidAt: Date | null;
  /** What its brand had laid down when it occurred; null: what was paid may be taken back without end. */
  clawback: ClawbackPolicy | null;
  corrected: bigint;
  /** What of that lies in no payout; absent: nothing. */
  corrections?: readonly { amount: bigint }[];
  /** Two people have written it off; of what was corrected: its correction. */
  forgiven: boolean;
  /** Two people took back the payout that paid it, and its rail could not. */
  takenBack: boolean;
}

/**
 * The bucket in which an entry belongs. What a run holds stays where the payout has put it. A reversal of something that has not
 * been claimed lies beside it, so that the two net in every bucket; once the original is claimed or paid, an approved reversal is
 * payable at once: it nets against later earnings, unless it occurred after the brand's clawback window: then it is written off. What
 * was taken back after payment is not rejected a second time, unless the payment came back before anything was netted: then there is
 * nothing to take back any more. What is forgiven takes nothing back any more, as long as there is a
 * payment that it would take back.
 */
export function deriveBucket(entry: EntryFacts, original: EntryFacts | undefined, now: Date): Bucket {
  if (entry.runId !== null && entry.bucket !== null) return entry.bucket;
  if (entry.corrected !== 0n && !entry.forgiven && !isCancelledOut(entry, original)) return 'payable';
  if (isDisapproved(entry, original)) return 'rejected';
  if (entry.decisionState === 'none') return 'pending';
  if (entry.decisionState === 'held') return 'held';
  if (isReversal(entry)) return bucketOfReversal(entry, original, now);
  if (entry.forgiven && entry.amount < 0n) return 'written-off';
  return entry.maturesAt !== null && entry.maturesAt <= now ? 'payable' : 'approved';
}

function bucketOfReversal(entry: EntryFacts, original: EntryFacts | undefined, now: Date): Bucket {
  if (!original?.accrued) return 'pending';
  if (original.runId === null) return deriveBucket(original, undefined, now);
  return entry.forgiven || writeOffOf(entry, original) !== null ? 'written-off' : 'payable';
}

/** A negative entry that corrects another one. */
export const isReversal = (entry: Pick<EntryFacts, 'amount' | 'adjusts'>): boolean => entry.amount < 0n && entry.adjusts !== null;

/** Why a reversal takes back nothing of what was paid; null when it does, or when nothing was paid. */
export function writeOffOf(entry: EntryFacts, original: EntryFacts | undefined): WriteOff | null {
  const { occurredAt, clawback } = entry;
  if (!isReversal(entry) || !original?.paidAt || occurredAt === null || clawback === null) return null;
  return windowOver(original.paidAt, occurredAt, clawback);
}

const ended = ({ decisionState, takenBack }: EntryFacts): boolean => decisionState === 'rejected' || takenBack;

/** A rejection holds for an entry and for every reversal of it: what will not be paid cannot be taken back. */
export function isDisapproved(entry: EntryFacts, original: EntryFacts | undefined): boolean {
  return ended(entry) || (isReversal(entry) && original !== undefined && ended(original));
}

/** Disapproved once it was paid, and then the payment came back: the entry and what was to be taken back of it come to nothing. */
export function isCancelledOut(entry: EntryFacts, original: EntryFacts | undefined): boolean {
  if (entry.runId !== null || entry.corrected === 0n || !isDisapproved(entry, original)) return false;
  return (entry.corrections ?? []).reduce((sum, { amount }) => sum + amount, entry.amount) === 0n;
}

/** What is still to be taken back (negative) or given again (positive) of an entry that has been paid once. Zero for every other. */
export function correctionDue(entry: EntryFacts, original: EntryFacts | undefined): bigint {
  if (entry.forgiven || (entry.bucket !== 'paid' && entry.corrected === 0n)) return 0n;
  const target = isDisapproved(entry, original) ? 0n : entry.amount;
  return target - (entry.amount + entry.corrected);
}

/** From when on a move counts: not before what caused it, and not before the entry itself. */
export function effectiveFrom(entry: EntryFacts, to: Bucket, now: Date): Date {
  // What was written off stayed so until the payment came back.
  if (entry.bucket === 'written-off') return now;
  const causes = [entry.occurredAt, entry.decidedAt, to === 'payable' && !isReversal(entry) ? entry.maturesAt : null];
  const latest = Math.max(...causes.map((at) => at?.getTime() ?? 0));
  return latest === 0 || latest > now.getTime() ? now : new Date(latest);
}
