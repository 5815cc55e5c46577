import type { ConversionData, ConversionDetails, RejectionCode } from '@tributary/contracts';
import type { ActorKind } from '@tributary/messaging';
import type { Candidate } from './domain/decide-batch.js';

export interface Actor {
  actorId: string;
  actorKind: ActorKind;
}

/** An event that passed every check that needs no database. */
export interface Incoming {
  conversionId: string;
  brandId: string;
  eventId: string;
  kind: string;
  programId: string | null;
  clickRef: string | null;
  customerHash: string | null;
  hasCoupon: boolean;
  namedPartnerId: string | null;
  originalEventId: string | null;
  occurredAt: Date;
  receivedAt: Date;
  amount: number | null;
  currency: string | null;
  contentHash: string;
  content: string;
  attributesCommitment: string | null;
  details: ConversionDetails | null;
  source: ConversionData['source'];
  /** Trace context of the request that brought it. */
  traceparent: string;
  /** Told the trace context of the click that it turned out to come from. */
  cameFrom?: ((traceparent: string) => void) | undefined;
  actor: Actor;
}

export interface RejectedOutcome {
  outcome: 'rejected';
  eventId: string | null;
  code: RejectionCode;
  why: string;
  errors?: { pointer: string; rule: string }[];
}
export type Outcome =
  | { outcome: 'accepted'; eventId: string; conversionId: string; partnerId: string | null }
  | { outcome: 'duplicate'; eventId: string; duplicateOf: string }
  | RejectedOutcome;

/** A conversion as its table holds it, with what attribution needs besides. */
export interface Recorded extends Candidate {
  kind: string;
  receivedAt: Date;
  amount: number | null;
  currency: string | null;
  contentHash: string;
  attributesCommitment: string | null;
  details: ConversionDetails | null;
  source: ConversionData['source'];
  traceparent: string | null;
  /** How often it has been attributed since it was recorded; left out of what is new. */
  revision?: number;
}
