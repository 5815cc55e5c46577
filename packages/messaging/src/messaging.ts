import { randomInt } from 'node:crypto';
import { consumersOf, lanes } from './catalogue.js';
import { createJudge, type Judge } from './inbox/judge.js';
import { createParked } from './inbox/parked.js';
import { createReceive } from './inbox/receive.js';
import { type Retries, startRetries } from './inbox/retry.js';
import { defaultSettings, type MessagingOptions, type MessagingSettings } from './messaging-options.js';
import { readHealth, readNumbers, recordNumbers } from './numbers.js';
import { createOutbox } from './outbox/append.js';
import { startNotifications } from './outbox/notifications.js';
import { RecentEvents } from './outbox/recent.js';
import { type Relay, startRelay } from './outbox/relay.js';
import type {
  Consumption,
  Delivery,
  Envelope,
  Lane,
  Messaging,
  MessagingHealth,
  Outbox,
  Parked,
  RawEvent,
  Receive,
  ReconcileReport,
} from './ports.js';
import { createLedgerOfSent } from './reconcile/ledger-of-sent.js';
import { Reconciler } from './reconcile/reconciler.js';
import { SerialQueue } from './serial-queue.js';
import { announceCounters } from './telemetry.js';
import { type Duty, maintain, startDuties } from './upkeep.js';

/**
 * Outbox, inbox, retry, parking and reconciliation of one service over one bus. Nothing runs before `start`; `outbox.append` works at
 * any time. Needs up to six connections of the pool at once, one more to listen when the bus has a broker.
 */
export function createMessaging(options: MessagingOptions): Messaging {
  return new ServiceMessaging(options);
}

/** What runs between `start` and `stop`. */
interface Running {
  relay: Relay;
  retries: Retries;
  consumption: Consumption;
  notifications: ReturnType<typeof startNotifications> | undefined;
  duties: { stop(): Promise<void> };
}

class ServiceMessaging implements Messaging {
  readonly outbox: Outbox;
  readonly parked: Parked;
  private readonly settings: MessagingSettings;
  private readonly judge: Judge;
  private readonly reconciler: Reconciler;
  /** Reconciliation is worked on beside the lanes: it must never hold up events. */
  private readonly ownMessages: SerialQueue<readonly Envelope[]>;
  private readonly take: Receive;
  private readonly recent = new RecentEvents();
  private readonly shard = randomInt(1, 2 ** 26);
  private running: Running | undefined;
  private handling = 0;

  constructor(private readonly options: MessagingOptions) {
    const { service, catalogue, pool, bus, subscriptions, log } = options;
    const settings = { ...defaultSettings, ...options.settings };
    this.settings = settings;
    this.judge = createJudge(service, catalogue, subscriptions);
    this.outbox = createOutbox(service, catalogue, this.recent) as Outbox;
    this.parked = createParked(pool, () => {
      for (const lane of lanes) this.running?.retries.dueIn(lane, 0);
    });
    this.reconciler = new Reconciler({ service, catalogue, pool, bus, settings, log });
    this.ownMessages = new SerialQueue((events) => this.reconciler.handle(events), 200);
    this.take = createReceive({
      service,
      pool,
      judge: this.judge,
      knownTypes: new Set(catalogue.keys()),
      settings,
      log,
      shard: this.shard,
      committed: () => this.wake(),
      dueIn: (lane, delayMs) => this.running?.retries.dueIn(lane, delayMs),
      own: async (events) => this.ownMessages.push(events),
    });
  }

  readonly receive = async (lane: Lane, events: RawEvent[], delivery?: Delivery): Promise<void> => {
    this.handling += 1;
    try {
      await this.take(lane, events, delivery);
    } finally {
      this.handling -= 1;
    }
  };

  wake(): void {
    this.running?.relay.wake();
    this.running?.notifications?.notify();
  }

