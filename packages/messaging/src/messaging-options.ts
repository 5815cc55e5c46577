import type pg from 'pg';
import type { Bus, Logger, MessageCatalogue, Subscriptions } from './ports.js';

/** The numbers that messaging runs on. All times in milliseconds. */
export interface MessagingSettings {
  /** Rows that a relay takes at once (default 500). */
  relayBatch: number;
  /** How often a relay looks for rows that nobody woke it for (1 s). */
  relayPollMs: number;
  /** How often a retry loop looks for pending events that are due (500 ms). */
  retryPollMs: number;
  retryBatch: number;
  /** How long a try that was begun may stand without its transaction before another may begin (5 s). */
  retryLeaseMs: number;
  /** Failures after which an event is parked (10); events that wait for another (`NotYet`) are parked by age alone. */
  maxAttempts: number;
  firstRetryMs: number;
  maxRetryMs: number;
  firstNotYetMs: number;
  maxNotYetMs: number;
  /** Age before which an event that waits for another is never parked (24 h). */
  notYetParkAfterMs: number;
  /** Longest wait of one handler for a lock and for one statement, so that it cannot hold up its lane (10 s, 60 s). */
  lockTimeoutMs: number;
  statementTimeoutMs: number;
  /** Longest first handling of a delivered batch before it is rolled back and stored as pending (20 s). */
  handlingDeadlineMs: number;
  /** How often each consumer tells the producers its counts (10 s), and how far back they reach (15 min). */
  reconcileEveryMs: number;
  reconcileWindowMs: number;
  /** What was published longer than this before a count must be in it (5 s). */
  reconcileGraceMs: number;
  /** Partitions made ahead (hours), least and greatest age of published rows before their partition is dropped (hours). */
  partitionsAheadHours: number;
  keepPublishedHours: number;
  dropPublishedHours: number;
  /** How long the inbox remembers handled events (hours; 30 days). Money dedupes by business key for ever, besides. */
  keepHandledHours: number;
  maintenanceEveryMs: number;
}

export const defaultSettings: MessagingSettings = {
  relayBatch: 500,
  relayPollMs: 1000,
  retryPollMs: 500,
  retryBatch: 200,
  retryLeaseMs: 5000,
  maxAttempts: 10,
  firstRetryMs: 1000,
  maxRetryMs: 300_000,
  firstNotYetMs: 200,
  maxNotYetMs: 30_000,
  notYetParkAfterMs: 24 * 3_600_000,
  lockTimeoutMs: 10_000,
  statementTimeoutMs: 60_000,
  handlingDeadlineMs: 20_000,
  reconcileEveryMs: 10_000,
  reconcileWindowMs: 15 * 60_000,
  reconcileGraceMs: 5000,
  partitionsAheadHours: 24,
  keepPublishedHours: 24,
  dropPublishedHours: 14 * 24,
  keepHandledHours: 30 * 24,
  maintenanceEveryMs: 10 * 60_000,
};

export interface MessagingOptions {
  /** This service's name: source of its events, name of its queues. */
  service: string;
  catalogue: MessageCatalogue;
  /** Connections of the application role. Consumers run in transactions of it with `app.brands = '*'`. */
  pool: pg.Pool;
  bus: Bus;
  subscriptions: Subscriptions;
  log: Logger;
  settings?: Partial<MessagingSettings>;
}
