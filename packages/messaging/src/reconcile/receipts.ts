import type pg from 'pg';
import { bucketMs, type Count, type GapFound, type ReceiptsCounted, type ReceiptsListed } from './messages.js';

const counted = /* sql */ `
SELECT source, type, (extract(epoch FROM bucket) * 1000)::float8 AS "from", sum(count)::float8 AS count, bit_xor(hash)::text AS hash
FROM messaging.receipts WHERE bucket >= to_timestamp($1::float8 / 1000) GROUP BY source, type, bucket`;
const countedOnly = /* sql */ `
SELECT r.type, w."from", sum(r.count)::float8 AS count, bit_xor(r.hash)::text AS hash
FROM unnest($2::text[], $3::float8[]) AS w (type, "from")
JOIN messaging.receipts r ON r.source = $1 AND r.type = w.type AND r.bucket = to_timestamp(w."from" / 1000)
GROUP BY r.type, w."from"`;
const seconds = /* sql */ `
SELECT (extract(epoch FROM date_trunc('second', messaging.event_time(event_id))) * 1000)::float8 AS "from",
  count(*)::float8 AS count, bit_xor(messaging.event_hash(event_id))::text AS hash
FROM messaging.inbox WHERE event_id >= $1::uuid AND event_id < $2::uuid AND source = $3 AND type = $4 GROUP BY 1`;
const ids = /* sql */ `
SELECT event_id AS id FROM messaging.inbox WHERE event_id >= $1::uuid AND event_id < $2::uuid AND source = $3 AND type = $4`;

/** The least UUID whose leading timestamp is this instant: ids of a stretch of time are a range of the primary key. */
export function firstIdAt(epochMs: number): string {
  const hex = Math.max(0, Math.floor(epochMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** The consumer's side of reconciliation: what the inbox says about what it has received. */
export function createReceipts(pool: pg.Pool, consumer: string) {
  return {
    /** Counts per source since an instant. */
    async countedSince(sinceMs: number): Promise<Map<string, Count[]>> {
      const { rows } = await pool.query<Count & { source: string }>(counted, [sinceMs]);
      const bySource = new Map<string, Count[]>();
      for (const { source, ...count } of rows) bySource.set(source, [...(bySource.get(source) ?? []), count]);
      return bySource;
    },

    async countedOnly(source: string, only: GapFound['wanted'], caughtUpAt: ReceiptsCounted['caughtUpAt']): Promise<ReceiptsCounted> {
      const values = [source, only.map((one) => one.type), only.map((one) => one.from)];
      const { rows } = await pool.query<Count>(countedOnly, values);
      return { consumer, since: 0, caughtUpAt, counts: rows, only };
    },

    async listed(source: string, detail: 'seconds' | 'ids', wanted: { type: string; from: number }): Promise<ReceiptsListed> {
      const { type, from } = wanted;
      const range = [firstIdAt(from), firstIdAt(from + (detail === 'ids' ? 1000 : bucketMs)), source, type];
      if (detail === 'seconds') return { consumer, type, from, seconds: (await pool.query<Count>(seconds, range)).rows };
      const { rows } = await pool.query<{ id: string }>(ids, range);
      return { consumer, type, from, ids: rows.map((row) => row.id) };
    },
  };
}
