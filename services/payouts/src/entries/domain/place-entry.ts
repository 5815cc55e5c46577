import { accrual, type Bucket, disapproval, forgiveness, move, type Owner, type Posting } from '../../ledger/domain/posting.js';
import type { WriteOff } from './clawback-window.js';
import { correctionDue, deriveBucket, type EntryFacts, effectiveFrom, isCancelledOut, writeOffOf } from './derive-bucket.js';

/** An entry, and whose it is. */
export interface PlaceableEntry extends EntryFacts, Owner {
  entryId: string;
  decision: number;
  version: number;
  corrections?: readonly OpenCorrection[];
}
/** What is to be taken back of an entry, as long as no payout has netted it. */
export interface OpenCorrection extends Owner {
  id: string;
  entryId: string;
  amount: bigint;
  version: number;
}

/** Where an entry belongs by what is known now, and what has to be posted to bring it there. */
export interface Placement<E extends PlaceableEntry = PlaceableEntry> {
  entry: E;
  to: Bucket;
  postings: Posting[];
  /** Why it lies in `written-off`; null when it lies elsewhere. */
  writeOff: WriteOff | null;
  /** What is to be taken back of an entry that has been paid: an item of its own. */
  correction?: { id: string; entry: E; difference: bigint; at: Date };
  /** What of its corrections is rejected with it. */
  cancelled?: readonly OpenCorrection[];
}

/** `original` is what the entry corrects. An entry that has no bucket yet enters the ledger. */
export function placeEntry<E extends PlaceableEntry>(entry: E, original: E | undefined, now: Date): Placement<E> {
  const postings = entry.bucket === null ? [accrual(entry, entry.occurredAt ?? now)] : [];
  const from = entry.bucket ?? 'pending';
  const to = deriveBucket(entry, original, now);
  if (isCancelledOut(entry, original) && from !== to) {
    const both = [entry, ...(entry.corrections ?? [])];
    const moves = both.map((each) => move(each, from, to, each.version + 1, now));
    return { entry, to, postings: [...postings, ...moves], writeOff: null, cancelled: entry.corrections ?? [] };
  }
  const writeOff = to === 'written-off' ? writeOffOf(entry, original) : null;
  const forgiven = to === 'written-off' && writeOff === null;
  if (from !== to && forgiven) postings.push(forgiveness(entry, from, entry.version + 1, now));
  else if (from !== to) postings.push(move(entry, from, to, entry.version + 1, effectiveFrom(entry, to, now), writeOff?.reason));
  const difference = correctionDue(entry, original);
  if (difference === 0n) return { entry, to, postings, writeOff };
  const decision = Math.max(entry.decision, original?.decision ?? 0);
  const step = entry.takenBack ? `${decision}-taken-back` : `${decision}`;
  postings.push(disapproval(entry, step, difference, now));
  return { entry, to, postings, writeOff, correction: { id: `${entry.id}!${step}`, entry, difference, at: now } };
}
