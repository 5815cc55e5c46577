import type { ActorKind, DataOf, Envelope, EventOf, EventType, Lane } from '@tributary/contracts';

export type { ActorKind, Envelope, EventOf, EventType, Lane };

/** A transaction that is open: everything written through it commits together or not at all. */
export interface Tx {
  query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number }>;
}

/** Who and what a new event goes back to. The trace context is taken from the active OpenTelemetry span. */
export interface EventContext {
  /** The conversion or request that began it all. */
  correlationId: string;
  /** Id of the event that caused this one. */
  causationId?: string;
  actorId: string;
  actorKind: ActorKind;
}

interface NewEventOf<Type extends string, Data> {
  type: Type;
  /** Id of the thing that the event is about. */
  subject: string;
  data: Data;
  /** Snapshots only: counts up per subject, the highest wins. */
  sequence?: number;
  partnerId?: string;
  brandId?: string;
  /** When it happened by the business clock; the wall clock when left out. */
  time?: Date;
  /** A stored trace context to continue, instead of the active span's. */
  traceparent?: string;
  /** Who and what this one event goes back to, instead of the context of the whole append: a batch has many causes. */
  context?: EventContext;
}

/** An event still to be written: type and data belong together by the catalogue. */
export type NewEvent<T extends EventType = EventType> = { [K in T]: NewEventOf<K, DataOf<K>> }[T];
/** The same without the catalogue's types, for code that is generic over catalogues. */
export type LooseNewEvent = NewEventOf<string, unknown>;

export interface Outbox<E = NewEvent> {
  /**
   * Writes the events in the caller's transaction and returns their envelopes, older versions (`alsoPublish`) included.
   * Throws `EventRefused` when data break the catalogue's schema, the type is another service's, or an event exceeds 256 KiB.
   */
  append(tx: Tx, context: EventContext, events: readonly E[]): Promise<Envelope[]>;
}

/** Handles the events of one type, in one transaction per batch: set-based, without I/O outside `tx`, order never relied upon. */
export type Consumer<E extends Envelope = Envelope> = (tx: Tx, events: readonly E[]) => Promise<void>;
/** Event type to consumer. `'*'` takes every type of the catalogue that has no consumer of its own (the archive), several at once. */
export type Subscriptions = { [T in EventType]?: Consumer<EventOf<T>> } & { '*'?: Consumer };

/** What messaging needs of a catalogue's entry; `EventDefinition` of contracts fits. */
export interface MessageDefinition {
  type: string;
  lane: Lane;
  /** Order inside one batch: low first. */
  rank: number;
  producer: string;
  consumers: readonly string[];
  schema: DataSchema;
  /** While the old version has consumers it is written too, made from the new one. */
  alsoPublish?: { type: string; downcast: (data: never) => unknown } | undefined;
}
export type MessageCatalogue = ReadonlyMap<string, MessageDefinition>;
/** The part of a zod schema in use here. */
export interface DataSchema {
  safeParse(data: unknown): { success: true; data: unknown } | { success: false; error: { message: string } };
}

/** One event as a bus hands it over: parsed JSON not yet believed, or the reason why it is none. */
export interface RawEvent {
  content: unknown;
  /** Set when the message was no JSON; `content` is then its text. */
  malformed?: string;
  /** Set when the broker gave up on it (too many deliveries without an answer): it is parked without being tried. */
  deadLettered?: string;
}

export type BusState = 'up' | 'blocked' | 'down';
/** Returns when every event is committed or stored; throws when nothing was, and then the bus must deliver again. */
export type Receive = (lane: Lane, events: RawEvent[], delivery?: Delivery) => Promise<void>;
export interface Delivery {
  /** Store the events as pending without handling them now: the consumer is busy. */
  storeOnly?: boolean;
  /** It was delivered before and never answered, as if its consumer had died of it: it is tried alone, and few times. */
  suspect?: boolean;
  /** When handling takes longer it is rolled back and the events are stored as pending. */
  deadlineMs?: number;
}
export interface Consumption {
  /** Takes no more, finishes what is in flight, then returns. */
  stop(): Promise<void>;
}
/** What an adapter can and cannot do; the conformance suite reads it. */
export interface BusFeatures {
  /** There is a broker process with a life of its own, which can die, block and forget. */
  broker: boolean;
  /** Bindings are state outside of this process that somebody may remove. */
  durableBindings: boolean;
}

