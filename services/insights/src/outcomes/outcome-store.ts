import type { EventOf } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';

export interface ConversionSeen {
  conversionId: string;
  brandId: string;
  partnerId: string | null;
  /** 1 recorded, from 2 on attributed: the highest knows best whose it is. */
  facts: number;
}

export interface OutcomeStore {
  saveConversions(tx: Tx, conversions: readonly ConversionSeen[]): Promise<void>;
  /** The highest rating of a conversion holds. */
  saveRatings(tx: Tx, events: readonly EventOf<'commission.conversion.rated.v1'>[]): Promise<void>;
  /** How many accepted conversions ended in which outcome; `unrated` are still on their way. Their sum is the number of conversions. */
  count(scope: Scope, brandId?: string): Promise<{ outcome: string; conversions: number }[]>;
}
