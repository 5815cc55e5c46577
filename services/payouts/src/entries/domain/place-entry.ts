import { accrual, type Bucket, disapproval, move, type Owner, type Posting } from '../../ledger/domain/posting.js';
import { correctionDue, deriveBucket, type EntryFacts, effectiveFrom } from './derive-bucket.js';

/** An entry, and whose it is. */
export interface PlaceableEntry extends EntryFacts, Owner {
  entryId: string;
  decision: number;
  version: number;
}

/** Where an entry belongs by what is known now, and what has to be posted to bring it there. */
export interface Placement<E extends PlaceableEntry = PlaceableEntry> {
  entry: E;
  to: Bucket;
  postings: Posting[];
  /** What is to be taken back of an entry that has been paid: an item of its own. */
  correction?: { id: string; entry: E; difference: bigint; at: Date };
}

/** `original` is what the entry corrects. An entry that has no bucket yet enters the ledger. */
export function placeEntry<E extends PlaceableEntry>(entry: E, original: E | undefined, now: Date): Placement<E> {
  const postings = entry.bucket === null ? [accrual(entry, entry.occurredAt ?? now)] : [];
  const from = entry.bucket ?? 'pending';
  const to = deriveBucket(entry, original, now);
  if (from !== to) postings.push(move(entry, from, to, entry.version + 1, effectiveFrom(entry, to, now)));
  const difference = correctionDue(entry, original);
  if (difference === 0n) return { entry, to, postings };
  const decision = Math.max(entry.decision, original?.decision ?? 0);
  postings.push(disapproval(entry, decision, difference, now));
  return { entry, to, postings, correction: { id: `${entry.id}!${decision}`, entry, difference, at: now } };
}
