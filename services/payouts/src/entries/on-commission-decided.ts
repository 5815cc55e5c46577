import { activeTraceparent, type Consumer, contextOf, type EventOf } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { moved, placeFamilies, reconsider } from '../shared/reconsider.js';
import { lockFamilies, storeBuckets } from './entry-store.js';
import { type DecidedState, decidedBy, highestOf, storeDecided, storeEarlyDecisions } from './store-decisions.js';

type Decided = EventOf<'approvals.commission.approved.v1' | 'approvals.commission.held.v1' | 'approvals.commission.rejected.v1'>;

/** Somebody decided about an entry: the highest decision holds, whether the entry is here already or not. */
export function onCommissionDecided({ outbox, clock, name }: Parts, state: DecidedState): Consumer<Decided> {
  return async (tx, events) => {
    const [first] = events;
    if (!first) return;
    const now = clock.now();
    const traceparent = activeTraceparent();
    const facts = highestOf(events.map(({ data }) => data));
    const family = await lockFamilies(
      tx,
      facts.map(({ entryId }) => entryId),
    );
    const early = facts.filter(({ entryId }) => !family.has(entryId));
    const decided = new Set<string>();
    for (const fact of facts) {
      const entry = family.get(fact.entryId);
      if (entry === undefined || entry.decision >= fact.decision) continue;
      family.set(entry.id, decidedBy(entry, fact, state));
      decided.add(entry.id);
    }
    const placed = decided.size === 0 ? [] : placeFamilies(family, now);
    const places = new Map(placed.map(({ entry, to }) => [entry.id, to]));
    const changed = [...family.values()].filter(({ id }) => decided.has(id));
    await storeDecided(
      tx,
      changed.map((entry) => ({ entry, to: places.get(entry.id) ?? null })),
      traceparent,
    );
    await storeBuckets(
      tx,
      placed.filter(moved).filter(({ entry }) => !decided.has(entry.id)),
    );
    const fresh = await storeEarlyDecisions(tx, early, state, traceparent);
    const byEntry = new Map(events.map((event) => [event.data.entryId, contextOf(event, name)]));
    await reconsider(tx, outbox, fresh, { byEntry, otherwise: contextOf(first, name) }, now, placed);
  };
}
