import { type Consumer, contextOf, type EventOf } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { reconsider } from '../shared/reconsider.js';
import { placeEntry } from './domain/place-entry.js';
import { entryFrom, storeAccrued, storeFirst } from './store-accruals.js';

/** Commission was earned or taken back: it enters the ledger, in the bucket that decisions known by now give it. */
export function onEntryAccrued({ outbox, clock, name }: Parts): Consumer<EventOf<'commission.entry.accrued.v1'>> {
  return async (tx, events) => {
    const [first] = events;
    if (!first) return;
    const now = clock.now();
    const facts = [...new Map(events.map(({ data }) => [data.entryId, data])).values()];
    // Nearly every entry is new and corrects nothing: those need not be looked up, nor moved once they are in.
    const alone = facts.filter(({ adjusts }) => adjusts === null);
    const accruals = alone.map((fact) => ({ fact, placement: placeEntry(entryFrom(fact), undefined, now) }));
    const stored = await storeFirst(tx, accruals);
    const placed = accruals.filter(({ fact }) => stored.has(fact.entryId)).map(({ placement }) => placement);
    const fresh = await storeAccrued(
      tx,
      facts.filter(({ entryId }) => !stored.has(entryId)),
    );
    const byEntry = new Map(events.map((event) => [event.data.entryId, contextOf(event, name)]));
    await reconsider(tx, outbox, fresh, { byEntry, otherwise: contextOf(first, name) }, now, placed);
  };
}
