import type { Tx } from '@tributary/messaging';

export interface Projections {
  /** Empties every read model and forgets which events were handled, so that a replay fills them again. Returns the events forgotten. */
  drop(tx: Tx): Promise<number>;
}
