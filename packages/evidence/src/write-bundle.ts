import { canonicalJson } from '@tributary/contracts';
import { type EvidenceRecord, type RecordLine, type SignatureLine, signedText } from './format.js';
import { canonicalHash } from './hashing.js';
import { merkleRoot } from './merkle.js';

export interface Signer {
  keyId: string;
  /** SPKI PEM. */
  publicKey: string;
  /** Ed25519 with that key; the signature in base64url. */
  sign(content: Uint8Array): string;
  /** ISO instant. */
  signedAt: string;
}

/** The lines of a bundle, each in canonical JSON: the records in their order, and the signature over their Merkle root. */
export function writeBundle(records: readonly EvidenceRecord[], signer: Signer): string[] {
  const numbered = records.map(({ kind, body }, number): RecordLine => ({ kind, number, hash: canonicalHash({ kind, body }), body }));
  const body: SignatureLine['body'] = {
    algorithm: 'Ed25519',
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    records: records.length,
    root: merkleRoot(numbered.map(({ hash }) => hash)),
    signedAt: signer.signedAt,
  };
  const signature = signer.sign(Buffer.from(signedText(canonicalJson(body))));
  return [...numbered, { kind: 'signature', body, signature } satisfies SignatureLine].map(canonicalJson);
}
