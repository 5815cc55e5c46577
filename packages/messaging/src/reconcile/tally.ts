import { timeOfId } from '../envelope.js';
import { bucketMs } from './messages.js';

/** Events of one kind whose ids lie in the same stretch of time, as both ends of reconciliation count them. */
export interface Tally<E> {
  /** One of them: it says of which kind they are. */
  one: E;
  /** Start of the stretch, in epoch milliseconds. */
  bucket: number;
  count: number;
  /** XOR of the last 64 bits of the ids, as a signed decimal. */
  hash: string;
}

/** Counts events by kind and by the bucket of the instant in their id: what `messaging.event_bucket` and `messaging.event_hash` say of each. */
export function tally<E extends { id: string }>(events: readonly E[], kindOf: (event: E) => string): Tally<E>[] {
  const tallies = new Map<string, { one: E; bucket: number; count: number; high: number; low: number }>();
  for (const event of events) {
    const bucket = Math.floor(timeOfId(event.id).getTime() / bucketMs) * bucketMs;
    const key = `${bucket} ${kindOf(event)}`;
    const known = tallies.get(key) ?? { one: event, bucket, count: 0, high: 0, low: 0 };
    known.count += 1;
    known.high ^= Number.parseInt(event.id.slice(19, 23) + event.id.slice(24, 28), 16);
    known.low ^= Number.parseInt(event.id.slice(28), 16);
    tallies.set(key, known);
  }
  // In one order, whoever writes them: then writers never wait for each other in a circle.
  return [...tallies.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { one, bucket, count, high, low }]) => ({ one, bucket, count, hash: signed(high, low) }));
}

const signed = (high: number, low: number): string => BigInt.asIntN(64, (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)).toString();
