import { kindOf } from '../errors.js';
import type { Envelope, Tx } from '../ports.js';
import { withConsumeSpan } from '../telemetry.js';
import type { Judge } from './judge.js';

export interface Failure {
  event: Envelope;
  error: unknown;
  /** The event as stored, when it is not the JSON of `event`. */
  text?: string;
}

/**
 * Has consumers handle the events inside an open transaction. What fails leaves no trace: the set is halved until the failing event
 * stands alone, everything else is applied. Deferred constraints are checked inside each savepoint, so that COMMIT finds nothing new.
 * Throws only when the whole transaction is to be given up: the database is away, or a deadlock or serialisation conflict.
 */
export async function applyEvents(service: string, judge: Judge, tx: Tx, events: readonly Envelope[]): Promise<Failure[]> {
  const ordered = [...events].sort((a, b) => judge.rankOf(a.type) - judge.rankOf(b.type) || compare(a.type, b.type) || compare(a.id, b.id));
  return ordered.length === 0 ? [] : applySome(service, judge, tx, ordered);
}

async function applySome(service: string, judge: Judge, tx: Tx, events: readonly Envelope[]): Promise<Failure[]> {
  await tx.query('SAVEPOINT handling');
  try {
    for (const group of groups(judge, events)) await handle(service, judge, tx, group);
    await tx.query('SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; RELEASE SAVEPOINT handling');
    return [];
  } catch (error) {
    const kind = kindOf(error);
    if (kind === 'database-away' || kind === 'conflict') throw error;
    await tx.query('ROLLBACK TO SAVEPOINT handling; RELEASE SAVEPOINT handling');
    const [only] = events;
    if (events.length === 1 && only !== undefined) return [{ event: only, error }];
    const middle = Math.ceil(events.length / 2);
    const first = await applySome(service, judge, tx, events.slice(0, middle));
    return [...first, ...(await applySome(service, judge, tx, events.slice(middle)))];
  }
}

async function handle(service: string, judge: Judge, tx: Tx, events: readonly Envelope[]): Promise<void> {
  const type = events[0]?.type ?? '';
  const consumer = judge.consumerOf(type);
  if (consumer === undefined) throw new Error(`no consumer for ${type}`);
  const name = events.every((event) => event.type === type) ? type : '*';
  await withConsumeSpan(service, name, events, () => consumer(tx, events));
}

/** Runs of one type, or of whatever types the archive takes, in the order given. */
function groups(judge: Judge, events: readonly Envelope[]): Envelope[][] {
  const found: Envelope[][] = [];
  const goTogether = (a: string, b: string) => a === b || (judge.isArchived(a) && judge.isArchived(b));
  for (const event of events) {
    const last = found.at(-1);
    if (last?.[0] !== undefined && goTogether(last[0].type, event.type)) last.push(event);
    else found.push([event]);
  }
  return found;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
