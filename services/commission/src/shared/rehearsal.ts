import type { Tx } from '@tributary/messaging';

/** The most conversions that a simulation or a recalculation rates: one transaction holds them all. */
export const mostConversions = 200_000;

export type RehearsalKind = 'simulation' | 'recalculation';

/** What a rehearsal knows of its surroundings. */
export interface RehearsalRun {
  actorId: string;
  now: Date;
  /** Tells how many conversions are done. @throws Rejected when the run has taken too long. */
  progress(done: number, total: number): Promise<void>;
}

/** Rates in a transaction that is going to be rolled back, and returns what is to be told of it. `request` is what was stored. */
export type Rehearse = (tx: Tx, request: unknown, run: RehearsalRun) => Promise<object>;
