import type pg from 'pg';
import { crashPoint } from '../crash-point.js';
import { inTransaction } from '../database.js';
import { timeOfId } from '../envelope.js';
import { describe, kindOf, TooSlow } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import { backoffMs } from '../pacing.js';
import type { Delivery, Envelope, Lane, Logger, Receive, Tx } from '../ports.js';
import { meters } from '../telemetry.js';
import { applyEvents } from './apply.js';
import type { Flawed, Judge } from './judge.js';
import { type Settlement, settlementOf, storeSettlements } from './settle.js';

// The inbox row is the proof of receipt, whatever its status; what has no trustworthy type is not counted.
const insert = /* sql */ `
WITH fresh AS (
  INSERT INTO messaging.inbox (event_id, status, lane, type, source, envelope, error, unsettled, next_attempt_at)
  SELECT event_id, status, $2, type, source, envelope, error, $10, CASE WHEN status = 'pending' THEN clock_timestamp() END
  FROM unnest($1::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS e (event_id, status, type, source, envelope, error)
  ORDER BY event_id
  ON CONFLICT (event_id) DO NOTHING RETURNING event_id, type, source, status
), counted AS (
  INSERT INTO messaging.receipts AS r (source, type, bucket, shard, count, hash)
  SELECT source, type, messaging.event_bucket(event_id), $8, count(*), bit_xor(messaging.event_hash(event_id))
  FROM fresh WHERE type = ANY ($9::text[]) GROUP BY 1, 2, 3 ORDER BY 1, 3, 2
  ON CONFLICT (source, bucket, type, shard) DO UPDATE SET count = r.count + excluded.count, hash = r.hash # excluded.hash
)
SELECT event_id AS id, status FROM fresh`;

export interface InboxOptions {
  service: string;
  pool: pg.Pool;
  judge: Judge;
  knownTypes: string[];
  settings: MessagingSettings;
  log: Logger;
  /** Receipts are counted in rows of this instance's own, so that instances never wait for each other. */
  shard: number;
  /** Called after a commit that may have appended events, and with the delay after which something pending is due. */
  committed: () => void;
  dueIn: (lane: Lane, delayMs: number) => void;
  own: (events: Envelope[]) => Promise<void>;
}

/** The transaction settings of every handling: all brands, and no waiting without end. */
export function beginHandling(settings: MessagingSettings): string {
  return `BEGIN; SET LOCAL app.brands = '*'; SET LOCAL lock_timeout = ${settings.lockTimeoutMs}; SET LOCAL statement_timeout = ${settings.statementTimeoutMs}`;
}

/**
 * The inbox's door. Returns when every event is handled, recognised as known, stored as pending or parked, in committed
 * transactions; throws when the database is away, and then nothing may be acknowledged.
 */
