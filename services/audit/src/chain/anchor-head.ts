import type { KeyRing } from '@tributary/service-kit';
import type { ArchiveStore } from '../archive/archive-store.js';
import { type AnchorStore, anchoredText } from './anchor-store.js';

export interface ChainParts {
  archive: ArchiveStore;
  anchors: AnchorStore;
  keys: KeyRing;
}

/** Signs the end of the chain and writes it outside of the database, unless it has not moved since. */
export async function anchorHead({ archive, anchors, keys }: ChainParts, now: Date): Promise<void> {
  const { sequence, hash } = await archive.head();
  const last = (await anchors.all()).at(-1);
  if (sequence === 0 || last?.sequence === sequence) return;
  const head = { sequence, hash, at: now.toISOString() };
  await anchors.append({ ...head, ...keys.sign(anchoredText(head)) });
}
