import { activeTraceparent, type Consumer, contextOf, type EventOf } from '@tributary/messaging';
import type { Parts } from '../parts.js';
import { reconsider } from '../shared/reconsider.js';
import { type DecisionFact, storeDecisions } from './entry-store.js';

type Decided = EventOf<'approvals.commission.approved.v1' | 'approvals.commission.held.v1' | 'approvals.commission.rejected.v1'>;

/** Somebody decided about an entry: the highest decision holds, whether the entry is here already or not. */
export function onCommissionDecided({ outbox, clock, name }: Parts, state: DecisionFact['state']): Consumer<Decided> {
  return async (tx, events) => {
    const fresh = await storeDecisions(
      tx,
      events.map(({ data }) => ({ ...data, state })),
      activeTraceparent(),
    );
    const byEntry = new Map(events.map((event) => [event.data.entryId, contextOf(event, name)]));
    const [first] = events;
    if (first) await reconsider(tx, outbox, fresh, { byEntry, otherwise: contextOf(first, name) }, clock.now());
  };
}
