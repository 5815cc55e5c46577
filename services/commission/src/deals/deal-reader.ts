import type { Scope } from '@tributary/service-kit';
import type { DealVersionRecord } from './domain/deal.js';

/** Deals for looking at, outside of any command. */
export interface DealReader {
  /** Every version of a deal, first to last; none when the scope does not see it. */
  versionsOf(scope: Scope, dealId: string): Promise<DealVersionRecord[]>;
}
