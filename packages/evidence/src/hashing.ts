import { hash } from 'node:crypto';
import { canonicalJson } from '@tributary/contracts';

/** SHA-256 in lower-case hexadecimal. */
export const sha256Hex = (content: string | Uint8Array): string => hash('sha256', content);

/** SHA-256 of the canonical JSON (RFC 8785) of a value. */
export const canonicalHash = (value: unknown): string => sha256Hex(canonicalJson(value));

/** What the first record of the chain follows. */
export const genesisHash = '0'.repeat(64);

/** Where an event stands in the archive's chain. */
export interface ChainPosition {
  sequence: number;
  previousHash: string;
  /** ISO instant at which the archive took it. */
  recordedAt: string;
  hash: string;
}

/**
 * The hash of one record of the archive: SHA-256 of the canonical JSON of `{ event, previousHash, recordedAt, sequence }`. Takes the
 * event's canonical text, so that verifying a stored chain needs no parsing. The other members hold no character that JSON escapes.
 */
export function chainHash(position: Omit<ChainPosition, 'hash'>, canonicalEvent: string): string {
  const { sequence, previousHash, recordedAt } = position;
  return sha256Hex(`{"event":${canonicalEvent},"previousHash":"${previousHash}","recordedAt":"${recordedAt}","sequence":${sequence}}`);
}
