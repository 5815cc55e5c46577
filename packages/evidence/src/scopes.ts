import type { Archived } from './format.js';
import { groupBy } from './group-by.js';
import { explanationOf, hasOwnScope } from './story.js';

type Entry = Archived<'commission.entry.accrued.v1'>;

/** Entries by scope. A running scope spans the life of a deal: its earlier postings are not part of a bundle. */
export function ownScopes(entries: Iterable<Entry>): Entry[][] {
  const own = [...entries].filter(({ event }) => hasOwnScope(event));
  return [...groupBy(own, ({ event }) => event.data.scope).values()];
}

/** A scope that comes back to where it was leaves a choice; so many are tried. Few scopes have any. */
const mostTries = 10_000;

/**
 * The longest way that the postings of one scope lead from nothing, each from where another ended; `rest` begins behind a gap.
 * Ids sort by the time of their making and are tried in that order, but clocks differ: where it ends too early, others are tried.
 */
export function walkScope(entries: readonly Entry[]): { reached: Entry[]; rest: Entry[]; net: string } {
  const sorted = [...entries].sort((a, b) => (a.event.data.entryId < b.event.data.entryId ? -1 : 1));
  const way: Entry[] = [];
  let reached: Entry[] = [];
  let tries = 0;
  const walk = (net: string): boolean => {
    if (way.length > reached.length) reached = [...way];
    if (way.length === sorted.length) return true;
    for (const entry of sorted) {
      const { postedBefore, entitlement } = explanationOf(entry.event);
      if (postedBefore !== net || way.includes(entry) || tries >= mostTries) continue;
      tries += 1;
      way.push(entry);
      if (walk(entitlement)) return true;
      way.pop();
    }
    return false;
  };
  walk('0');
  const last = reached.at(-1);
  return {
    reached,
    rest: sorted.filter((entry) => !reached.includes(entry)),
    net: last === undefined ? '0' : explanationOf(last.event).entitlement,
  };
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
