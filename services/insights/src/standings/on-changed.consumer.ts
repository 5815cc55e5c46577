import type { EventOf, EventType } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Standing } from './domain/standing.js';
import type { StandingStore } from './standing-store.js';

/** Keeps how things stand, by events of one type. */
export const keeping =
  <T extends EventType>(standings: StandingStore, standingOf: (event: EventOf<T>) => Standing) =>
  (tx: Tx, events: readonly EventOf<T>[]): Promise<void> =>
    standings.save(tx, events.map(standingOf));
