import { type Envelope, type EventOf, type EventType, sha256Hex as hex } from '@tributary/contracts';
import { z } from 'zod';
import type { ChainPosition } from './hashing.js';

export const formatName = 'tributary-evidence';
export const formatVersion = 1;

/** An event of the archive with its place in the chain. */
export interface ArchivedEvent {
  chain: ChainPosition;
  event: Envelope;
}
/** The same of known types. */
export interface Archived<T extends EventType> extends ArchivedEvent {
  event: EventOf<T>;
}

/** Which event types stand under which kind of record. The order of kinds is the order in a bundle. */
export const eventKinds = {
  'deal-version': ['commission.deal.versioned.v1', 'commission.deal.status-changed.v1'],
  snapshot: [
    'directory.brand.changed.v1',
    'directory.partner.changed.v1',
    'tracking.customer.changed.v1',
    'approvals.network-verdict.recorded.v1',
  ],
  'fx-rate': ['commission.fx-rate.recorded.v1'],
  conversion: ['tracking.conversion.recorded.v1', 'tracking.conversion.attributed.v1'],
  statement: ['commission.statement.issued.v1'],
  entry: ['commission.entry.accrued.v1'],
  'routing-policy': ['approvals.routing-policy.accepted.v1'],
  approval: ['approvals.commission.approved.v1', 'approvals.commission.held.v1', 'approvals.commission.rejected.v1'],
  payout: ['payouts.payout.created.v1'],
  'run-seal': ['payouts.run.sealed.v1'],
  clearance: ['approvals.run.cleared.v1'],
  'ledger-posting': ['payouts.ledger.posted.v1'],
  submission: ['payouts.payout.submitted.v1', 'payouts.payout.outcome-unknown.v1'],
  settlement: ['payouts.payout.settled.v1', 'payouts.payout.failed.v1', 'payouts.payout.returned.v1'],
} as const satisfies Record<string, readonly EventType[]>;
export type EventKind = keyof typeof eventKinds;

/** Every kind of record: archived events, and the parts of them that are stated (and checked) on their own. */
export const kinds = [
  'header',
  'deal-version',
  'snapshot',
  'fx-rate',
  'conversion',
  'attribution',
  'statement',
  'month-events',
  'entry',
  'qualification',
  'routing-policy',
  'approval',
  'payout',
  'run-seal',
  'clearance',
  'ledger-posting',
  'submission',
  'settlement',
  'chain-head',
] as const;
export type Kind = (typeof kinds)[number];

const chain = z.strictObject({ sequence: z.int().positive(), previousHash: hex, recordedAt: z.iso.datetime(), hash: hex });
// Looser than today's envelope: evidence of another year must verify too. The data are held against the catalogue.
const envelope = z.looseObject({
  id: z.string(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.looseObject({}),
});
const archivedEvent = z.strictObject({ chain, event: envelope });

export const headerBody = z.strictObject({
  format: z.literal(formatName),
  formatVersion: z.literal(formatVersion),
  payoutId: z.string(),
  engineVersions: z.array(z.string()),
  madeAt: z.iso.datetime(),
});
/** Which event decided on the partner of a conversion, and how. */
export const attributionBody = z.strictObject({
  conversionId: z.string(),
  eventId: z.string(),
  partnerId: z.string().nullable(),
  unattributedReason: z.string().nullable(),
  attribution: z.unknown(),
});
/** The events, by id, whose sums an entry rests on that was rated by the month. */
export const monthEventsBody = z.strictObject({ entryId: z.string(), events: z.array(z.string()) });
/** Why an entry has its amount. Stands here instead of in the entry's event, which is put together again to be hashed. */
export const qualificationBody = z.strictObject({ entryId: z.string(), explanation: z.unknown() });
/** The end of the chain when the bundle was made; every event of the bundle stands before it. */
export const chainHeadBody = z.strictObject({ sequence: z.int().positive(), hash: hex, at: z.iso.datetime() });

/** The shape of each kind's body; the data of events are held against the catalogue besides. */
export const bodies: Record<Kind, z.ZodType> = {
  header: headerBody,
  attribution: attributionBody,
  'month-events': monthEventsBody,
  qualification: qualificationBody,
  'chain-head': chainHeadBody,
  ...(Object.fromEntries(Object.keys(eventKinds).map((kind) => [kind, archivedEvent])) as unknown as Record<EventKind, z.ZodType>),
};

/** One record: its line in the bundle is `{ body, hash, kind, number }` in canonical JSON, with `hash` = SHA-256 of canonical `{ body, kind }`. */
export interface EvidenceRecord {
  kind: Kind;
  body: unknown;
}

export const recordLine = z.strictObject({ kind: z.enum(kinds), number: z.int().nonnegative(), hash: hex, body: z.unknown() });
export type RecordLine = z.infer<typeof recordLine>;

/** The last line. The signature is over the canonical JSON of `body`. */
export const signatureLine = z.strictObject({
  kind: z.literal('signature'),
  body: z.strictObject({
    algorithm: z.literal('Ed25519'),
    keyId: z.string(),
    publicKey: z.string(),
    records: z.int().positive(),
    root: hex,
    signedAt: z.iso.datetime(),
  }),
  signature: z.string(),
});
export type SignatureLine = z.infer<typeof signatureLine>;

/** What is signed: a text that cannot be mistaken for anything else signed with the same key. */
export const signedText = (canonicalBody: string): string => `${formatName}/${formatVersion}\n${canonicalBody}`;
