import type { FxRate } from '@tributary/engine';
import type { EventContext, Tx } from '@tributary/messaging';

/** Called in the transaction that has recorded rates, with those that count from now on. */
export type OnRatesRecorded = (tx: Tx, rates: readonly FxRate[], context: EventContext, now: Date) => Promise<void>;
