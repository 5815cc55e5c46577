import { type RateLookup, rateOn } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { convert } from '@tributary/money';
import { ratesFor as recordedRates } from '../fx/rate-store.js';

/** An exchange that a month needs, on a local date. */
export interface RateWanted {
  from: string;
  to: string;
  date: string;
}

/**
 * The rates wanted, as minor units for one minor unit. What has no rate yet is named in its statement, and in no figure of it, until it is
 * recorded.
 */
export async function ratesFor(tx: Tx, wanted: readonly RateWanted[]): Promise<RateLookup> {
  const rates = await recordedRates(tx, wanted);
  return (from, to, date) => {
    const found = rateOn(rates, from, to, date);
    return found === null ? null : convert(1n, from, to, found.rate);
  };
}
