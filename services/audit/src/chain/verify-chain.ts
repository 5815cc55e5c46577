import { verifyChain as contract } from '@tributary/contracts';
import { ok, query } from '@tributary/service-kit';
import type { ChainParts } from './anchor-head.js';
import { type Anchor, anchoredText } from './anchor-store.js';
import { type Break, startOfChain, type Walk, walkChain } from './walk-chain.js';

const chunkSize = 5000;

export interface ChainVerdict {
  valid: boolean;
  /** How many records were read. */
  records: number;
  firstBroken: number | null;
  reason: string | null;
  /** Hash of the last record that holds. */
  head: string;
  anchors: number;
}

/** Follows the chain from its first record to its end, and holds it against every signed head outside of the database. */
export async function verifyChain(parts: ChainParts): Promise<ChainVerdict> {
  const anchors = await parts.anchors.all();
  // Read before the records: what is appended meanwhile is behind it.
  const head = await parts.archive.head();
  const until = await parts.archive.lastSequence();
  const anchored = new Map(anchors.map((anchor) => [anchor.sequence, anchor]));
  const forged = anchors.find((anchor) => !parts.keys.verify(anchoredText(anchor), anchor.keyId, anchor.signature));
  let walk: Walk = startOfChain;
  let safe = 0;
  const verdict = (broken: Break | null): ChainVerdict => ({
    valid: broken === null,
    records: walk.sequence,
    firstBroken: broken?.sequence ?? null,
    reason: broken?.reason ?? null,
    head: walk.hash,
    anchors: anchors.length,
  });

  for (;;) {
    const records = await parts.archive.chunk(walk.sequence, until, chunkSize);
    if (records.length === 0) break;
    const next = walkChain(walk, records);
    if ('reason' in next) return verdict(next);
    for (const record of records) {
      const anchor = anchored.get(record.sequence);
      if (anchor === undefined || anchor === forged) continue;
      if (anchor.hash !== record.hash) return verdict(rewritten(safe, anchor));
      safe = record.sequence;
    }
    walk = next;
  }
  const beyond = Math.max(head.sequence, ...anchors.map(({ sequence }) => sequence));
  if (walk.sequence < beyond)
    return verdict({ sequence: walk.sequence + 1, reason: `cut: the chain went on to ${beyond}, as its head or an anchor says` });
  if (head.sequence === walk.sequence && head.hash !== walk.hash)
    return verdict({ sequence: walk.sequence, reason: 'changed: the head says another hash' });
  if (forged)
    return verdict({
      sequence: forged.sequence,
      reason: `an anchor (${forged.at || 'unreadable'}) is not signed by a key of ours: the anchors were tampered with`,
    });
  return verdict(null);
}

const rewritten = (safe: number, anchor: Anchor): Break => ({
  sequence: safe + 1,
  reason: `rewritten: the chain holds in itself, but record ${anchor.sequence} is not the one signed at ${anchor.at}; it was changed between ${safe + 1} and there`,
});

export const verifyChainRoute = (parts: ChainParts) => query(contract, async () => ok(await verifyChain(parts)));
