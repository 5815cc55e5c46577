import { type Channel, type ChannelModel, connect } from 'amqplib';
import { describe } from '../../errors.js';
import { Bell, backoffMs } from '../../pacing.js';
import type { RabbitSettings } from './options.js';

/**
 * Longest wait for all queues and bindings: hundreds of round trips, which each start again. A broker that is gone is noticed sooner, by
 * its heartbeat.
 */
export const prepareTimeoutMs = 30_000;

/** One connection that is made again whenever it is lost. */
export interface Link {
  connection(): ChannelModel | undefined;
  isBlocked(): boolean;
  /** Drops the connection (a broker that does not answer is as good as gone); a new one is made. */
  reset(reason: string): void;
  close(): Promise<void>;
}

/** Keeps a connection. `opened` prepares each new one; only when it returns does the link count as connected. */
export function keepLink(settings: RabbitSettings, purpose: string, opened: (connection: ChannelModel) => Promise<void>): Link {
  const { log } = settings;
  let current: ChannelModel | undefined;
  let raw: ChannelModel | undefined;
  let blocked = false;
  let closed = false;
  let failures = 0;
  const hurry = new Bell();

  const once = async (): Promise<void> => {
    const connection = await connectFor(settings, purpose);
    raw = connection;
    const lost = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    // Always followed by `close`; unheard it would end the process.
    connection.on('error', (error: Error) => log.warn({ purpose, error: error.message }, 'the connection to the broker failed'));
    connection.on('blocked', () => {
      blocked = true;
      log.warn({ purpose }, 'the broker takes no more for now: events wait in the outbox');
    });
    connection.on('unblocked', () => {
      blocked = false;
      log.info({ purpose }, 'the broker takes again');
    });
    blocked = false;
    try {
      await within(opened(connection), prepareTimeoutMs, 'preparing the connection');
    } catch (error) {
      drop(connection);
      throw error;
    }
    failures = 0;
    current = connection;
    await lost;
  };

  const run = async (): Promise<void> => {
    while (!closed) {
      try {
        await once();
        if (!closed) log.warn({ purpose }, 'the connection to the broker is lost; connecting again');
      } catch (error) {
        log.warn({ purpose, error: describe(error) }, 'the broker cannot be reached; trying again');
      }
      current = undefined;
      raw = undefined;
      blocked = false;
      failures += 1;
      if (!closed) await hurry.wait(backoffMs(failures, 200, 5000));
    }
  };
  const running = run();

  return {
    connection: () => current,
    isBlocked: () => blocked,
    reset(reason) {
      log.warn({ purpose, reason }, 'the connection to the broker is dropped');
      if (current !== undefined) drop(current);
    },
    async close() {
      closed = true;
      hurry.ring();
      const open = raw;
      if (open !== undefined) await within(open.close(), 2000, 'closing').catch(() => drop(open));
      await running;
    },
  };
}

/** A connection that the broker's list names after its purpose. */
export async function connectFor(settings: RabbitSettings, purpose: string): Promise<ChannelModel> {
  const url = new URL(settings.url);
  url.searchParams.set('heartbeat', String(settings.heartbeatSeconds));
  return connect(url.toString(), { timeout: 5000, clientProperties: { connection_name: `${settings.name} ${purpose}` } });
}

/** Closes a channel without waiting for long: amqplib never answers when the connection dies in the middle of it. */
export async function closeChannel(channel: Channel): Promise<void> {
  await within((async () => channel.close())(), 2000, 'closing a channel').catch(() => undefined);
}

/** Cuts the socket, without the farewell that a dead broker would never answer. */
export function drop(connection: ChannelModel): void {
  const inner = (connection as unknown as { connection: { stream?: { destroy(error?: Error): void } } }).connection;
  inner.stream?.destroy(new Error('dropped'));
}

/** Rejects when `work` takes longer than `timeoutMs`. */
export async function within<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
