import type { Logger } from '../../ports.js';

export interface RabbitOptions {
  /** `amqp://user:password@host:port/vhost` */
  url: string;
  /** Put before every exchange's and queue's name, so that tests and sandboxes can share a broker. */
  prefix?: string;
  /** Shown in the broker's list of connections. */
  name?: string;
  log?: Logger;
  /** Events of one type in one message at most (100); 1 sends each event alone. */
  messageBatch?: number;
  /** Unanswered messages per consumer (50, of up to `messageBatch` events: what is in hand when a process dies is tried again with care), and events handled in one transaction at most (500). */
  prefetch?: number;
  handleBatch?: number;
  /** Longest wait for the broker's confirm (10 s). */
  confirmTimeoutMs?: number;
  /** Seconds between heartbeats (5): a frozen peer is noticed after about three. */
  heartbeatSeconds?: number;
  /** Deliveries without an answer after which a message is dead-lettered and parked (20). Part of the queues: all must agree. */
  deliveryLimit?: number;
  /** How long an unreachable database is waited for with messages in hand, before they go back to the queue (20 s). */
  patienceMs?: number;
  /** How long a queue may refuse to be consumed before it is taken for lost and declared anew (15 s). */
  rebuildAfterMs?: number;
}

export type RabbitSettings = Required<RabbitOptions>;

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function settingsOf(options: RabbitOptions): RabbitSettings {
  return {
    prefix: '',
    name: 'tributary',
    log: silent,
    messageBatch: 100,
    prefetch: 50,
    handleBatch: 500,
    confirmTimeoutMs: 10_000,
    heartbeatSeconds: 5,
    deliveryLimit: 20,
    patienceMs: 20_000,
    rebuildAfterMs: 15_000,
    ...options,
  };
}