  async start(): Promise<void> {
    if (this.running !== undefined) return;
    const { service, catalogue, pool, bus, log } = this.options;
    const { judge, settings, shard } = this;
    announceCounters(service);
    await bus.declare(catalogue);
    const produced = [...catalogue.values()].filter((definition) => definition.producer === service);
    const bindings = produced.flatMap(({ type, ...definition }) =>
      consumersOf({ type, ...definition }).map((consumer) => ({ type, consumer })),
    );
    await createLedgerOfSent(pool).writeBindings(bindings);
    await pool.query(reviveKnown, [[...catalogue.keys()].filter((type) => judge.consumerOf(type) !== undefined)]);
    const retries = startRetries({ service, pool, judge, settings, log, committed: () => this.wake() });
    const relay = startRelay({ service, pool, bus, settings, log, shard, recent: this.recent });
    // Only where other instances can be: a single process wakes its relay itself.
    const notifications = bus.features.broker ? startNotifications(pool, () => relay.wake(), log) : undefined;
    const consumption = await bus.consume(service, this.receive);
    this.running = { relay, retries, consumption, notifications, duties: startDuties(pool, this.duties(), log) };
  }

  async stop(): Promise<void> {
    const was = this.running;
    if (was === undefined) return;
    await was.consumption.stop();
    await was.duties.stop();
    await this.ownMessages.idle();
    await was.retries.stop();
    // The relay last, so that what the last handlers appended goes out too; what does not go now goes at the next start.
    await was.relay.stop();
    this.running = undefined;
    await was.notifications?.stop();
  }

  async quiet(): Promise<boolean> {
    const { bus, service, pool } = this.options;
    if (this.handling > 0) return false;
    for (const lane of lanes) if (((await bus.backlog(service, lane)) ?? 0) > 0) return false;
    const { waiting, pending } = await readNumbers(pool);
    return waiting === 0 && pending === 0 && this.handling === 0;
  }

  async drained(timeoutMs = 20_000): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!(await this.quiet())) {
      if (Date.now() > until) {
        const numbers = JSON.stringify({ ...(await readNumbers(this.options.pool)), handling: this.handling });
        throw new Error(`${this.options.service} is not drained after ${timeoutMs} ms: ${numbers}`);
      }
      this.wake();
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  async reconcile(): Promise<ReconcileReport> {
    await this.reconciler.sampleBacklog();
    await this.reconciler.tell();
    await this.reconciler.chase();
    await this.ownMessages.idle();
    return this.reconciler.report();
  }

  health(): Promise<MessagingHealth> {
    return readHealth(this.options.pool, this.options.bus);
  }

  private duties(): Duty[] {
    const { reconciler, settings } = this;
    const { pool, service } = this.options;
    const sampleMs = Math.min(1000, settings.reconcileEveryMs / 4);
    return [
      { name: 'backlog', everyMs: sampleMs, everywhere: true, work: () => reconciler.sampleBacklog() },
      { name: 'tell', everyMs: settings.reconcileEveryMs, work: () => reconciler.tell() },
      { name: 'chase', everyMs: 6 * settings.reconcileEveryMs, work: () => reconciler.chase() },
      { name: 'maintain', everyMs: settings.maintenanceEveryMs, work: () => maintain(pool, settings) },
      { name: 'numbers', everyMs: 5000, everywhere: true, work: () => recordNumbers(pool, service) },
    ];
  }
}

/** What was parked because this service did not know it yet is tried again once it does. */
const reviveKnown = /* sql */ `
UPDATE messaging.inbox SET status = 'pending', attempts = 0, unsettled = 0, next_attempt_at = clock_timestamp()
WHERE status = 'parked' AND type = ANY ($1::text[]) AND (error LIKE 'unknown-type:%' OR error LIKE 'not-handled:%'
  OR error LIKE 'permanent: PermanentError: unknown-type:%' OR error LIKE 'permanent: PermanentError: not-handled:%')`;
