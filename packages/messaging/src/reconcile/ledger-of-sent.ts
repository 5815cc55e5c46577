import type pg from 'pg';
import { envelopeOf } from '../outbox/text.js';
import type { Envelope } from '../ports.js';
import { firstIdAt } from './receipts.js';

export interface SentBucket {
  type: string;
  from: number;
  /** Published so long ago that the consumer must have it, and published at all. */
  dueCount: number;
  count: number;
  hash: string;
  /** What was found equal before, if anything. */
  equalCount: number | null;
}

// A second counts as due when it was over at the cutoff.
const sentSince = /* sql */ `
SELECT s.type, (extract(epoch FROM s.bucket) * 1000)::float8 AS "from", sum(s.count)::float8 AS count, bit_xor(s.hash)::text AS hash,
  coalesce(sum(s.count) FILTER (WHERE s.second + interval '1 second' <= to_timestamp($4::float8 / 1000)), 0)::float8 AS "dueCount",
  max(r.count)::float8 AS "equalCount"
FROM messaging.sent s
LEFT JOIN messaging.reconciled r ON r.consumer = $1 AND r.type = s.type AND r.bucket = s.bucket
WHERE s.type = ANY ($2::text[]) AND s.bucket >= to_timestamp($3::float8 / 1000)
GROUP BY s.type, s.bucket`;
const waiting = /* sql */ `
SELECT EXISTS (SELECT FROM messaging.unpublished u JOIN messaging.outbox o USING (created_at, id)
  WHERE u.created_at >= to_timestamp($2::float8 / 1000) AND u.created_at < to_timestamp($3::float8 / 1000) AND o.type = $1) AS waiting`;
const remember = /* sql */ `
INSERT INTO messaging.reconciled (consumer, type, bucket, count, hash)
VALUES ($1, $2, to_timestamp($3::float8 / 1000), $4::bigint, $5::bigint)
ON CONFLICT (bucket, type, consumer) DO UPDATE SET count = excluded.count, hash = excluded.hash, reconciled_at = now()`;
const unreconciled = /* sql */ `
SELECT s.type, (extract(epoch FROM s.bucket) * 1000)::float8 AS "from", b.consumer
FROM (SELECT type, bucket, sum(count) AS count FROM messaging.sent
      WHERE bucket < to_timestamp($1::float8 / 1000) GROUP BY type, bucket) s
JOIN messaging.bindings b ON b.type = s.type
LEFT JOIN messaging.reconciled r ON r.consumer = b.consumer AND r.type = s.type AND r.bucket = s.bucket AND r.count = s.count
WHERE r.consumer IS NULL ORDER BY s.bucket LIMIT 500`;
// What was written before the cutoff and published after it may be sent once more; the inbox recognises it.
const publishedRows = /* sql */ `FROM messaging.outbox o
WHERE created_at >= to_timestamp($1::float8 / 1000) AND created_at < to_timestamp($2::float8 / 1000) AND type = $3
  AND created_at <= to_timestamp($4::float8 / 1000)
  AND NOT EXISTS (SELECT FROM messaging.unpublished u WHERE u.created_at = o.created_at AND u.id = o.id)`;
const published = /* sql */ `SELECT id, envelope::text AS envelope ${publishedRows} AND id > $5::uuid ORDER BY id LIMIT 500`;
const seconds = /* sql */ `
SELECT (extract(epoch FROM date_trunc('second', messaging.event_time(id))) * 1000)::float8 AS "from",
  count(*)::float8 AS count, bit_xor(messaging.event_hash(id))::text AS hash
${publishedRows} GROUP BY 1`;

/** The producer's side of reconciliation: what the outbox says about what was published. */
export function createLedgerOfSent(pool: pg.Pool) {
  return {
    async since(consumer: string, types: readonly string[], sinceMs: number, cutoffMs: number): Promise<SentBucket[]> {
      return (await pool.query<SentBucket>(sentSince, [consumer, types, sinceMs, cutoffMs])).rows;
    },
    async anyWaiting(type: string, fromMs: number, toMs: number): Promise<boolean> {
      return (await pool.query<{ waiting: boolean }>(waiting, [type, fromMs, toMs])).rows[0]?.waiting ?? false;
    },
    async remember(consumer: string, bucket: SentBucket): Promise<void> {
      await pool.query(remember, [consumer, bucket.type, bucket.from, bucket.count, bucket.hash]);
    },
    /** Buckets older than an instant that some bound consumer has not been found equal on. */
    async unreconciledBefore(beforeMs: number): Promise<{ type: string; from: number; consumer: string }[]> {
      return (await pool.query<{ type: string; from: number; consumer: string }>(unreconciled, [beforeMs])).rows;
    },
    async secondsOf(type: string, fromMs: number, toMs: number, cutoffMs: number) {
      const { rows } = await pool.query<{ from: number; count: number; hash: string }>(seconds, [fromMs, toMs, type, cutoffMs]);
      return rows;
    },
    /** Pages of published events of a stretch of time, oldest first. */
    async *published(type: string, fromMs: number, toMs: number, cutoffMs: number): AsyncGenerator<Envelope[]> {
      let after = firstIdAt(0);
      for (;;) {
        const values = [fromMs, toMs, type, cutoffMs, after];
        const { rows } = await pool.query<{ id: string; envelope: string }>(published, values);
        const last = rows.at(-1);
        if (last === undefined) return;
        yield rows.map((row) => envelopeOf(row.envelope));
        after = last.id;
      }
    },
    async writeBindings(bindings: readonly { type: string; consumer: string }[]): Promise<void> {
      await pool.query(
        `WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[]) AS w (type, consumer)),
           gone AS (DELETE FROM messaging.bindings b WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.type = b.type AND w.consumer = b.consumer))
         INSERT INTO messaging.bindings SELECT type, consumer FROM wanted ON CONFLICT DO NOTHING`,
        [bindings.map((one) => one.type), bindings.map((one) => one.consumer)],
      );
    },
  };
}

export type LedgerOfSent = ReturnType<typeof createLedgerOfSent>;
