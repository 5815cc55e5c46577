import type { Envelope } from '@tributary/contracts';
import type { ArchivedEvent, ChainPosition } from '@tributary/evidence';
import type { Tx } from '@tributary/messaging';
import type { Scope } from '@tributary/service-kit';

/** One line of the archive, as stored. `event` is the canonical JSON that was hashed. */
export interface AuditRecord extends ChainPosition {
  eventId: string;
  type: string;
  subject: string;
  /** What else it is found by. */
  about: string | null;
  brandId: string | null;
  partnerId: string | null;
  event: string;
}

/** The end of the chain. */
export interface Head {
  sequence: number;
  hash: string;
  recordedAt: Date | null;
}

export interface RecordFilter {
  type?: string | undefined;
  subject?: string | undefined;
  partnerId?: string | undefined;
  brandId?: string | undefined;
}

/** What a replay sends: some types, from one place of the archive to another. */
export interface Stretch {
  types: readonly string[];
  afterSequence: number;
  untilSequence: number;
}

/** Where and when conversions occurred: of some kinds, `to` exclusive. */
export interface PlaceOfEvents {
  brandId: string;
  partnerId: string;
  kinds: readonly string[];
  from: string;
  to: string;
}

export interface ArchiveStore {
  /** Notes that these events are archived in this transaction; returns those that were not before. */
  takeUp(tx: Tx, eventIds: readonly string[]): Promise<Set<string>>;
  /** Locks the end of the chain until the transaction ends: whoever appends comes after. */
  lockHead(tx: Tx): Promise<Head>;
  /** Records that follow the locked end, in their order: they are the new end. */
  append(tx: Tx, records: readonly AuditRecord[]): Promise<void>;
  head(): Promise<Head>;
  /** Records in order of the chain, of all brands. */
  chunk(afterSequence: number, untilSequence: number, limit: number): Promise<AuditRecord[]>;
  /** The number of the last record there is, whatever the head says. */
  lastSequence(): Promise<number>;
  /** The events whose subject is one of these, or that are about one of them. */
  byIds(scope: Scope, ids: readonly string[]): Promise<ArchivedEvent[]>;
  /** Conversions that were a partner's at any time, earliest first, by id. Reads what the archive has of the partner: not for every request. */
  conversionsAt(place: PlaceOfEvents, limit: number): Promise<string[]>;
  /** The rates of exchange recorded for these days. */
  ratesOf(days: readonly string[]): Promise<ArchivedEvent[]>;
  byEventIds(eventIds: readonly string[]): Promise<Set<string>>;
  list(scope: Scope, filter: RecordFilter, limit: number, before?: number): Promise<AuditRecord[]>;
  /** The last record before an instant, and how many records of the types come after it. */
  stretchFrom(from: Date, types: readonly string[]): Promise<Stretch & { count: number }>;
  events(stretch: Stretch, limit: number): Promise<{ sequence: number; event: Envelope }[]>;
  makePartitions(): Promise<void>;
}
