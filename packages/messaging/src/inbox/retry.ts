import type pg from 'pg';
import { lanes } from '../catalogue.js';
import { crashPoint } from '../crash-point.js';
import { inTransaction } from '../database.js';
import { describe, PermanentError } from '../errors.js';
import type { MessagingSettings } from '../messaging-options.js';
import { startLoop } from '../pacing.js';
import type { Envelope, Lane, Logger, RawEvent, Tx } from '../ports.js';
import { meters } from '../telemetry.js';
import { applyEvents, type Failure } from './apply.js';
import type { Judge } from './judge.js';
import { beginHandling } from './receive.js';
import { type Earlier, settlementOf, storeSettlements } from './settle.js';

/** Tries that ended with their process, after which an event is parked: some in company, the last two alone. */
const deadlyTries = 4;
/** From this many on it is tried alone. Fewer says little: whoever dies with a full queue leaves thousands of innocent ones behind. */
const aloneFrom = 2;

interface Claimed {
  id: string;
  attempts: number;
  waits: number;
  ageMs: number;
}

// That a try begins is written down before it does: an event that kills its process is recognised by tries without an end. The row
// lock of the transaction that handles it keeps others off, so the time until it may be taken again can be short.
const claim = /* sql */ `
UPDATE messaging.inbox i SET unsettled = i.unsettled + 1, next_attempt_at = clock_timestamp() + $4 * interval '1 millisecond'
FROM (
  SELECT event_id FROM messaging.inbox
  WHERE status = 'pending' AND lane = $1 AND next_attempt_at <= clock_timestamp()
    AND (attempts >= 2 OR unsettled >= ${aloneFrom}) = $2::boolean AND unsettled < ${deadlyTries}
  ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED
) due
WHERE i.event_id = due.event_id
RETURNING i.event_id AS id, i.attempts, i.waits, (extract(epoch FROM clock_timestamp() - i.received_at) * 1000)::float8 AS "ageMs"`;

// Most looks find nothing: one statement says so.
const anyDue = /* sql */ `
SELECT EXISTS (SELECT FROM messaging.inbox WHERE status = 'pending' AND lane = $1 AND next_attempt_at <= clock_timestamp()) AS due`;

const parkDeadly = /* sql */ `
UPDATE messaging.inbox SET status = 'parked', next_attempt_at = NULL,
  error = 'deadly: the process ended each time while it was handled' || coalesce(' (' || error || ')', '')
WHERE event_id IN (SELECT event_id FROM messaging.inbox WHERE status = 'pending' AND lane = $1 AND unsettled >= ${deadlyTries}
  AND next_attempt_at <= clock_timestamp() FOR UPDATE SKIP LOCKED)`;

const giveBack = /* sql */ `
UPDATE messaging.inbox SET unsettled = greatest(0, unsettled - 1) WHERE event_id = ANY ($1::uuid[]) AND status = 'pending'`;

const hold = /* sql */ `
SELECT event_id AS id, envelope FROM messaging.inbox WHERE event_id = ANY ($1::uuid[]) AND status = 'pending'
ORDER BY event_id FOR UPDATE SKIP LOCKED`;

const finish = /* sql */ `
UPDATE messaging.inbox SET status = 'done', unsettled = 0, envelope = NULL, error = NULL, next_attempt_at = NULL
WHERE event_id = ANY ($1::uuid[])`;

export interface RetryOptions {
  service: string;
  pool: pg.Pool;
  judge: Judge;
  settings: MessagingSettings;
  log: Logger;
  committed: () => void;
}
export interface Retries {
  dueIn(lane: Lane, delayMs: number): void;
  stop(): Promise<void>;
}

/** Works pending events off the table, one loop per lane, in any number of instances. */
export function startRetries(options: RetryOptions): Retries {
  const loops = new Map(lanes.map((lane) => [lane, startLane(lane, options)]));
  const timers = new Set<NodeJS.Timeout>();
  return {
    dueIn(lane, delayMs) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        loops.get(lane)?.ring();
      }, delayMs + 5);
      timer.unref();
      timers.add(timer);
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
    },
  };
}

