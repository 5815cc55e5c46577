import type { EventContext, Tx } from '@tributary/messaging';
import type { Entry } from '../accrual/domain/entry.js';

/** Which conversions something new may change: of a brand, or of one partner or customer of it, since an instant. */
export interface Affected {
  brandId: string;
  partnerId: string | null;
  from: string;
  customerId?: string | undefined;
  /** Only what occurred before this. */
  until?: string | undefined;
  /** Only amounts that have to be exchanged: not in the brand's currency, or not in that of a deal of the partner. */
  foreign?: boolean | undefined;
  /** The deal whose terms are new: what occurred elsewhere and counts in it, or is paid by it, is affected too. */
  dealId?: string | undefined;
  /** New terms, unless it says that something else is new. */
  trigger?: 'terms' | 'circumstances' | undefined;
}

/** What new terms did to conversions that had occurred before. `entries` is null when they are being rated in the background. */
export interface Effect {
  conversions: number;
  entries: readonly Entry[] | null;
}

/** What deals and profiles ask of accrual when terms have changed. The caller has the brand's books locked. */
export type RateAgain = (tx: Tx, affected: Affected, context: EventContext, now: Date) => Promise<Effect>;

/** Conversions by their ids, because something that their amounts go by has become known. Locks what it needs. */
export type RateThese = (tx: Tx, conversionIds: readonly string[], context: EventContext, now: Date) => Promise<void>;
/** Conversions that were rated again, and the entries that this posted: also of others, whom a scale has carried along. */
export type OnRated = (conversionIds: readonly string[], entries: readonly Entry[]) => Promise<void>;

/** The same for what is going to be rolled back: everything at once, and nobody is told but the caller. */
export type RateAllAgain = (onRated: OnRated) => RateAgain;
