import { generateKeyPairSync, sign } from 'node:crypto';
import { canonicalJson, type Envelope } from '@tributary/contracts';
import { assemble } from '../assemble.js';
import type { ArchivedEvent, EvidenceRecord } from '../format.js';
import { chainHash, genesisHash } from '../hashing.js';
import { storyOf } from '../story.js';
import { type Signer, writeBundle } from '../write-bundle.js';

export interface TestKey extends Signer {
  keyId: string;
}

/** A signing key of somebody. */
export function testKey(keyId: string): TestKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    keyId,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (content) => sign(null, content, privateKey).toString('base64url'),
    signedAt: '2026-03-30T12:00:00.000Z',
  };
}

/** Chains events as the archive does. */
export function archive(events: readonly Envelope[]): ArchivedEvent[] {
  let previousHash = genesisHash;
  return events.map((event, index) => {
    const position = { sequence: index + 1, previousHash, recordedAt: event.time };
    previousHash = chainHash(position, canonicalJson(event));
    return { chain: { ...position, hash: previousHash }, event };
  });
}

/** The bundle of a payout from its events, and the records that it was made of. */
export function bundleOf(payoutId: string, events: readonly Envelope[], key: Signer): { text: string; records: EvidenceRecord[] } {
  const archived = archive(events);
  const last = archived.at(-1)?.chain;
  const head = { sequence: last?.sequence ?? 0, hash: last?.hash ?? genesisHash, at: key.signedAt };
  const assembled = assemble(storyOf(payoutId, archived), head, key.signedAt);
  if (!assembled.complete) throw new Error(`the story lacks: ${assembled.missing.join('; ')}`);
  return { text: `${writeBundle(assembled.records, key).join('\n')}\n`, records: assembled.records };
}