function startLane(lane: Lane, options: RetryOptions): ReturnType<typeof startLoop> {
  const { settings, log } = options;
  /** Tries that this process began and could not end, although it lives: they do not count as deadly. */
  const leftOver: string[] = [];
  return startLoop({
    pollMs: settings.retryPollMs,
    onError: (error, failures) => log.warn({ lane, error: describe(error), failures }, 'retrying pending events failed; it goes on'),
    async work() {
      if (leftOver.length > 0) await options.pool.query(giveBack, [leftOver.splice(0)]);
      if (!(await options.pool.query<{ due: boolean }>(anyDue, [lane])).rows[0]?.due) return false;
      const { rowCount } = await options.pool.query(parkDeadly, [lane]);
      if ((rowCount ?? 0) > 0) log.error({ lane, parked: rowCount }, 'events were parked because their handling ended the process');
      const calm = await retry(lane, options, false, settings.retryBatch, leftOver);
      // What has failed repeatedly is tried alone, so that it can take nothing down with it.
      const most = calm === settings.retryBatch ? 5 : 50; // they must not hold up a long queue of others
      let alone = 0;
      while (alone < most && (await retry(lane, options, true, 1, leftOver)) === 1) alone += 1;
      return calm === settings.retryBatch || alone === most;
    },
  });
}

async function retry(lane: Lane, options: RetryOptions, alone: boolean, limit: number, leftOver: string[]): Promise<number> {
  const { pool, settings, service } = options;
  const claimed = (await pool.query<Claimed>(claim, [lane, alone, limit, settings.retryLeaseMs])).rows;
  if (claimed.length === 0) return 0;
  try {
    const begin = beginHandling(settings);
    const work = (tx: Tx): Promise<void> => handleClaimed(tx, lane, options, claimed);
    await inTransaction(pool, begin, work, () => crashPoint('retry.before-commit'));
  } catch (error) {
    leftOver.push(...claimed.map((row) => row.id));
    throw error;
  }
  meters().retried.add(claimed.length, { service, lane });
  options.committed();
  return claimed.length;
}

async function handleClaimed(tx: Tx, lane: Lane, options: RetryOptions, claimed: readonly Claimed[]): Promise<void> {
  const { service, judge, settings, log } = options;
  const earlier = new Map(claimed.map((row) => [row.id, row]));
  const { rows } = await tx.query<{ id: string; envelope: string }>(hold, [claimed.map((row) => row.id)]);
  const { events, hopeless } = judged(judge, rows);
  const failures = [...hopeless, ...(await applyEvents(service, judge, tx, events))];
  const settled = failures.map((failure) => settlementOf(failure, earlier.get(failure.event.id) ?? fresh, settings));
  await storeSettlements(tx, settled);
  const failed = new Set(settled.map((one) => one.id));
  await tx.query(finish, [rows.map((row) => row.id).filter((id) => !failed.has(id))]);
  const parked = settled.filter((one) => one.status === 'parked');
  if (parked.length === 0) return;
  meters().parked.add(parked.length, { service, lane });
  log.error({ lane, parked: parked.length, first: parked[0]?.error }, 'events were parked');
}

const fresh: Earlier = { attempts: 0, waits: 0, ageMs: 0 };

/** Judges stored events again: the catalogue may have learnt since, or may have forgotten. */
function judged(judge: Judge, rows: readonly { id: string; envelope: string }[]): { events: Envelope[]; hopeless: Failure[] } {
  const events: Envelope[] = [];
  const hopeless: Failure[] = [];
  for (const row of rows) {
    const result = judge.judge([rawOf(row.envelope)]);
    const [event] = result.events;
    if (event !== undefined && event.id === row.id) events.push(event);
    else {
      const stored = { ...(event ?? {}), id: row.id } as Envelope;
      hopeless.push({ event: stored, error: new PermanentError(result.flawed[0]?.reason ?? 'not an event'), text: row.envelope });
    }
  }
  return { events, hopeless };
}

export function rawOf(text: string): RawEvent {
  try {
    return { content: JSON.parse(text) as unknown };
  } catch {
    return { content: text, malformed: 'not JSON' };
  }
}
