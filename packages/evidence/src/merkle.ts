import { createHash } from 'node:crypto';

const leafOf = (hash: Uint8Array): Buffer => createHash('sha256').update(Uint8Array.of(0)).update(hash).digest();
const nodeOf = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();

/**
 * Root of the Merkle tree over hashes (hexadecimal) in their order, as RFC 6962 defines it: leaves and nodes have domains of their own
 * (0x00, 0x01), and a list of n splits at the largest power of two below n. An empty list has the hash of nothing.
 */
export function merkleRoot(hashes: readonly string[]): string {
  if (hashes.length === 0) return createHash('sha256').digest('hex');
  return subtree(
    hashes.map((hash) => leafOf(Buffer.from(hash, 'hex'))),
    0,
    hashes.length,
  ).toString('hex');
}

function subtree(leaves: readonly Buffer[], from: number, to: number): Buffer {
  const [only] = leaves.slice(from, from + 1);
  const count = to - from;
  if (count === 1 && only) return only;
  let split = 1;
  while (split * 2 < count) split *= 2;
  return nodeOf(subtree(leaves, from, from + split), subtree(leaves, from + split, to));
}
