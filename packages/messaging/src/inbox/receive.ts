import type pg from 'pg';
import { crashPoint } from '../crash-point.js';
import { inTransaction } from '../database.js';
import { timeOfId } from '../envelope.js';
import { describe, kindOf, TooSlow } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import { backoffMs } from '../pacing.js';
import { rowsOf } from '../parameters.js';
import type { Delivery, Envelope, Lane, Logger, Receive, Tx } from '../ports.js';
import { tally } from '../reconcile/tally.js';
import { meters } from '../telemetry.js';
import { applyEvents } from './apply.js';
import type { Flawed, Judge } from './judge.js';
import { type Settlement, settlementOf, storeSettlements } from './settle.js';

// The inbox row is the proof of receipt, whatever its status.
const insert = /* sql */ `
INSERT INTO messaging.inbox (event_id, status, lane, type, source, envelope, error, unsettled, next_attempt_at)
SELECT event_id, status, $7, type, source, envelope, error, $8, CASE WHEN status = 'pending' THEN clock_timestamp() END
FROM ${rowsOf({ event_id: 'uuid', status: 'text', type: 'text', source: 'text', envelope: 'text', error: 'text' })} e
ORDER BY event_id
ON CONFLICT (event_id) DO NOTHING RETURNING event_id AS id`;

const addReceipts = /* sql */ `
INSERT INTO messaging.receipts AS r (source, type, bucket, shard, count, hash)
SELECT source, type, to_timestamp(bucket / 1000), $1, count, hash
FROM unnest($2::text[], $3::text[], $4::float8[], $5::bigint[], $6::bigint[]) AS tally (source, type, bucket, count, hash)
ON CONFLICT (source, bucket, type, shard) DO UPDATE SET count = r.count + excluded.count, hash = r.hash # excluded.hash`;

export interface InboxOptions {
  service: string;
  pool: pg.Pool;
  judge: Judge;
  knownTypes: ReadonlySet<string>;
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

interface Outcome {
  fresh: Envelope[];
  parked: number;
  pending: Settlement[];
}
/** Some of a delivery: what can be handled, and what is parked as it stands. */
interface Portion {
  lane: Lane;
  events: Envelope[];
  flawed: Flawed[];
  delivery: Delivery;
  slot: number;
}

/**
 * The inbox's door. Returns when every event is handled, recognised as known, stored as pending or parked, in committed
 * transactions; throws when the database is away, and then nothing may be acknowledged.
 */
export function createReceive(options: InboxOptions): Receive {
  let slots = 0;
  return async (lane, raws, delivery = {}) => {
    if (raws.length === 0) {
      await options.pool.query('SELECT 1');
      return;
    }
    crashPoint('inbox.after-receive');
    const { events, flawed, own } = options.judge.judge(raws);
    slots = (slots + 1) % 16;
    if (events.length + flawed.length > 0) await receiveSome(options, { lane, events, flawed, delivery, slot: slots });
    if (own.length > 0) await options.own(own);
  };
}

/** Conflicts are tried again; whatever else goes wrong with a set is narrowed down, and at last stored without being handled. */
async function receiveSome(options: InboxOptions, portion: Portion, attempt = 1): Promise<void> {
  const { events, flawed, delivery, lane } = portion;
  try {
    await receiveOnce(options, portion);
  } catch (error) {
    const kind = kindOf(error);
    if (kind === 'conflict' && attempt < 8) {
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, 10, 500)));
      return receiveSome(options, portion, attempt + 1);
    }
    if (kind === 'database-away' || delivery.storeOnly === true) throw error;
    options.log.warn({ lane, events: events.length, error: describe(error) }, 'a batch could not be handled as a whole');
    if (error instanceof TooSlow || events.length + flawed.length <= 1) {
      return receiveSome(options, { ...portion, delivery: { storeOnly: true } });
    }
    const middle = Math.ceil(events.length / 2);
    await receiveSome(options, { ...portion, events: events.slice(0, middle) });
    await receiveSome(options, { ...portion, events: events.slice(middle), flawed: [] });
  }
}

