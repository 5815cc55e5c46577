import type { RateLookup } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';

/** An exchange that a month needs, on a local date. */
export interface RateWanted {
  from: string;
  to: string;
  date: string;
}

/**
 * The rates wanted, as minor units for one minor unit. Nobody tells this service rates yet: an event in another currency than the
 * deal's is named in its statement, and in no figure of it, until they are told.
 */
export async function ratesFor(_tx: Tx, _wanted: readonly RateWanted[]): Promise<RateLookup> {
  return () => null;
}
