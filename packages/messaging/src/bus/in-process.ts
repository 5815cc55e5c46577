import { consumersOf, servicesOf } from '../catalogue.js';
import { describe, PublishFailed } from '../errors.js';
import { Turnstile } from '../pacing.js';
import type { Bus, Envelope, Lane, MessageCatalogue, RawEvent, Receive } from '../ports.js';

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

/**
 * The bus of a single process. Publishing calls the inbox of every bound service; it is confirmed when each has committed the events or
 * stored them as pending, so the outbox alone makes delivery durable. A busy or slow consumer gets its events stored and holds up nobody.
 */
export function inProcessBus(options: InProcessOptions = {}): Bus {
  const { patienceMs = 1000, slowForMs = 2000 } = options;
  const attached = new Map<string, Attached>();
  const listeners = new Set<() => void>();
  const startedAt = Date.now();
  let catalogue: MessageCatalogue = new Map();
  let closed = false;

  const members = (): readonly string[] => options.services ?? servicesOf(catalogue);
  const ring = (): void => {
    for (const listener of listeners) listener();
  };

  const deliver = async (service: string, lane: Lane, events: readonly Envelope[], storeOnly: boolean): Promise<void> => {
    const consumer = attached.get(service);
    if (consumer === undefined || consumer.stopped) throw new Error(`${service} is not attached`);
    // A consumer gets objects of its own, as over a wire: what one changes no other sees.
    const raws: RawEvent[] = events.map((event) => ({ content: JSON.parse(JSON.stringify(event)) as unknown }));
    const state = consumer.lanes[lane];
    const work = (async () => {
      const slow = Date.now() < state.slowUntil;
      if (storeOnly || slow || !(await state.turn.take(patienceMs))) return consumer.receive(lane, raws, { storeOnly: true });
      const began = Date.now();
      try {
        await consumer.receive(lane, raws, { deadlineMs: patienceMs });
      } finally {
        state.turn.give();
        if (Date.now() - began >= patienceMs) state.slowUntil = Date.now() + slowForMs;
      }
    })();
    consumer.inFlight.add(work);
    try {
      await work;
    } finally {
      consumer.inFlight.delete(work);
    }
  };

  const deliverAll = async (
    groups: { service: string; lane: Lane; events: Envelope[]; storeOnly: boolean }[],
    all: readonly Envelope[],
  ) => {
    const failed = new Set<string>();
    const reasons: string[] = [];
    const outcomes = await Promise.allSettled(groups.map((group) => deliver(group.service, group.lane, group.events, group.storeOnly)));
    outcomes.forEach((outcome, index) => {
      if (outcome.status === 'fulfilled') return;
      const group = groups[index];
      reasons.push(`${group?.service}: ${describe(outcome.reason)}`);
      for (const event of group?.events ?? []) failed.add(event.id);
    });
    if (failed.size === 0) return;
    const confirmed = new Set(all.map((event) => event.id).filter((id) => !failed.has(id)));
    throw new PublishFailed([...new Set(reasons)].join('; '), confirmed);
  };

  const groupsOf = (events: readonly Envelope[]) => {
    const groups = new Map<string, { service: string; lane: Lane; events: Envelope[]; storeOnly: boolean }>();
    const unknown = events.filter((event) => !catalogue.has(event.type));
    if (unknown.length > 0) throw new PublishFailed(`no binding for ${unknown[0]?.type}`);
    for (const event of events) {
      const definition = catalogue.get(event.type);
      if (definition === undefined) continue;
      // What was written before this process began may be what ended the one before it: it is stored first, and its tries are counted.
      const storeOnly = Number.parseInt(event.id.slice(0, 8) + event.id.slice(9, 13), 16) < startedAt;
      for (const service of consumersOf(definition)) {
        if (!members().includes(service)) continue;
        const key = `${service} ${definition.lane} ${storeOnly}`;
        const group = groups.get(key) ?? { service, lane: definition.lane, events: [], storeOnly };
        group.events.push(event);
        groups.set(key, group);
      }
    }
    return [...groups.values()];
  };

  return {
    features: { broker: false, durableBindings: false },
    async declare(wanted) {
      catalogue = new Map([...catalogue, ...wanted]);
    },
    async publish(events) {
      if (closed) throw new PublishFailed('the bus is closed', new Set(), true);
      await deliverAll(groupsOf(events), events);
    },
    async sendTo(service, lane, events) {
      if (closed) throw new PublishFailed('the bus is closed', new Set(), true);
      await deliverAll([{ service, lane, events: [...events], storeOnly: false }], events);
    },
    async consume(service, receive) {
      const lane = (): LaneState => ({ turn: new Turnstile(), slowUntil: 0 });
      const consumer: Attached = { receive, stopped: false, inFlight: new Set(), lanes: { facts: lane(), control: lane() } };
      attached.set(service, consumer);
      ring();
      return {
        async stop() {
          consumer.stopped = true;
          if (attached.get(service) === consumer) attached.delete(service);
          await Promise.allSettled([...consumer.inFlight]);
        },
      };
    },
    backlog: async () => 0,
    state: () => (closed ? 'down' : 'up'),
    onUp(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
    },
  };
}
