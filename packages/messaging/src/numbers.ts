import type pg from 'pg';
import { kindOf } from './errors.js';
import type { Bus, MessagingHealth } from './ports.js';
import { meters } from './telemetry.js';

const numbers = /* sql */ `
SELECT
  (SELECT count(*)::int FROM messaging.unpublished) AS waiting,
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)) * 1000, 0)::float8 FROM messaging.unpublished) AS "oldestAgeMs",
  (SELECT count(*)::int FROM messaging.inbox WHERE status IN ('pending', 'parked', 'discarded') AND status = 'pending') AS pending,
  (SELECT count(*)::int FROM messaging.inbox WHERE status IN ('pending', 'parked', 'discarded') AND status = 'parked') AS parked,
  (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(received_at)) * 1000, 0)::float8
     FROM messaging.inbox WHERE status IN ('pending', 'parked', 'discarded') AND status = 'pending') AS "oldestPendingMs"`;

export interface Numbers {
  waiting: number;
  oldestAgeMs: number;
  pending: number;
  parked: number;
  oldestPendingMs: number;
}

/** What waits in outbox and inbox. */
export async function readNumbers(pool: pg.Pool): Promise<Numbers> {
  const [row] = (await pool.query<Numbers>(numbers)).rows;
  return row ?? { waiting: 0, oldestAgeMs: 0, pending: 0, parked: 0, oldestPendingMs: 0 };
}

export async function readHealth(pool: pg.Pool, bus: Bus): Promise<MessagingHealth> {
  try {
    const { waiting, oldestAgeMs, pending, parked } = await readNumbers(pool);
    return { bus: bus.state(), database: 'up', outbox: { waiting, oldestAgeMs: Math.max(0, oldestAgeMs) }, inbox: { pending, parked } };
  } catch (error) {
    if (kindOf(error) !== 'database-away') throw error;
    return { bus: bus.state(), database: 'down', outbox: { waiting: 0, oldestAgeMs: 0 }, inbox: { pending: 0, parked: 0 } };
  }
}

export async function recordNumbers(pool: pg.Pool, service: string): Promise<void> {
  const { waiting, oldestAgeMs, pending, parked, oldestPendingMs } = await readNumbers(pool);
  const count = meters();
  count.outboxWaiting.record(waiting, { service });
  count.outboxAge.record(Math.max(0, oldestAgeMs), { service });
  count.parkedNow.record(parked, { service });
  count.pendingNow.record(pending, { service });
  count.pendingAge.record(Math.max(0, oldestPendingMs), { service });
}
