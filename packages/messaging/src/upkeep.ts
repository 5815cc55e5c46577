import type pg from 'pg';
import { inTransaction } from './database.js';
import { describe } from './errors.js';
import type { MessagingSettings } from './messaging-options.js';
import { startLoop } from './pacing.js';
import type { Logger } from './ports.js';

export interface Duty {
  name: string;
  everyMs: number;
  work: () => Promise<void>;
  /** Run by one instance at a time (default), or by each. */
  everywhere?: boolean;
}

const claim = /* sql */ `
INSERT INTO messaging.duties AS d (name, due_at) VALUES ($1, clock_timestamp() + $2::float8 * interval '1 millisecond')
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE d.due_at <= clock_timestamp()
RETURNING name`;

/** Runs periodic work; what only one instance should do is claimed in the table of duties first. */
export function startDuties(pool: pg.Pool, duties: readonly Duty[], log: Logger): { stop(): Promise<void> } {
  const loops = duties.map((duty) =>
    startLoop({
      pollMs: duty.everyMs,
      onError: (error, failures) =>
        log.warn({ duty: duty.name, error: describe(error), failures }, 'a periodic duty failed; it is tried again'),
      async work() {
        // A little less than the period, or each second look would come just too early.
        const mine = duty.everywhere === true || (await pool.query(claim, [duty.name, duty.everyMs * 0.9])).rows.length > 0;
        if (mine) await duty.work();
        return false;
      },
    }),
  );
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

/** Makes and drops partitions, folds counts, forgets what is past keeping. Locks are not waited for: the next round does it. */
export async function maintain(pool: pg.Pool, settings: MessagingSettings): Promise<void> {
  const begin = "BEGIN; SET LOCAL lock_timeout = '2s'";
  await inTransaction(pool, begin, (tx) => tx.query('SELECT messaging.make_partitions($1)', [settings.partitionsAheadHours]));
  await inTransaction(pool, begin, (tx) => tx.query('SELECT messaging.fold_sent()'));
  await inTransaction(pool, begin, (tx) =>
    tx.query('SELECT messaging.drop_partitions($1, $2)', [settings.keepPublishedHours, settings.dropPublishedHours]),
  );
  const forget = (sql: string) => inTransaction(pool, begin, (tx) => tx.query(sql, [settings.keepHandledHours]));
  await forget(`DELETE FROM messaging.inbox WHERE event_id IN (
    SELECT event_id FROM messaging.inbox WHERE status = 'done' AND received_at < now() - make_interval(hours => $1)
      AND messaging.event_time(event_id) < now() - make_interval(hours => $1) ORDER BY event_id LIMIT 20000)`);
  await forget('DELETE FROM messaging.receipts WHERE bucket < now() - make_interval(hours => $1)');
}
