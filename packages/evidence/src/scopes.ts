import type { Archived } from './format.js';
import { groupBy } from './group-by.js';
import { explanationOf } from './story.js';

type Entry = Archived<'commission.entry.accrued.v1'>;

/** Entries by scope. A running scope spans the life of a deal: its earlier postings are not part of a bundle. */
export function ownScopes(entries: Iterable<Entry>): Entry[][] {
  const own = [...entries].filter(({ event }) => explanationOf(event)?.running === null);
  return [...groupBy(own, ({ event }) => event.data.scope).values()];
}

/** How far the postings of one scope lead from nothing, each from where another ended; `rest` begins behind a gap. */
export function walkScope(entries: readonly Entry[]): { reached: Entry[]; rest: Entry[]; net: string } {
  // Ids sort by the time of their making; the order of arrival says nothing.
  const rest = [...entries].sort((a, b) => (a.event.data.entryId < b.event.data.entryId ? -1 : 1));
  const reached: Entry[] = [];
  let net = '0';
  for (;;) {
    const next = rest.findIndex(({ event }) => explanationOf(event).postedBefore === net);
    const [entry] = next === -1 ? [] : rest.splice(next, 1);
    if (entry === undefined) return { reached, rest, net };
    reached.push(entry);
    net = explanationOf(entry.event).entitlement;
  }
}

/**
 * The entries that lead to the given ones: those that were posted to the same scopes before. What was posted there later is left out,
 * whatever the order of arrival.
 */
export function entriesLeadingTo(entryIds: ReadonlySet<string>, candidates: Iterable<Entry>): Set<string> {
  const wanted = new Set(entryIds);
  for (const entries of ownScopes(candidates)) {
    const { reached } = walkScope(entries);
    const last = reached.findLastIndex(({ event }) => entryIds.has(event.data.entryId));
    for (const { event } of reached.slice(0, last + 1)) wanted.add(event.data.entryId);
  }
  return wanted;
}
