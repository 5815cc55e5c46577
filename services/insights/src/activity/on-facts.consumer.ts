import type { EventOf, EventType } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { ActivityStore } from './activity-store.js';
import type { Movement } from './domain/movement.js';

/** Counts facts of one type, each by its movement. */
export const counting =
  <T extends EventType>(activity: ActivityStore, movementOf: (event: EventOf<T>) => Movement) =>
  (tx: Tx, events: readonly EventOf<T>[]): Promise<void> =>
    activity.add(tx, events.map(movementOf));
