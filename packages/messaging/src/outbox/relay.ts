import type pg from 'pg';
import { crashPoint } from '../crash-point.js';
import { inTransaction } from '../database.js';
import { describe, PublishFailed } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import { startLoop } from '../pacing.js';
import type { Bus, Envelope, Logger, Tx } from '../ports.js';
import { meters, withPublishSpan } from '../telemetry.js';

interface Row {
  id: string;
  createdAt: string;
  type: string;
  envelope: string;
  attempts: number;
}

// No last-id cursor: what commits late has an old id. The lower bound only spares the planner old partitions; see `lookBackMs`.
const take = /* sql */ `
SELECT id, created_at::text AS "createdAt", type, envelope::text AS envelope, attempts FROM messaging.outbox
WHERE published_at IS NULL AND created_at >= $2::timestamptz AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`;

const mark = /* sql */ `
WITH marked AS (
  UPDATE messaging.outbox o SET published_at = clock_timestamp(), error = NULL
  FROM unnest($1::uuid[], $2::timestamptz[]) AS done (id, created_at)
  WHERE o.id = done.id AND o.created_at = done.created_at AND o.published_at IS NULL
  RETURNING o.id, o.type, o.published_at
)
INSERT INTO messaging.sent AS s (type, bucket, second, shard, count, hash)
SELECT type, messaging.event_bucket(id), date_trunc('second', max(published_at)), $3, count(*), bit_xor(messaging.event_hash(id))
FROM marked GROUP BY type, messaging.event_bucket(id) ORDER BY 2, 1
ON CONFLICT (bucket, type, second, shard) DO UPDATE SET count = s.count + excluded.count, hash = s.hash # excluded.hash`;

const postpone = /* sql */ `
UPDATE messaging.outbox o SET attempts = o.attempts + 1, error = $3,
  next_attempt_at = clock_timestamp() + least(30, 0.25 * power(2, least(o.attempts, 10))) * interval '1 second'
FROM unnest($1::uuid[], $2::timestamptz[]) AS failed (id, created_at)
WHERE o.id = failed.id AND o.created_at = failed.created_at`;

/** How far back the everyday look reaches; every so often, and while there is a backlog, it reaches back to the first row. */
const lookBackMs = 2 * 3_600_000;
const fullLookEveryMs = 15_000;

export interface Relay {
  wake(): void;
  stop(): Promise<void>;
}

/** Takes unpublished rows, publishes them with confirm, marks them. Any number of instances may run at once. */
export function startRelay(options: {
  service: string;
  pool: pg.Pool;
  bus: Bus;
  settings: MessagingSettings;
  log: Logger;
  shard: number;
}): Relay {
  const { bus, pool, settings, log, service } = options;
  const attributes = { service };
  let lastFullLook = 0;

  const cycle = async (): Promise<boolean> => {
    // A bus that is away is no reason to lock rows: `onUp` wakes us.
    if (bus.state() !== 'up') return false;
    const full = Date.now() - lastFullLook > fullLookEveryMs;
    const since = full ? '2000-01-01T00:00:00Z' : new Date(Date.now() - lookBackMs).toISOString();
    let failure: PublishFailed | undefined;
    const taken = await inTransaction(
      pool,
      'BEGIN',
      async (tx) => {
        const { rows } = await tx.query<Row>(take, [settings.relayBatch, since]);
        if (rows.length > 0) failure = await publishAndMark(tx, rows);
        return rows.length;
      },
      () => crashPoint('relay.after-mark-before-commit'),
    );
    crashPoint('relay.after-commit');
    if (full && taken < settings.relayBatch) lastFullLook = Date.now();
    if (failure !== undefined) {
      log.warn(
        { reason: failure.message, confirmed: failure.confirmed.size, taken },
        'not every event was confirmed; the rest is tried again',
      );
      if (failure.busDown) throw failure;
    }
    return taken === settings.relayBatch;
  };

  const publishAndMark = async (tx: Tx, rows: Row[]): Promise<PublishFailed | undefined> => {
    const envelopes = rows.map((row) => JSON.parse(row.envelope) as Envelope);
    crashPoint('relay.before-publish');
    const failure = await withPublishSpan(service, envelopes, () => publish(bus, envelopes));
    crashPoint('relay.after-publish-before-mark');
    const confirmed = failure === undefined ? rows : rows.filter((row) => failure.confirmed.has(row.id));
    const failed = failure === undefined ? [] : rows.filter((row) => !failure.confirmed.has(row.id));
    if (confirmed.length > 0) {
      await tx.query(mark, [confirmed.map((row) => row.id), confirmed.map((row) => row.createdAt), options.shard]);
      meters().published.add(confirmed.length, attributes);
    }
    // When the bus itself failed the rows are as good as before; when single events did, they must not stand in the others' way.
    if (failed.length > 0 && failure !== undefined && !failure.busDown) {
      await tx.query(postpone, [failed.map((row) => row.id), failed.map((row) => row.createdAt), failure.message.slice(0, 1000)]);
    }
    return failure;
  };

  const loop = startLoop({
    work: cycle,
    pollMs: settings.relayPollMs,
    onError: (error, failures) => log.warn({ error: describe(error), failures }, 'the relay could not work; it tries again'),
  });
  const unsubscribe = bus.onUp(() => loop.ring());
  return {
    wake: () => loop.ring(),
    async stop() {
      unsubscribe();
      await loop.stop();
    },
  };
}

async function publish(bus: Bus, envelopes: readonly Envelope[]): Promise<PublishFailed | undefined> {
  try {
    await bus.publish(envelopes);
    return undefined;
  } catch (error) {
    return error instanceof PublishFailed ? error : new PublishFailed(describe(error), new Set(), true);
  }
}