export function createReceive(options: InboxOptions): Receive {
  const { pool, judge, settings, log, service } = options;
  let slots = 0;

  const receiveOnce = async (lane: Lane, events: Envelope[], flawed: Flawed[], delivery: Delivery, slot: number): Promise<void> => {
    let outcome: { fresh: Envelope[]; parked: number; pending: Settlement[] } = { fresh: [], parked: 0, pending: [] };
    await inTransaction(
      pool,
      beginHandling(settings),
      async (tx, client) => {
        const status = delivery.storeOnly === true ? 'pending' : 'done';
        const known = await insertRows(tx, lane, events, flawed, status, slot, delivery.suspect === true);
        const fresh = events.filter((event) => known.has(event.id));
        const newlyParked = flawed.filter((one) => known.has(one.id)).length;
        if (delivery.storeOnly === true) {
          outcome = { fresh, parked: newlyParked, pending: [] };
          return;
        }
        const deadlineMs = delivery.deadlineMs ?? settings.handlingDeadlineMs;
        const failures = await before(deadlineMs, pool, client, tx, (guarded) => applyEvents(service, judge, guarded, fresh));
        const settled = failures.map((failure) => settlementOf(failure, { attempts: 0, waits: 0, ageMs: 0 }, settings));
        await storeSettlements(tx, settled);
        const parked = settled.filter((one) => one.status === 'parked').length;
        outcome = { fresh, parked: newlyParked + parked, pending: settled.filter((one) => one.status === 'pending') };
      },
      () => crashPoint('inbox.before-commit'),
    );
    crashPoint('inbox.after-commit-before-ack');
    report(lane, events, outcome, delivery);
  };

  const insertRows = async (
    tx: Tx,
    lane: Lane,
    events: readonly Envelope[],
    flawed: readonly Flawed[],
    status: 'done' | 'pending',
    slot: number,
    suspect: boolean,
  ): Promise<Set<string>> => {
    const keep = status === 'pending';
    const { rows } = await tx.query<{ id: string }>(insert, [
      [...events.map((event) => event.id), ...flawed.map((one) => one.id)],
      lane,
      [...events.map(() => status), ...flawed.map(() => 'parked')],
      [...events.map((event) => event.type), ...flawed.map((one) => one.type)],
      [...events.map((event) => event.source), ...flawed.map((one) => one.source)],
      [...events.map((event) => (keep ? JSON.stringify(event) : null)), ...flawed.map((one) => one.text)],
      [...events.map(() => null), ...flawed.map((one) => one.reason.replaceAll('\0', '').slice(0, 2000))],
      options.shard * 16 + slot,
      options.knownTypes,
      suspect ? 1 : 0,
    ]);
    return new Set(rows.map((row) => row.id));
  };

  const report = (
    lane: Lane,
    events: readonly Envelope[],
    outcome: { fresh: Envelope[]; parked: number; pending: Settlement[] },
    delivery: Delivery,
  ): void => {
    const attributes = { service, lane };
    const count = meters();
    count.received.add(outcome.fresh.length, attributes);
    count.duplicates.add(events.length - outcome.fresh.length, attributes);
    const now = Date.now();
    for (const event of outcome.fresh) count.latency.record(Math.max(0, now - timeOfId(event.id).getTime()), attributes);
    if (outcome.parked > 0) {
      count.parked.add(outcome.parked, attributes);
      log.error({ lane, parked: outcome.parked }, 'events were parked; see the list of parked events for the reasons');
    }
    if (outcome.pending.length > 0) {
      count.pending.add(outcome.pending.length, attributes);
      options.dueIn(lane, Math.min(...outcome.pending.map((one) => one.delayMs)));
      log.warn({ lane, pending: outcome.pending.length, first: outcome.pending[0]?.error }, 'events failed and are tried again later');
    }
    if (delivery.storeOnly === true) options.dueIn(lane, 0);
    options.committed();
  };

  /** Conflicts are tried again; whatever else goes wrong with a set is narrowed down, and at last stored without being handled. */
  const receiveSome = async (lane: Lane, events: Envelope[], flawed: Flawed[], delivery: Delivery, slot: number): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await receiveOnce(lane, events, flawed, delivery, slot);
      } catch (error) {
        const kind = kindOf(error);
        if (kind === 'database-away' || (delivery.storeOnly === true && kind !== 'conflict')) throw error;
        if (kind === 'conflict' && attempt < 8) {
          await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, 10, 500)));
          continue;
        }
        log.warn({ lane, events: events.length, error: describe(error) }, 'a batch could not be handled as a whole');
        if (error instanceof TooSlow || events.length + flawed.length <= 1) {
          return await receiveSome(lane, events, flawed, { storeOnly: true }, slot);
        }
        const middle = Math.ceil(events.length / 2);
        await receiveSome(lane, events.slice(0, middle), flawed, delivery, slot);
        return await receiveSome(lane, events.slice(middle), [], delivery, slot);
      }
    }
  };

  return async (lane, raws, delivery = {}) => {
    if (raws.length === 0) {
      await pool.query('SELECT 1');
      return;
    }
    crashPoint('inbox.after-receive');
    const { events, flawed, own } = judge.judge(raws);
    slots = (slots + 1) % 16;
    if (events.length + flawed.length > 0) await receiveSome(lane, events, flawed, delivery, slots);
    if (own.length > 0) await options.own(own);
  };
}

/** Runs `work` for at most `deadlineMs`; after that its statement is cancelled and its transaction handle refuses further ones. */
async function before<T>(deadlineMs: number, pool: pg.Pool, client: pg.PoolClient, tx: Tx, work: (guarded: Tx) => Promise<T>): Promise<T> {
  let over = false;
  const guarded: Tx = {
    query: (text, values) => (over ? Promise.reject(new TooSlow('the handling was given up')) : tx.query(text, values)),
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      over = true;
      const { processID } = client as unknown as { processID: number };
      pool.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => undefined);
      reject(new TooSlow(`handling took longer than ${deadlineMs} ms`));
    }, deadlineMs);
  });
  const working = work(guarded);
  // When it loses the race its own failure is of no interest any more.
  working.catch(() => undefined);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}
