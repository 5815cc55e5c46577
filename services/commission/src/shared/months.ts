import type { StatementContent } from '@tributary/contracts';
import type { EventContext, Tx } from '@tributary/messaging';
import type { Entry } from '../accrual/domain/entry.js';
import type { Brand } from '../profiles/brand-store.js';
import type { Rating } from './rating.js';

/** Facts, or nets of other components, of a partner's month have changed; without `dealIds` any deal of the partner may be concerned. */
export interface TouchedMonth {
  brandId: string;
  partnerId: string;
  dealIds?: readonly string[] | undefined;
  period: string;
  /** New terms touch every month since. */
  andLater?: boolean | undefined;
}

/** What accrual asks of statements when facts or terms of closed months have changed. The caller has the brand's books shared or locked. */
export type RefoldStatements = (tx: Tx, rating: Rating, touched: readonly TouchedMonth[]) => Promise<readonly Entry[]>;

/** What the journal holds for a scope of a closed month, and what its facts come to now. */
export interface MonthAgain {
  scope: string;
  currency: string;
  net: bigint;
  recomputed: bigint;
}
export type RecalculateMonths = (tx: Tx, month: { brandId: string; partnerId: string; period: string }) => Promise<MonthAgain[]>;

/** What one component of a deal comes to in a month, as its statement says it. */
export interface MonthComponent {
  partnerId: string;
  dealId: string;
  component: string;
  period: string;
  currency: string;
  entitlement: bigint;
  waterfalls: StatementContent['components'][number]['waterfalls'];
  /** Whether the instant asked for lies in this month of the deal. */
  holdsInstant: boolean;
}

/**
 * What a partner's months come to as facts and terms say now, from the month of an instant on: closed ones as their statements say, open
 * ones folded on the spot.
 */
export type MonthsSince = (tx: Tx, place: { brandId: string; partnerId: string; instant: Date }, now: Date) => Promise<MonthComponent[]>;

/** What was issued and posted. */
export interface Issued {
  statements: number;
  entries: number;
  /** The entries themselves, where somebody asks for them. */
  posted: Entry[];
}

export interface MonthClose {
  brand: Brand;
  period: string;
  now: Date;
  context: EventContext;
  /** At once, however many partners there are: a dry run says what would come of it. */
  here: boolean;
}

/** What a close asks of statements; null when they are so many that they are issued in the background. */
export type CloseMonths = (tx: Tx, close: MonthClose) => Promise<Issued | null>;
