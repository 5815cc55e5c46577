import { getEvidence } from '@tributary/contracts';
import { assemble, writeBundle } from '@tributary/evidence';
import { type KeyRing, query, reject, text } from '@tributary/service-kit';
import type { ArchiveStore } from '../archive/archive-store.js';
import { loadStory } from './load-story.js';

export interface EvidenceParts {
  archive: ArchiveStore;
  keys: KeyRing;
}

/** The signed evidence of a payout, or what is still missing for it. */
export const getEvidenceRoute = ({ archive, keys }: EvidenceParts) =>
  query(getEvidence, async ({ params, scope, now }) => {
    const story = await loadStory(archive, scope, params.payoutId);
    if (story === undefined) return reject('not-found');
    const head = await archive.head();
    const at = now.toISOString();
    const assembled = assemble(story, { sequence: head.sequence, hash: head.hash, at }, at);
    if (!assembled.complete) {
      const shown = assembled.missing.slice(0, 20);
      return reject('evidence-incomplete', {
        detail: `Still missing: ${shown.join('; ')}${assembled.missing.length > shown.length ? `; and ${assembled.missing.length - shown.length} more` : ''}`,
        errors: shown.map((hop) => ({ pointer: '{payoutId}', rule: `missing: ${hop}` })),
      });
    }
    const { keyId, pem } = keys.publicKey();
    const lines = writeBundle(assembled.records, { keyId, publicKey: pem, sign: (content) => keys.sign(content).signature, signedAt: at });
    return text(`${lines.join('\n')}\n`, 'application/x-ndjson');
  });
