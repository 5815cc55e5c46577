import type pg from 'pg';
import { describe } from '../errors.js';
import type { Logger } from '../ports.js';

const channel = 'messaging_outbox';
const atMostEveryMs = 50;

/** Tells other instances of the same service that rows wait, at most 20 times a second, and hears them. A hint only: the poll is what is relied upon. */
export function startNotifications(pool: pg.Pool, onNotified: () => void, log: Logger) {
  let listener: pg.PoolClient | undefined;
  let stopped = false;
  let retryTimer: NodeJS.Timeout | undefined;
  let notifyTimer: NodeJS.Timeout | undefined;
  let lastAt = 0;

  const listen = async (): Promise<void> => {
    try {
      const client = await pool.connect();
      if (stopped) return client.release();
      client.on('notification', onNotified);
      client.on('error', (error) => {
        if (listener !== client) return;
        listener = undefined;
        client.release(error);
        again();
      });
      await client.query(`LISTEN ${channel}`);
      listener = client;
    } catch (error) {
      log.debug({ error: describe(error) }, 'not listening for notifications; the poll goes on');
      again();
    }
  };
  const again = (): void => {
    if (stopped) return;
    retryTimer = setTimeout(() => void listen(), 5000);
    retryTimer.unref();
  };
  const notify = (): void => {
    notifyTimer = undefined;
    lastAt = Date.now();
    pool.query(`NOTIFY ${channel}`).catch(() => undefined);
  };
  void listen();

  return {
    notify(): void {
      if (stopped || notifyTimer !== undefined) return;
      const waitMs = Math.max(0, lastAt + atMostEveryMs - Date.now());
      notifyTimer = setTimeout(notify, waitMs);
      notifyTimer.unref();
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(retryTimer);
      clearTimeout(notifyTimer);
      const client = listener;
      listener = undefined;
      // Its LISTEN must not outlive us in the pool.
      client?.release(true);
    },
  };
}
