import type { EventContext, Outbox, Tx } from '@tributary/messaging';
import { correctionDue, deriveBucket, effectiveFrom } from '../entries/domain/derive-bucket.js';
import { type Correction, type EntryRow, lockFamilies, storeBuckets, storeCorrections } from '../entries/entry-store.js';
import { accrual, disapproval, move } from '../ledger/domain/posting.js';
import { type CausedPosting, post } from '../ledger/ledger-store.js';

/** Who made each of the entries change; `otherwise` for those that follow another. */
export interface Causes {
  byEntry: ReadonlyMap<string, EventContext>;
  otherwise: EventContext;
}

/**
 * Puts the named entries, and what corrects them, where the facts known by now say that they belong, and posts the moves. Whatever
 * order the facts came in, the last one to arrive leads here with all of them.
 */
export async function reconsider(tx: Tx, outbox: Outbox, ids: readonly string[], causes: Causes, now: Date): Promise<void> {
  if (ids.length === 0) return;
  const family = await lockFamilies(tx, ids);
  const contextOf = (entry: EntryRow) => causes.byEntry.get(entry.id) ?? causes.byEntry.get(entry.adjusts ?? '') ?? causes.otherwise;
  const postings: CausedPosting[] = [];
  const moves: { entry: EntryRow; to: NonNullable<EntryRow['bucket']> }[] = [];
  const corrections: Correction[] = [];

  for (const entry of family.values()) {
    if (!entry.accrued) continue;
    const context = contextOf(entry);
    const original = entry.adjusts === null ? undefined : family.get(entry.adjusts);
    if (entry.bucket === null) postings.push({ posting: accrual(entry, entry.occurredAt ?? now), context });
    const from = entry.bucket ?? 'pending';
    const to = deriveBucket(entry, original, now);
    if (from !== to) postings.push({ posting: move(entry, from, to, entry.version + 1, effectiveFrom(entry, to, now)), context });
    if (entry.bucket !== to) moves.push({ entry, to });
    const difference = correctionDue(entry, original);
    if (difference !== 0n) {
      const decision = Math.max(entry.decision, original?.decision ?? 0);
      corrections.push({ id: `${entry.id}!${decision}`, entry, difference, at: now });
      postings.push({ posting: disapproval(entry, decision, difference, now), context });
    }
  }
  if (moves.length > 0) await storeBuckets(tx, moves);
  if (corrections.length > 0) await storeCorrections(tx, corrections);
  await post(tx, outbox, postings, now);
}
