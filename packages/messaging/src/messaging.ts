import { randomInt } from 'node:crypto';
import { consumersOf, lanes } from './catalogue.js';
import { describe } from './errors.js';
import { createJudge } from './inbox/judge.js';
import { createParked } from './inbox/parked.js';
import { createReceive } from './inbox/receive.js';
import { type Retries, startRetries } from './inbox/retry.js';
import { defaultSettings, type MessagingOptions, type MessagingSettings } from './messaging-options.js';
import { readHealth, readNumbers, recordNumbers } from './numbers.js';
import { createOutbox } from './outbox/append.js';
import { startNotifications } from './outbox/notifications.js';
import { type Relay, startRelay } from './outbox/relay.js';
import type { Consumption, Envelope, Messaging, Receive } from './ports.js';
import { createLedgerOfSent } from './reconcile/ledger-of-sent.js';
import { createReconciler } from './reconcile/reconciler.js';
import { type Duty, maintain, startDuties } from './upkeep.js';

/** What runs between `start` and `stop`. */
interface Running {
  relay: Relay;
  retries: Retries;
  consumption: Consumption;
  notifications: ReturnType<typeof startNotifications> | undefined;
  duties: { stop(): Promise<void> };
}

/**
 * Outbox, inbox, retry, parking and reconciliation of one service over one bus. Nothing runs before `start`; `outbox.append` works at
 * any time. Needs up to six connections of the pool at once, one more to listen when the bus has a broker.
 */
export function createMessaging(options: MessagingOptions): Messaging {
  const { service, catalogue, pool, bus, subscriptions, log } = options;
  const settings: MessagingSettings = { ...defaultSettings, ...options.settings };
  const judge = createJudge(service, catalogue, subscriptions);
  const reconciler = createReconciler({ service, catalogue, pool, bus, settings, log });
  const shard = randomInt(1, 2 ** 26);
  let running: Running | undefined;
  let handling = 0;

  const wake = (): void => {
    running?.relay.wake();
    running?.notifications?.notify();
  };
  const ownMessages = oneAfterAnother((events) => reconciler.handle(events));
  const receiveInner = createReceive({
    service,
    pool,
    judge,
    knownTypes: [...catalogue.keys()],
    settings,
    log,
    shard,
    committed: wake,
    dueIn: (lane, delayMs) => running?.retries.dueIn(lane, delayMs),
    own: async (events) => ownMessages.push(events),
  });
  const receive: Receive = async (lane, raws, delivery) => {
    handling += 1;
    try {
      await receiveInner(lane, raws, delivery);
    } finally {
      handling -= 1;
    }
  };

  const quiet = async (): Promise<boolean> => {
    if (handling > 0) return false;
    for (const lane of lanes) if (((await bus.backlog(service, lane)) ?? 0) > 0) return false;
    const { waiting, pending } = await readNumbers(pool);
    return waiting === 0 && pending === 0 && handling === 0;
  };

  const duties = (): Duty[] => [
    { name: 'backlog', everyMs: Math.min(1000, settings.reconcileEveryMs / 4), everywhere: true, work: () => reconciler.sampleBacklog() },
    { name: 'tell', everyMs: settings.reconcileEveryMs, work: () => reconciler.tell() },
    { name: 'chase', everyMs: 6 * settings.reconcileEveryMs, work: () => reconciler.chase() },
    { name: 'maintain', everyMs: settings.maintenanceEveryMs, work: () => maintain(pool, settings) },
    { name: 'numbers', everyMs: 5000, everywhere: true, work: () => recordNumbers(pool, service) },
  ];

  return {
    outbox: createOutbox(service, catalogue) as Messaging['outbox'],
    parked: createParked(pool, () => lanes.forEach((lane) => running?.retries.dueIn(lane, 0))),
    receive,
    wake,
    quiet,
    health: () => readHealth(pool, bus),

    async start() {
      if (running !== undefined) return;
      await bus.declare(catalogue);
      const produced = [...catalogue.values()].filter((definition) => definition.producer === service);
      await createLedgerOfSent(pool).writeBindings(
        produced.flatMap((definition) => consumersOf(definition).map((consumer) => ({ type: definition.type, consumer }))),
      );
      await pool.query(reviveKnown, [[...catalogue.keys()].filter((type) => judge.consumerOf(type) !== undefined)]);
      const retries = startRetries({ service, pool, judge, settings, log, committed: wake });
      const relay = startRelay({ service, pool, bus, settings, log, shard });
      // Only where other instances can be: a single process wakes its relay itself.
      const notifications = bus.features.broker ? startNotifications(pool, () => relay.wake(), log) : undefined;
      const consumption = await bus.consume(service, receive);
      running = { relay, retries, consumption, notifications, duties: startDuties(pool, duties(), log) };
    },

    async stop() {
      const was = running;
      if (was === undefined) return;
      await was.consumption.stop();
      await was.duties.stop();
      await ownMessages.idle();
      await was.retries.stop();
      // The relay last, so that what the last handlers appended goes out too; what does not go now goes at the next start.
      await was.relay.stop();
      running = undefined;
      await was.notifications?.stop();
    },

    async drained(timeoutMs = 20_000) {
      const until = Date.now() + timeoutMs;
      while (!(await quiet())) {
        if (Date.now() > until)
          throw new Error(`${service} is not drained: ${JSON.stringify(await readNumbers(pool))}, handling ${handling}`);
        wake();
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    },

    async reconcile() {
      await reconciler.sampleBacklog();
      await reconciler.tell();
      await reconciler.chase();
      await ownMessages.idle();
      return reconciler.report();
    },
  };

  function oneAfterAnother(work: (events: readonly Envelope[]) => Promise<void>) {
    let tail: Promise<void> = Promise.resolve();
    let queued = 0;
    return {
      // They are repeated every few seconds: when they pile up, the newest may be let go.
      push(events: Envelope[]): void {
        if (queued > 200) return;
        queued += 1;
        tail = tail
          .then(() => work(events))
          .catch((error: unknown) => log.warn({ error: describe(error) }, 'reconciliation failed'))
          .finally(() => {
            queued -= 1;
          });
      },
      idle: (): Promise<void> => tail,
    };
  }
}

/** What was parked because this service did not know it yet is tried again once it does. */
const reviveKnown = /* sql */ `
UPDATE messaging.inbox SET status = 'pending', attempts = 0, next_attempt_at = clock_timestamp()
WHERE status = 'parked' AND type = ANY ($1::text[]) AND (error LIKE 'unknown-type:%' OR error LIKE 'not-handled:%'
  OR error LIKE 'permanent: PermanentError: unknown-type:%' OR error LIKE 'permanent: PermanentError: not-handled:%')`;
