import { everything } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { onConversionRecorded } from '../../src/accrual/on-conversion.consumer.js';
import { compose } from '../../src/composition.js';
import { refoldStatements } from '../../src/statements/refold-statements.js';
import type { recorded } from '../builders.js';

export const batchSize = 500;

/** A service whose bus confirms and forgets: what is sent would fill the memory that is measured. */
export const startForgetful = (now: string): Promise<TestService> =>
  startTestService(compose, {
    now: new Date(now),
    environment: {
      bus: {
        features: { broker: false, durableBindings: false },
        declare: async () => undefined,
        publish: async () => undefined,
        sendTo: async () => undefined,
        consume: async () => ({ stop: async () => undefined }),
        backlog: async () => 0,
        state: () => 'up' as const,
        onUp: () => () => undefined,
        close: async () => undefined,
      },
    },
  });

type Recorded = ReturnType<typeof recorded>;
export interface Rows {
  read: number;
  written: number;
}

// What a connection did in transactions before may still be among it: only the difference says what one has done.
const touched = `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read, sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS written
FROM pg_stat_xact_user_tables`;

/** The consumer of recorded conversions, each batch a transaction as in the inbox. Says what rows the transaction has touched. */
export function consumerOf({ db, clock, service }: TestService): (events: readonly Recorded[]) => Promise<Rows> {
  const consume = onConversionRecorded({ outbox: service.messaging.outbox, clock, refold: refoldStatements });
  return (events) =>
    db.tx(everything, async (tx) => {
      const [before] = (await tx.query<Rows>(touched)).rows;
      await consume(tx, events);
      const [after] = (await tx.query<Rows>(touched)).rows;
      return { read: (after?.read ?? 0) - (before?.read ?? 0), written: (after?.written ?? 0) - (before?.written ?? 0) };
    });
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
