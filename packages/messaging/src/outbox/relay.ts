import type pg from 'pg';
import { crashPoint } from '../crash-point.js';
import { inTransaction } from '../database.js';
import { timeOfId } from '../envelope.js';
import { describe, PublishFailed } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import { startLoop } from '../pacing.js';
import type { Bus, Envelope, Logger, Tx } from '../ports.js';
import { tally } from '../reconcile/tally.js';
import { meters, withPublishSpan } from '../telemetry.js';
import type { RecentEvents } from './recent.js';
import { envelopeOf } from './text.js';

// No last-id cursor: what commits late has an old id.
const take = /* sql */ `
SELECT id FROM messaging.unpublished WHERE next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp()
ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`;

// The limit makes it a look-up for each, in the one partition that can hold it.
const read = /* sql */ `
SELECT o.envelope FROM unnest($1::uuid[], $2::timestamptz[]) AS wanted (id, created_at) CROSS JOIN LATERAL (
  SELECT envelope::text AS envelope FROM messaging.outbox WHERE created_at = wanted.created_at AND id = wanted.id LIMIT 1
) o`;

const mark = /* sql */ `
WITH done AS (
  DELETE FROM messaging.unpublished u USING unnest($1::uuid[], $2::timestamptz[]) AS done (id, created_at)
  WHERE u.created_at = done.created_at AND u.id = done.id
)
INSERT INTO messaging.sent AS s (type, bucket, second, shard, count, hash)
SELECT type, to_timestamp(bucket / 1000), date_trunc('second', clock_timestamp()), $3, count, hash
FROM unnest($4::text[], $5::float8[], $6::bigint[], $7::bigint[]) AS tally (type, bucket, count, hash)
ON CONFLICT (bucket, type, second, shard) DO UPDATE SET count = s.count + excluded.count, hash = s.hash # excluded.hash`;

const postpone = /* sql */ `
UPDATE messaging.unpublished u SET attempts = u.attempts + 1, error = $3,
  next_attempt_at = clock_timestamp() + least(30, 0.25 * power(2, least(u.attempts, 10))) * interval '1 second'
FROM unnest($1::uuid[], $2::timestamptz[]) AS failed (id, created_at)
WHERE u.created_at = failed.created_at AND u.id = failed.id`;

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
  /** What this process appended. */
  recent: RecentEvents;
}): Relay {
  const { bus, pool, settings, log, service, recent } = options;
  const attributes = { service };

  const cycle = async (): Promise<boolean> => {
    // A bus that is away is no reason to lock rows: `onUp` wakes us.
    if (bus.state() !== 'up') return false;
    let failure: PublishFailed | undefined;
    const taken = await inTransaction(
      pool,
      'BEGIN',
      async (tx) => {
        const { rows } = await tx.query<{ id: string }>(take, [settings.relayBatch]);
        if (rows.length > 0) failure = await publishAndMark(tx, await envelopesOf(tx, rows));
        return rows.length;
      },
      () => crashPoint('relay.after-mark-before-commit'),
    );
    crashPoint('relay.after-commit');
    if (failure !== undefined) {
      log.warn(
        { reason: failure.message, confirmed: failure.confirmed.size, taken },
        'not every event was confirmed; the rest is tried again',
      );
      if (failure.busDown) throw failure;
    }
    return taken === settings.relayBatch;
  };

  /** The events in the order asked for; those that this process did not append itself are read. One that is nowhere holds up no other. */
  const envelopesOf = async (tx: Tx, rows: readonly { id: string }[]): Promise<Envelope[]> => {
    const found = new Map(rows.map(({ id }) => [id, recent.take(id)]));
    const missing = rows.filter(({ id }) => found.get(id) === undefined);
    if (missing.length > 0) {
      for (const row of (await tx.query<{ envelope: string }>(read, keysOf(missing))).rows) {
        const envelope = envelopeOf(row.envelope);
        found.set(envelope.id, envelope);
      }
    }
    const lost = rows.filter(({ id }) => found.get(id) === undefined);
    if (lost.length > 0) {
      log.error({ events: lost.map(({ id }) => id) }, 'events are to be published that the outbox does not have');
      await tx.query(postpone, [...keysOf(lost), 'the outbox has no such event']);
    }
    return rows.flatMap(({ id }) => found.get(id) ?? []);
  };

  const publishAndMark = async (tx: Tx, envelopes: readonly Envelope[]): Promise<PublishFailed | undefined> => {
    if (envelopes.length === 0) return undefined;
    crashPoint('relay.before-publish');
    const failure = await withPublishSpan(service, envelopes, () => publish(bus, envelopes));
    crashPoint('relay.after-publish-before-mark');
    const confirmed = failure === undefined ? envelopes : envelopes.filter(({ id }) => failure.confirmed.has(id));
    const failed = failure === undefined ? [] : envelopes.filter(({ id }) => !failure.confirmed.has(id));
    if (confirmed.length > 0) {
      const tallies = tally(confirmed, ({ type }) => type);
      await tx.query(mark, [
        ...keysOf(confirmed),
        options.shard,
        tallies.map(({ one }) => one.type),
        tallies.map(({ bucket }) => bucket),
        tallies.map(({ count }) => count),
        tallies.map(({ hash }) => hash),
      ]);
      meters().published.add(confirmed.length, attributes);
    }
    // When the bus itself failed the rows are as good as before; when single events did, they must not stand in the others' way.
    if (failed.length > 0 && failure !== undefined && !failure.busDown) {
      await tx.query(postpone, [...keysOf(failed), failure.message.slice(0, 1000)]);
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

/** Ids and the instants inside them, by which a partition is found. */
const keysOf = (events: readonly { id: string }[]): [string[], string[]] => [
  events.map(({ id }) => id),
  events.map(({ id }) => timeOfId(id).toISOString()),
];

async function publish(bus: Bus, envelopes: readonly Envelope[]): Promise<PublishFailed | undefined> {
  try {
    await bus.publish(envelopes);
    return undefined;
  } catch (error) {
    return error instanceof PublishFailed ? error : new PublishFailed(describe(error), new Set(), true);
  }
}
