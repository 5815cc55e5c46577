import { type Clock, type Database, everything, type Job, Rejected } from '@tributary/service-kit';
import { z } from 'zod';
import type { RehearsalKind, Rehearse } from '../shared/rehearsal.js';
import { withRollback } from '../shared/with-rollback.js';
import { beginRehearsal, type Ending, endRehearsal, type Rehearsal, rehearseJobName, saveProgress } from './rehearsal-store.js';

export interface RehearseParts {
  db: Database;
  clock: Clock;
  rehearsals: Readonly<Record<RehearsalKind, Rehearse>>;
}

/** A statement, a wait for somebody's lock, and the whole run may take this long: the rows that it locks are others' to work on. */
const limits = { statementMs: 120_000, lockMs: 15_000, wholeMs: 600_000 };
const mostAttempts = 3;
const jobData = z.object({ rehearsalId: z.string() });

class TookTooLong extends Error {}

/** Rates in one transaction and rolls it back, then stores what came of it in another. */
export const rehearseJob = (parts: RehearseParts): Job => ({
  name: rehearseJobName,
  run: async (raw, { log }) => {
    const { db, clock } = parts;
    const { rehearsalId } = jobData.parse(raw);
    const rehearsal = await db.tx(everything, (tx) => beginRehearsal(tx, rehearsalId));
    if (rehearsal === undefined) return;
    let ending: Ending;
    try {
      ending = { result: await rehearse(parts, rehearsal) };
    } catch (error) {
      const failure = failureOf(error);
      if (failure === null && rehearsal.attempts < mostAttempts) throw error;
      if (failure === null) log.error({ err: error, rehearsalId }, 'a rehearsal failed for good');
      ending = { failure: failure ?? 'internal-error' };
    }
    await db.tx(everything, (tx) => endRehearsal(tx, rehearsalId, ending, clock.now()));
  },
});

function rehearse({ db, clock, rehearsals }: RehearseParts, { rehearsalId, kind, request, actorId }: Rehearsal): Promise<object> {
  const deadline = Date.now() + limits.wholeMs;
  const progress = async (done: number, total: number): Promise<void> => {
    if (Date.now() > deadline) throw new TookTooLong();
    // On a connection of its own: it is to be seen while the other transaction is open.
    await db.tx(everything, (tx) => saveProgress(tx, rehearsalId, done, total));
  };
  return db.tx(everything, (tx) =>
    withRollback(tx, async () => {
      await tx.query("SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true)", [
        `${limits.statementMs}`,
        `${limits.lockMs}`,
      ]);
      return rehearsals[kind](tx, request, { actorId, now: clock.now(), progress });
    }),
  );
}

const queryCanceled = '57014';

/** Why a rehearsal cannot come to an end however often it is tried; null when it may yet. */
function failureOf(error: unknown): string | null {
  if (error instanceof Rejected) return error.code;
  const late = error instanceof TookTooLong || (error as { code?: unknown } | null)?.code === queryCanceled;
  return late ? 'took-too-long' : null;
}
