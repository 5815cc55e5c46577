import { getEvidence } from '@tributary/contracts';
import { assemble, checkRecords, writeBundle } from '@tributary/evidence';
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
    if (!assembled.complete) return incomplete('Still missing', assembled.missing);
    // Held against the verifier's own rules before it is signed: nothing is handed out that would not verify.
    const flaws = checkRecords(assembled.records);
    if (flaws.length > 0)
      return incomplete(
        'What has arrived does not hold together yet',
        flaws.map(({ kind, what }) => `${kind}: ${what}`),
      );
    const { keyId, pem } = keys.publicKey();
    const lines = writeBundle(assembled.records, { keyId, publicKey: pem, sign: (content) => keys.sign(content).signature, signedAt: at });
    return text(`${lines.join('\n')}\n`, 'application/x-ndjson');
  });

const shown = 20;

/** Each kind of event comes by a lane of its own: what follows from one archived already may still be on its way. */
const incomplete = (why: string, hops: readonly string[]) =>
  reject('evidence-incomplete', {
    detail: `${why}: ${hops.slice(0, shown).join('; ')}${hops.length > shown ? `; and ${hops.length - shown} more` : ''}`,
    errors: hops.slice(0, shown).map((hop) => ({ pointer: '{payoutId}', rule: `missing: ${hop}` })),
    headers: { 'retry-after': '2' },
  });
