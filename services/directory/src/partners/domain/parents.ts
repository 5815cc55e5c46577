import { type PartnerChange, settingsOf, valueAt } from './changes.js';

/** The changes of parent of partners, by partner. */
export type Parents = ReadonlyMap<string, readonly PartnerChange[]>;

/**
 * Whether putting a partner under another one from an instant on puts it above itself, then or at any time after. What is recorded now
 * holds for all of that time, so each later change further up is looked at as well. `above` knows everybody who ever is above the parent.
 */
export function makesCycle(partnerId: string, parentId: string, from: Date, above: Parents): boolean {
  const later = [...above.values()].flatMap((changes) => settingsOf(changes, 'parent').map(({ effectiveFrom }) => effectiveFrom));
  const instants = new Map([from, ...later.filter((at) => at > from)].map((at) => [at.getTime(), at]));
  return [...instants.values()].some((at) => isAbove(partnerId, parentId, at, above));
}

/** Whether the partner is the other one, or above it, at an instant. */
function isAbove(partnerId: string, other: string, at: Date, above: Parents): boolean {
  const seen = new Set<string>();
  for (let here: string | null = other; here !== null && !seen.has(here); here = valueAt(above.get(here) ?? [], 'parent', at)) {
    if (here === partnerId) return true;
    seen.add(here);
  }
  return false;
}
