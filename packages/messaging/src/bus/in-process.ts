import { consumersOf, servicesOf } from '../catalogue.js';
import { timeOfId } from '../envelope.js';
import { describe, PublishFailed } from '../errors.js';
import { textOf } from '../outbox/text.js';
import { Turnstile } from '../pacing.js';
import type { Bus, BusState, Consumption, Envelope, Lane, MessageCatalogue, RawEvent, Receive } from '../ports.js';

export interface InProcessOptions {
  /**
   * The services that live in this process. Events wait in the outbox until all of those that they are bound to are attached.
   * Default: every service of the catalogue. A test of one service names that one: what is bound elsewhere is then nobody's.
   */
  services?: readonly string[];
  /** How long a publisher waits for a consumer before the consumer's events are stored as pending (1 s). */
  patienceMs?: number;
  /** After a consumer was too slow its events are stored without trying for this long (2 s). */
  slowForMs?: number;
}

interface LaneState {
  turn: Turnstile;
  slowUntil: number;
}
interface Attached {
  receive: Receive;
  stopped: boolean;
  inFlight: Set<Promise<unknown>>;
  lanes: Record<Lane, LaneState>;
}

interface Group {
  service: string;
  lane: Lane;
  events: Envelope[];
  storeOnly: boolean;
}

/**
 * The bus of a single process. Publishing calls the inbox of every bound service; it is confirmed when each has committed the events or
 * stored them as pending, so the outbox alone makes delivery durable. A busy or slow consumer gets its events stored and holds up nobody.
 */
export function inProcessBus(options: InProcessOptions = {}): Bus {
  return new InProcessBus(options);
}

class InProcessBus implements Bus {
  readonly features = { broker: false, durableBindings: false };
  private readonly attached = new Map<string, Attached>();
  private readonly listeners = new Set<() => void>();
  private readonly startedAt = Date.now();
  private catalogue: MessageCatalogue = new Map();
  private closed = false;

  constructor(private readonly options: InProcessOptions) {}

  async declare(catalogue: MessageCatalogue): Promise<void> {
    this.catalogue = new Map([...this.catalogue, ...catalogue]);
  }

  async publish(events: readonly Envelope[]): Promise<void> {
    await this.deliverAll(this.groupsOf(events), events);
  }

  async sendTo(service: string, lane: Lane, events: readonly Envelope[]): Promise<void> {
    await this.deliverAll([{ service, lane, events: [...events], storeOnly: false }], events);
  }

  async consume(service: string, receive: Receive): Promise<Consumption> {
    const lane = (): LaneState => ({ turn: new Turnstile(), slowUntil: 0 });
    const consumer: Attached = { receive, stopped: false, inFlight: new Set(), lanes: { facts: lane(), control: lane() } };
    this.attached.set(service, consumer);
    for (const listener of this.listeners) listener();
    return {
      stop: async () => {
        consumer.stopped = true;
        if (this.attached.get(service) === consumer) this.attached.delete(service);
        await Promise.allSettled([...consumer.inFlight]);
      },
    };
  }

  async backlog(): Promise<number> {
    return 0;
  }

  state(): BusState {
    return this.closed ? 'down' : 'up';
  }

  onUp(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Who gets what. */
  private groupsOf(events: readonly Envelope[]): Group[] {
    const members = this.options.services ?? servicesOf(this.catalogue);
    const groups = new Map<string, Group>();
    for (const event of events) {
      const definition = this.catalogue.get(event.type);
      if (definition === undefined) throw new PublishFailed(`no binding for ${event.type}`);
      const { lane } = definition;
      // What was written before this process began may be what ended the one before it: it is stored first, and its tries are counted.
      const storeOnly = timeOfId(event.id).getTime() < this.startedAt;
      for (const service of consumersOf(definition).filter((name) => members.includes(name))) {
        const key = `${service} ${lane} ${storeOnly}`;
        const group = groups.get(key) ?? { service, lane, events: [], storeOnly };
        group.events.push(event);
        groups.set(key, group);
      }
    }
    return [...groups.values()];
  }

  private async deliverAll(groups: readonly Group[], all: readonly Envelope[]): Promise<void> {
    if (this.closed) throw new PublishFailed('the bus is closed', new Set(), true);
    const failed = new Set<string>();
    const reasons = new Set<string>();
    const deliveries = groups.map((group) =>
      this.deliver(group).catch((error: unknown) => {
        reasons.add(`${group.service}: ${describe(error)}`);
        for (const event of group.events) failed.add(event.id);
      }),
    );
    await Promise.all(deliveries);
    if (failed.size === 0) return;
    const confirmed = new Set(all.map((event) => event.id).filter((id) => !failed.has(id)));
    throw new PublishFailed([...reasons].join('; '), confirmed);
  }

  private async deliver(group: Group): Promise<void> {
    const consumer = this.attached.get(group.service);
    if (consumer === undefined || consumer.stopped) throw new Error(`${group.service} is not attached`);
    const work = this.handOver(consumer, group);
    consumer.inFlight.add(work);
    try {
      await work;
    } finally {
      consumer.inFlight.delete(work);
    }
  }

  private async handOver(consumer: Attached, { lane, events, storeOnly }: Group): Promise<void> {
    const { patienceMs = 1000, slowForMs = 2000 } = this.options;
    // A consumer gets objects of its own, as over a wire: what one changes no other sees.
    const raws: RawEvent[] = events.map((event) => ({ content: JSON.parse(textOf(event)) as unknown }));
    const state = consumer.lanes[lane];
    const slow = Date.now() < state.slowUntil;
    if (storeOnly || slow || !(await state.turn.take(patienceMs))) return consumer.receive(lane, raws, { storeOnly: true });
    const began = Date.now();
    try {
      await consumer.receive(lane, raws, { deadlineMs: patienceMs });
    } finally {
      state.turn.give();
      if (Date.now() - began >= patienceMs) state.slowUntil = Date.now() + slowForMs;
    }
  }
}
