import { canonicalJson, type Envelope } from '@tributary/contracts';
import { chainHash } from '@tributary/evidence';
import type { Tx } from '@tributary/messaging';
import type { ArchiveStore, AuditRecord, Head } from './archive-store.js';
import { columnsOf } from './domain/columns-of.js';
import { keysOf } from './domain/keys-of.js';

/** Takes every event into the archive, once. The chain's end is locked first, so that numbers have no gaps and hashes one order. */
export const archiveEvents =
  (archive: ArchiveStore, now: () => Date = () => new Date()) =>
  async (tx: Tx, events: readonly Envelope[]): Promise<void> => {
    const head = await archive.lockHead(tx);
    const known = await archive.knownEvents(
      tx,
      events.map((event) => event.id),
    );
    const fresh = events.filter((event) => !known.has(event.id));
    if (fresh.length === 0) return;
    const records = chained(head, fresh, now());
    const keys = fresh.flatMap((event, index) => keysOf(event).map((key) => ({ ...key, sequence: head.sequence + index + 1 })));
    await archive.append(tx, records, keys);
  };

/** The records of events after a head. Time never goes backwards along the chain, whatever an instance's clock does. */
export function chained(head: Head, events: readonly Envelope[], now: Date): AuditRecord[] {
  const recordedAt = new Date(Math.max(now.getTime(), head.recordedAt?.getTime() ?? 0)).toISOString();
  let previousHash = head.hash;
  return events.map((event, index) => {
    const position = { sequence: head.sequence + index + 1, previousHash, recordedAt };
    const text = canonicalJson(event);
    const hash = chainHash(position, text);
    previousHash = hash;
    return { ...position, hash, ...columnsOf(event), event: text };
  });
}
