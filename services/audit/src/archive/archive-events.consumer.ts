import { canonicalJson, type Envelope } from '@tributary/contracts';
import { chainHash } from '@tributary/evidence';
import type { Tx } from '@tributary/messaging';
import type { ArchiveStore, AuditRecord, Head } from './archive-store.js';
import { columnsOf } from './domain/columns-of.js';

/** A record that has no place in the chain yet. */
type Content = Omit<AuditRecord, 'sequence' | 'previousHash' | 'recordedAt' | 'hash'>;

/**
 * Takes every event into the archive, once. The chain's end is locked, so that numbers have no gaps and hashes one order; as late as can
 * be, for everybody else waits for it: only hashing and writing come after.
 */
export const archiveEvents =
  (archive: ArchiveStore, now: () => Date = () => new Date()) =>
  async (tx: Tx, events: readonly Envelope[]): Promise<void> => {
    const contents = events.map(contentOf);
    const { head, known } = await archive.lockHead(
      tx,
      contents.map(({ eventId }) => eventId),
    );
    const fresh = known.size === 0 ? contents : contents.filter(({ eventId }) => !known.has(eventId));
    if (fresh.length > 0) await archive.append(tx, head, chained(head, fresh, now()));
  };

/** What is stored of an event, wherever it comes to stand. */
export const contentOf = (event: Envelope): Content => ({ ...columnsOf(event), event: canonicalJson(event) });

/** The records of contents after a head. Time never goes backwards along the chain, whatever an instance's clock does. */
export function chained(head: Head, contents: readonly Content[], now: Date): AuditRecord[] {
  const recordedAt = new Date(Math.max(now.getTime(), head.recordedAt?.getTime() ?? 0)).toISOString();
  let previousHash = head.hash;
  return contents.map((content, index) => {
    const position = { sequence: head.sequence + index + 1, previousHash, recordedAt };
    previousHash = chainHash(position, content.event);
    return { ...content, ...position, hash: previousHash };
  });
}