export interface Bus {
  readonly features: BusFeatures;
  /** Makes queues and bindings for every service of the catalogue. Repeated by the adapter at each (re)connect; may be called again to heal. */
  declare(catalogue: MessageCatalogue): Promise<void>;
  /** Resolves when each event is confirmed and routed. Otherwise throws `PublishFailed`, which names the ones that are. */
  publish(events: readonly Envelope[]): Promise<void>;
  /** Puts events straight into one service's queue, past all bindings (reconciliation, replay). Same promise as `publish`. */
  sendTo(service: string, lane: Lane, events: readonly Envelope[]): Promise<void>;
  consume(service: string, receive: Receive): Promise<Consumption>;
  /** Messages waiting in a service's queue (not those being handled), or undefined when it cannot be told. */
  backlog(service: string, lane: Lane): Promise<number | undefined>;
  state(): BusState;
  /** Called when the bus becomes usable again, so that relays need not wait for their poll. Returns the unsubscriber. */
  onUp(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export type ParkedStatus = 'parked' | 'pending' | 'discarded';
export interface ParkedEvent {
  id: string;
  type: string | null;
  source: string | null;
  lane: Lane;
  status: ParkedStatus;
  /** Why it stands here, readable; kebab-case reason first (`unknown-type: ...`). */
  error: string | null;
  attempts: number;
  receivedAt: Date;
  nextAttemptAt: Date | null;
}
export interface ParkedDetail extends ParkedEvent {
  /** The event as received: JSON text, or whatever came when it was malformed. */
  envelope: string;
  /** Who replayed or discarded it, when and why; oldest first. */
  history: { at: Date; action: 'replay' | 'discard'; actor: string; reason: string | null }[];
}
export interface Parked {
  list(options?: { status?: ParkedStatus; type?: string; after?: string; limit?: number }): Promise<ParkedEvent[]>;
  show(id: string): Promise<ParkedDetail | undefined>;
  /** Makes it pending and due at once. False when there is no such parked or discarded event. */
  replay(id: string, actor: string): Promise<boolean>;
  replayAll(actor: string, filter?: { type?: string }): Promise<number>;
  /** Ends it without effect; kept, and can be replayed later. */
  discard(id: string, actor: string, reason: string): Promise<boolean>;
}

export interface MessagingHealth {
  bus: BusState;
  database: 'up' | 'down';
  /** Unpublished rows and the age of the oldest, as of the last look (at most some seconds old). */
  outbox: { waiting: number; oldestAgeMs: number };
  inbox: { pending: number; parked: number };
}
export interface ReconcileReport {
  /** Consumers that were told our wish to compare, mismatching buckets found, events sent again. */
  compared: number;
  mismatches: number;
  resent: number;
}

export interface Messaging<E = NewEvent> {
  readonly outbox: Outbox<E>;
  readonly parked: Parked;
  /** Declares the topology, then relays, consumes, retries and reconciles until `stop`. */
  start(): Promise<void>;
  /** Stops taking, finishes what is in flight, leaves the rest to the tables. */
  stop(): Promise<void>;
  /** For tests: resolves when the outbox is published, nothing is pending and nothing is being handled. */
  drained(timeoutMs?: number): Promise<void>;
  /** Call after a commit that appended events: the relay looks at once. (Without it the poll finds them within a second.) */
  wake(): void;
  /** Tells all producers now what has been received, and returns what has been found and healed since the start. */
  reconcile(): Promise<ReconcileReport>;
  /** The inbox's door: what the bus calls, and what a replay from the archive may call. */
  receive: Receive;
  health(): Promise<MessagingHealth>;
  /** Whether nothing is unpublished and nothing pending. */
  quiet(): Promise<boolean>;
}
