import type { Details, RuleTried, Step } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import type { MonthComponent } from './months.js';

/** An event that has not happened, credited to a partner. */
export interface ImaginedEvent {
  brandId: string;
  programId: string;
  partnerId: string;
  kind: string;
  occurredAt: Date;
  amount: bigint | null;
  currency: string | null;
  customerId: string | null;
  details: Details | null;
  touches: readonly string[] | null;
}

/** What an event earns one partner by one component. */
export interface RatedLine {
  partnerId: string;
  dealId: string | null;
  component: string;
  amount: bigint;
  currency: string;
  period: string;
  rules: readonly RuleTried[];
  steps: readonly Step[];
}

/** What an event changes of a month by one component that is rated by the month. */
export interface ChangedMonth extends Omit<MonthComponent, 'entitlement' | 'holdsInstant'> {
  before: bigint;
  after: bigint;
}

export interface RatedEvent {
  outcome: string;
  reason: string | null;
  lines: readonly RatedLine[];
  /** What it changes of other conversions. */
  others: readonly { conversionId: string; partnerId: string; component: string; amount: bigint; currency: string }[];
  /** The event's month by every component that is rated by the month, and later ones that it changes. */
  months: readonly ChangedMonth[];
}

/** What previews ask of accrual: to record and rate an event like any other. The caller shares the brand's books and rolls back. */
export type RateEvent = (tx: Tx, event: ImaginedEvent, actorId: string, now: Date) => Promise<RatedEvent>;
