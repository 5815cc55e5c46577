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
    const taken = await archive.takeUp(
      tx,
      events.map(({ id }) => id),
    );
    const contents = events.filter(({ id }) => taken.has(id)).map(contentOf);
    if (contents.length === 0) return;
    const head = await archive.lockHead(tx);
    await archive.append(tx, chained(head, contents, now()));
  };

/** What is stored of an event, wherever it comes to stand. */
export function contentOf(event: Envelope): Content {
  const text = canonicalJson(event);
  // Looking into it has V8 make one piece of it, which hashing and writing would else each do anew.
  if (text.charCodeAt(0) !== openingBrace) throw new TypeError('an event is an object');
  return { event: text, ...columnsOf(event) };
}
const openingBrace = 0x7b;

/** The records of contents after a head. Time never goes backwards along the chain, whatever an instance's clock does. */
export function chained(head: Head, contents: readonly Content[], now: Date): AuditRecord[] {
  const recordedAt = new Date(Math.max(now.getTime(), head.recordedAt?.getTime() ?? 0)).toISOString();
  let previousHash = head.hash;
  return contents.map((content, index) => {
    const position = { sequence: head.sequence + index + 1, previousHash, recordedAt };
    const { sequence } = position;
    const hash = chainHash(position, content.event);
    // What is spread comes last: the other way round it costs thirty times as much.
    const record = { sequence, previousHash, recordedAt, hash, ...content };
    previousHash = hash;
    return record;
  });
}
