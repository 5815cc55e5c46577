import { canonicalJson } from '@tributary/contracts';
import type { ChainHead } from '../assemble.js';
import { type ChainPosition, canonicalHash, chainHash } from '../hashing.js';
import { explanationOf } from '../story.js';
import type { Check, Context } from './context.js';

/** Every event hashes to its place in the archive's chain, neighbours follow each other, and all stand before the head. */
export const checkChain: Check = (context) => {
  const { archived, records, against, againstKind } = context;
  const head = records.find(({ kind }) => kind === 'chain-head')?.body as ChainHead | undefined;
  if (head === undefined) againstKind('header', 'the bundle has no head of the chain');
  const misquoted = checkExplanations(context);
  const bySequence = new Map(archived.map(({ chain }) => [chain.sequence, chain.hash]));
  if (bySequence.size < archived.length) againstKind('header', 'a record of the archive stands here twice');
  for (const one of archived) {
    const { chain, event } = one;
    const previous = bySequence.get(chain.sequence - 1);
    const hashed = misquoted.has(event) || chainHash(chain, canonicalJson(event)) === chain.hash;
    if (!hashed) against(one, `is not what record ${chain.sequence} of the archive was hashed from`);
    if (previous !== undefined && previous !== chain.previousHash)
      against(one, `does not follow record ${chain.sequence - 1} of the archive`);
    if (head && !standsBefore(chain, head)) against(one, 'does not stand before the head of the chain');
  }
};

const standsBefore = (chain: ChainPosition, head: ChainHead): boolean =>
  chain.sequence < head.sequence || (chain.sequence === head.sequence && chain.hash === head.hash);

/** Returns the entries whose explanation is another than they were posted with: the explanation is to blame, not they. */
function checkExplanations({ story, againstKind }: Context): Set<unknown> {
  const misquoted = new Set<unknown>();
  for (const { event } of story.entries.values()) {
    if (canonicalHash(explanationOf(event) ?? null) === event.data.explanationHash) continue;
    misquoted.add(event);
    againstKind('qualification', `is not the explanation that entry ${event.data.entryId} was posted with`, event.data.entryId);
  }
  return misquoted;
}
