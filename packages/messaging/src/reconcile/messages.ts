import { buildEnvelope } from '../envelope.js';
import type { Envelope } from '../ports.js';

/** What inboxes and outboxes say to each other. These messages are repeated anyway, so they have no outbox, inbox or receipts. */
export interface Count {
  type: string;
  /** Start of the stretch of time (of event ids) that is counted, in epoch milliseconds. */
  from: number;
  count: number;
  /** XOR of the ids' hashes, as a signed decimal. */
  hash: string;
}
/** A consumer to a producer: what I have received from you, per 5-minute bucket. Buckets from `since` on that are not named are empty. */
export interface ReceiptsCounted {
  consumer: string;
  since: number;
  /** Per lane, an instant at which my queue was seen empty before I counted; null when I am behind. */
  caughtUpAt: { facts: number | null; control: number | null };
  counts: Count[];
  /** Set when the answer is only about these. */
  only?: { type: string; from: number }[];
}
/** A producer to a consumer: tell me more. Whole buckets, seconds of a bucket, or the ids of one second. */
export interface GapFound {
  producer: string;
  detail: 'buckets' | 'seconds' | 'ids';
  wanted: { type: string; from: number }[];
}
/** A consumer's answer about one stretch: its seconds, or its ids. */
export interface ReceiptsListed {
  consumer: string;
  type: string;
  from: number;
  seconds?: Count[];
  ids?: string[];
}

export const ownTypes = {
  counted: 'messaging.receipts.counted.v1',
  gap: 'messaging.gap.found.v1',
  listed: 'messaging.receipts.listed.v1',
} as const;
export type OwnMessage =
  | { type: typeof ownTypes.counted; data: ReceiptsCounted }
  | { type: typeof ownTypes.gap; data: GapFound }
  | { type: typeof ownTypes.listed; data: ReceiptsListed };

export const bucketMs = 5 * 60_000;

export function ownEnvelope(service: string, message: OwnMessage): Envelope {
  const from = { correlationId: 'reconciliation', actorId: `system:${service}`, actorKind: 'system' as const };
  return buildEnvelope(service, from, { type: message.type, subject: service, data: message.data }, new Date());
}
