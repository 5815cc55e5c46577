import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';
import type { Movement } from './domain/movement.js';

/** Counters of one day, brand, partner (or all of them) and currency. Amounts in minor units. */
export interface ActivityRow {
  day: string;
  brandId: string;
  partnerId: string | null;
  currency: string | null;
  clicks: bigint;
  conversions: bigint;
  refunds: bigint;
  accrued: bigint;
  approved: bigint;
  paid: bigint;
}
/** Where a page of activity ends: day, brand, partner, currency; '' for null. */
export type ActivityKey = [string, string, string, string];

export interface ActivityQuestion {
  by: 'partner' | 'brand';
  brandId?: string | undefined;
  partnerId?: string | undefined;
  /** Days in the brand's time zone, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

export interface ActivityStore {
  /** Keeps the movements, and moves the counters by the difference to what was known. */
  add(tx: Tx, movements: readonly Movement[]): Promise<void>;
  read(scope: Scope, question: ActivityQuestion, limit: number, after?: ActivityKey): Promise<ActivityRow[]>;
}
