import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createMessaging } from '../messaging.js';
import type { MessagingSettings } from '../messaging-options.js';
import type { Bus, Consumer, Envelope, Logger, LooseNewEvent, MessageCatalogue, Messaging, Subscriptions } from '../ports.js';
import { messagingMigrations } from '../schema/migrations.js';

export const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Where test databases are made: a superuser's URL, given by the test runner's global set-up. */
function serverUrl(): string {
  const url = process.env['TRIBUTARY_TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('TRIBUTARY_TEST_DATABASE_URL is not set: run the tests with npm run jest');
  return url;
}

export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  drop(): Promise<void>;
}

/** A database of its own with messaging's schema and a table of effects. */
export async function makeDatabase(name: string): Promise<TestDatabase> {
  const database = `msg_${name.replaceAll('-', '_')}_${randomBytes(5).toString('hex')}`;
  const administer = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl() });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await administer(`CREATE DATABASE ${database}`);
  const url = new URL(serverUrl());
  url.pathname = `/${database}`;
  const pool = new pg.Pool({ connectionString: url.toString(), max: 8 });
  pool.on('error', () => undefined);
  await pool.query(messagingMigrations);
  // No unique key on purpose: an effect that happens twice shows.
  await pool.query('CREATE TABLE effects (event_id uuid NOT NULL, type text NOT NULL, subject text NOT NULL, envelope json NOT NULL)');
  return {
    url: url.toString(),
    pool,
    async drop() {
      await pool.end();
      await administer(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
  };
}

/** A database made before, by another process. */
export function openDatabase(url: string): TestDatabase {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined);
  return { url, pool, drop: () => pool.end() };
}

/** Records the effect of each event, once per handling. */
export const recordEffects: Consumer = async (tx, events) => {
  await tx.query('INSERT INTO effects SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::json[])', [
    events.map((event) => event.id),
    events.map((event) => event.type),
    events.map((event) => event.subject),
    events.map((event) => JSON.stringify(event)),
  ]);
};

/** A consumer that can be told to misbehave, and records effects otherwise. */
export function scriptedConsumer() {
  const script: { before: Consumer } = { before: async () => undefined };
  const consumer: Consumer = async (tx, events) => {
    await recordEffects(tx, events);
    await script.before(tx, events);
  };
  return { consumer, script };
}

export interface LabService {
  name: string;
  messaging: Messaging<LooseNewEvent>;
  database: TestDatabase;
  /** Appends in one transaction and wakes the relay. */
  emit(...events: LooseNewEvent[]): Promise<Envelope[]>;
  effects(): Promise<{ id: string; type: string; subject: string; envelope: Envelope }[]>;
  stop(): Promise<void>;
}

/** Settings at which everything periodic happens within a test's patience. */
export const quickSettings: Partial<MessagingSettings> = {
  relayPollMs: 200,
  retryPollMs: 100,
  retryLeaseMs: 300,
  firstRetryMs: 20,
  maxRetryMs: 200,
  firstNotYetMs: 20,
  maxNotYetMs: 200,
  reconcileEveryMs: 500,
  reconcileGraceMs: 300,
};

/** One service with messaging over a bus and a database of its own (or a given one, as after a restart). */
export async function makeService(options: {
  name: string;
  bus: Bus;
  catalogue: MessageCatalogue;
  subscriptions?: Record<string, Consumer>;
  settings?: Partial<MessagingSettings>;
  database?: TestDatabase;
  start?: boolean;
  log?: Logger;
}): Promise<LabService> {
  const { name, bus, catalogue } = options;
  const database = options.database ?? (await makeDatabase(name));
  const messaging = createMessaging({
    service: name,
    catalogue,
    pool: database.pool,
    bus,
    subscriptions: (options.subscriptions ?? {}) as Subscriptions,
    log: options.log ?? silent,
    settings: { ...quickSettings, ...options.settings },
  }) as unknown as Messaging<LooseNewEvent>;
  if (options.start !== false) await messaging.start();
  return {
    name,
    messaging,
    database,
    emit: (...events) => emit(database.pool, messaging, events),
    async effects() {
      const { rows } = await database.pool.query('SELECT event_id AS id, type, subject, envelope FROM effects ORDER BY event_id');
      return rows;
    },
    stop: () => messaging.stop(),
  };
}

async function emit(pool: pg.Pool, messaging: Messaging<LooseNewEvent>, events: readonly LooseNewEvent[]): Promise<Envelope[]> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const tx = {
      query: async <R>(text: string, values?: readonly unknown[]) => {
        const result = await client.query(text, values === undefined ? undefined : [...values]);
        return { rows: result.rows as R[], rowCount: result.rowCount ?? 0 };
      },
    };
    const context = { correlationId: 'test', actorId: 'tester', actorKind: 'system' as const };
    const envelopes = await messaging.outbox.append(tx, context, events);
    await client.query('COMMIT');
    messaging.wake();
    return envelopes;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** Waits until the probe holds; a timeout says what was waited for and what was seen last. */
export async function eventually<T>(what: string, probe: () => Promise<T>, holds: (seen: T) => boolean, timeoutMs = 15_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const seen = await probe();
    if (holds(seen)) return seen;
    if (Date.now() > until)
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}; last seen: ${JSON.stringify(seen)?.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
