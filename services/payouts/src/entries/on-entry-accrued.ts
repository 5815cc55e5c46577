import { type Consumer, contextOf, type EventOf } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { reconsider } from '../shared/reconsider.js';
import { storeAccrued } from './entry-store.js';

/** Commission was earned or taken back: it enters the ledger, in the bucket that decisions known by now give it. */
export function onEntryAccrued({ outbox, clock, name }: Parts): Consumer<EventOf<'commission.entry.accrued.v1'>> {
  return async (tx, events) => {
    const fresh = await storeAccrued(
      tx,
      events.map(({ data }) => data),
    );
    const byEntry = new Map(events.map((event) => [event.data.entryId, contextOf(event, name)]));
    const [first] = events;
    if (first) await reconsider(tx, outbox, fresh, { byEntry, otherwise: contextOf(first, name) }, clock.now());
  };
}
