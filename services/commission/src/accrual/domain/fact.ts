import { type Conversion, type Details, isRefundKind } from '@tributary/engine';

/**
 * How much is known of a conversion: only named by a refund of it, recorded, or attributed after that, once or several times. More
 * supersedes less, whatever comes first.
 */
export const levels = { named: 0, recorded: 1 } as const;
/** The level of what tracking told: each attribution since the recording is one higher. */
export const levelOf = (revision: number): number => levels.recorded + revision;

/** A conversion as tracking told it. */
export interface Fact {
  conversionId: string;
  level: number;
  brandId: string;
  programId: string;
  partnerId: string | null;
  eventId: string;
  kind: string;
  occurredAt: Date;
  amount: bigint | null;
  currency: string | null;
  originalConversionId: string | null;
  unattributedReason: string | null;
  customerId: string | null;
  details: Details | null;
  /** Partners whose links the customer followed, first to last. */
  touches: readonly string[] | null;
  /** Where the event came from, kept so that everything made of it later goes back to it. */
  correlationId: string;
  messageId: string;
  traceparent: string | null;
}

export type OutcomeName = 'commission' | 'zero-commission' | 'held' | 'rejected' | 'reversal';
export interface Outcome {
  outcome: OutcomeName;
  reason: string | null;
}

/** A fact as stored: with what has been made of it so far. */
export interface StoredFact extends Fact {
  /** Whose it was before this telling, where one has just been stored. */
  formerPartnerId?: string | null | undefined;
  /** The level at which it was last rated; 0 while it waits for something. */
  ratedLevel: number;
  outcome: OutcomeName | null;
  reason: string | null;
  rating: number;
}

/** The conversion whose scopes a fact belongs to: the original of a refund, itself otherwise; null while the original is unknown. */
export function rootOf(fact: Pick<Fact, 'conversionId' | 'kind' | 'originalConversionId'>): string | null {
  return isRefundKind(fact.kind) ? fact.originalConversionId : fact.conversionId;
}

/** Whether it has been rated with all that is known of it. */
export const isRated = (fact: StoredFact): boolean => fact.ratedLevel >= fact.level;

/** As the engine wants it. */
export const toConversion = (fact: Fact): Conversion => ({
  conversionId: fact.conversionId,
  eventId: fact.eventId,
  kind: fact.kind,
  brandId: fact.brandId,
  programId: fact.programId,
  partnerId: fact.partnerId,
  occurredAt: fact.occurredAt.toISOString(),
  amount: fact.amount,
  currency: fact.currency,
  originalConversionId: fact.originalConversionId,
  customerId: fact.customerId,
  details: fact.details,
});

/** Canonical order inside a scope: `occurredAt`, then `eventId`. */
export function inCanonicalOrder<F extends Fact>(facts: readonly F[]): F[] {
  return [...facts].sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime() || (a.eventId < b.eventId ? -1 : 1));
}
