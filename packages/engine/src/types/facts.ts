import type { FxRate } from '../fx.js';
import type { StreamPlace } from './streams.js';
import type { EventKind, NetworkKind, Terms } from './terms.js';

/** `ended` is a version too: from its `effectiveFrom` on the deal pays nothing. A draft never counts. */
export type DealStatus = 'draft' | 'active' | 'ended';

export interface DealVersion {
  dealId: string;
  /** 1, 2, 3 ... in the order recorded. */
  version: number;
  partnerId: string;
  brandId: string;
  /** null: every programme of the brand. */
  programId: string | null;
  /** ISO instant from which these terms count. */
  effectiveFrom: string;
  /** ISO instant at which the system learnt of them. */
  recordedAt: string;
  terms: Terms;
  status: DealStatus;
}

/** Something that happened. A refund or chargeback is one too, with `originalConversionId`. */
export interface Conversion {
  conversionId: string;
  eventId: string;
  kind: EventKind;
  brandId: string;
  programId: string | null;
  partnerId: string | null;
  /** ISO instant. */
  occurredAt: string;
  /** Minor units of `currency`; null when no money is involved, and on a refund of everything. */
  amount: bigint | null;
  currency: string | null;
  originalConversionId: string | null;
  customerId?: string | null | undefined;
  details?: Details | null | undefined;
}

/** What events of some kinds carry beside money. Decimal strings for quantities and spreads, integers of minor units for amounts. */
export interface Details {
  quantity?: string | undefined;
  symbol?: string | undefined;
  /** ISO instants. */
  openedAt?: string | undefined;
  closedAt?: string | undefined;
  openPrice?: string | undefined;
  closePrice?: string | undefined;
  spread?: string | undefined;
  averageSpread?: string | undefined;
  product?: string | undefined;
  sku?: string | undefined;
  category?: string | undefined;
  plan?: string | undefined;
  licence?: string | undefined;
  country?: string | undefined;
  lines?: readonly { sku: string; category?: string | undefined; quantity: number; amount: number }[] | undefined;
  /** Off the whole order, minor units. */
  discount?: number | undefined;
  grossRevenue?: number | undefined;
  turnover?: number | undefined;
  deductions?: Readonly<Record<string, number>> | undefined;
  /** What the sender says for deals to ask for, by key. */
  metadata?: Readonly<Record<string, string>> | undefined;
}

/** What was true of everybody concerned when a conversion occurred. */
export interface Circumstances {
  partner: { tags: readonly string[]; tier: string | null };
  /** The partners above, nearest first; `since`: from when the one below has been under it. */
  uplines: readonly { partnerId: string; tier: string | null; since: string }[];
  /** Null when the event names no customer, or no terms ask about it. */
  customer: CustomerThen | null;
  /** Partners whose links the customer followed, first to last. */
  touches: readonly string[];
  rates: readonly FxRate[];
  /** Where it came from; only what terms that refuse networks need, and only where a verdict says it. */
  network?: NetworkSeen | undefined;
}

/** A verdict on the network that a conversion, or its customer, came from. */
export interface NetworkSeen {
  signalId: string;
  /** The conversion's id, or the customer's. */
  subjectId: string;
  network: NetworkKind;
  country: string | null;
  /** ISO instant. */
  seenAt: string;
}

export interface CustomerThen {
  customerId: string;
  tags: readonly string[];
  country: string | null;
  verifiedAt: string | null;
  excludedFrom: string | null;
  /** The customer's first event of this kind, and how many it has made up to this one, this one counted. */
  firstAt: string;
  ordinal: number;
  /** Deposits and turnover of the customer, in canonical order; only what terms that qualify customers need. */
  history: readonly CustomerEvent[];
}

/** Minor units as strings: an explanation holds them. `amount` is what refunds have left. */
export interface CustomerEvent {
  conversionId: string;
  kind: EventKind;
  occurredAt: string;
  amount: string;
  turnover: string;
}

/** All that the fold looks at for one original conversion. Order and repetition of `refunds` and `versions` do not matter. */
export interface FoldInput {
  original: Conversion;
  refunds: readonly Conversion[];
  /** Versions of any deals; those of another partner, brand or programme are passed over. */
  versions: readonly DealVersion[];
  /** The currency of flat amounts when the terms name none. */
  brandCurrency?: string | null | undefined;
  /** The zone of resets and durations when the terms name none; default UTC. */
  timeZone?: string | undefined;
  /** Currency and zone of other brands, by id, whose deals count what happens at this one. */
  otherBrands?: Readonly<Record<string, { currency: string; timeZone: string }>> | undefined;
  circumstances?: Circumstances | undefined;
  /** Where in their streams this conversion's scopes stand, by scope; see `foldStream`. */
  streamed?: Readonly<Record<string, StreamPlace>> | undefined;
}