async function receiveOnce(options: InboxOptions, portion: Portion): Promise<void> {
  const { pool, settings } = options;
  const outcome = await inTransaction(
    pool,
    beginHandling(settings),
    (tx, client) => takeIn(options, portion, tx, client),
    () => crashPoint('inbox.before-commit'),
  );
  crashPoint('inbox.after-commit-before-ack');
  report(options, portion, outcome);
}

/** Inserts the rows, handles what is new, and writes down what failed: one transaction. */
async function takeIn(options: InboxOptions, portion: Portion, tx: Tx, client: pg.PoolClient): Promise<Outcome> {
  const { pool, settings, service, judge } = options;
  const { events, flawed, delivery } = portion;
  const known = await insertRows(options, portion, tx);
  const fresh = events.filter((event) => known.has(event.id));
  const newlyParked = flawed.filter((one) => known.has(one.id)).length;
  if (delivery.storeOnly === true) return { fresh, parked: newlyParked, pending: [] };
  const deadlineMs = delivery.deadlineMs ?? settings.handlingDeadlineMs;
  const failures = await before(deadlineMs, pool, client, tx, (guarded) => applyEvents(service, judge, guarded, fresh));
  const settled = failures.map((failure) => settlementOf(failure, { attempts: 0, waits: 0, ageMs: 0 }, settings));
  await storeSettlements(tx, settled);
  const parked = settled.filter((one) => one.status === 'parked').length;
  return { fresh, parked: newlyParked + parked, pending: settled.filter((one) => one.status === 'pending') };
}

/** The ids that were not known before. */
async function insertRows(options: InboxOptions, portion: Portion, tx: Tx): Promise<Set<string>> {
  const { lane, events, flawed, delivery } = portion;
  const keep = delivery.storeOnly === true;
  const { rows } = await tx.query<{ id: string }>(insert, [
    [...events.map((event) => event.id), ...flawed.map((one) => one.id)],
    [...events.map(() => (keep ? 'pending' : 'done')), ...flawed.map(() => 'parked')],
    [...events.map((event) => event.type), ...flawed.map((one) => one.type)],
    [...events.map((event) => event.source), ...flawed.map((one) => one.source)],
    [...events.map((event) => (keep ? JSON.stringify(event) : null)), ...flawed.map((one) => one.text)],
    [...events.map(() => null), ...flawed.map((one) => one.reason.replaceAll('\0', '').slice(0, 2000))],
    lane,
    delivery.suspect === true ? 1 : 0,
  ]);
  const fresh = new Set(rows.map((row) => row.id));
  await countReceipts(options, portion, fresh, tx);
  return fresh;
}

/** Counts what is new for reconciliation; what has no trustworthy type is not counted. */
async function countReceipts(options: InboxOptions, { events, flawed, slot }: Portion, fresh: ReadonlySet<string>, tx: Tx): Promise<void> {
  const counted = [...events, ...flawed].filter(({ id, type }) => fresh.has(id) && options.knownTypes.has(type ?? ''));
  if (counted.length === 0) return;
  const tallies = tally(counted, ({ source, type }) => `${source} ${type}`);
  await tx.query(addReceipts, [
    options.shard * 16 + slot,
    tallies.map(({ one }) => one.source ?? ''),
    tallies.map(({ one }) => one.type),
    tallies.map(({ bucket }) => bucket),
    tallies.map(({ count }) => count),
    tallies.map(({ hash }) => hash),
  ]);
}

function report(options: InboxOptions, portion: Portion, outcome: Outcome): void {
  const { service, log } = options;
  const { lane, events, delivery } = portion;
  const attributes = { service, lane };
  const count = meters();
  count.received.add(outcome.fresh.length, attributes);
  count.duplicates.add(events.length - outcome.fresh.length, attributes);
  const oldest = Math.min(...outcome.fresh.map(({ id }) => timeOfId(id).getTime()));
  if (outcome.fresh.length > 0) count.latency.record(Math.max(0, Date.now() - oldest), attributes);
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
