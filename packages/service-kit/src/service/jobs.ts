import type { Tx } from '@tributary/messaging';
import type pg from 'pg';
import PgBoss from 'pg-boss';
import type { Logger } from 'pino';
import { afterCommit } from '../data/tx.js';
import { withSpan } from '../platform/telemetry.js';
import type { Clock, EnqueueOptions, Job, Jobs } from '../types.js';
import { repeatEvery } from './repeating.js';

export interface JobRunner extends Jobs {
  start(): Promise<void>;
  /** Takes no new job, waits for those that run. */
  stop(timeoutMs: number): Promise<void>;
  /** Runs every `onClock` job, in the order of the table. @throws AggregateError when any failed; the others have run. */
  runClockJobs(): Promise<void>;
  /** Runs what is enqueued and due until nothing is. Failed jobs are tried again later, by themselves. */
  drain(): Promise<void>;
}

export interface JobRunnerOptions {
  service: string;
  pool: pg.Pool;
  log: Logger;
  clock: Clock;
  mode: 'workers' | 'manual';
  jobs: readonly Job[];
}

/** Jobs on pg-boss, in the service's own database and over its own pool. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const { jobs, log, mode, pool } = options;
  const names = new Set(jobs.map((job) => job.name));
  if (names.size !== jobs.length) throw new Error(`${options.service} has two jobs of one name`);
  const running = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work);
    const done = () => running.delete(work);
    work.then(done, done);
    return work;
  };
  // pg-boss does not await its last statements: counted here, so that stopping does not close the pool under them.
  const executeSql = (text: string, values?: unknown[]) => track(pool.query(text, values));
  const workers = mode === 'workers';
  const boss = new PgBoss({
    db: { executeSql },
    schema: 'pgboss',
    migrate: false,
    supervise: workers,
    schedule: workers && jobs.some((job) => job.schedule !== undefined),
  });
  boss.on('error', (error) => log.warn({ reason: error.message }, 'the job queue stumbled'));
  const queues = new Map<string, Promise<void>>();
  const workerIds = new Map<string, string>();
  const repeats: (() => void)[] = [];
  let stopping = false;

  const run = (job: Job, data: Record<string, unknown>) =>
    track(
      withSpan(`job ${job.name}`, { 'service.name': options.service }, () =>
        job.run(data, { now: options.clock.now(), log: log.child({ job: job.name }) }),
      ),
    );

  const queue = (name: string): Promise<void> => {
    const made = queues.get(name) ?? boss.createQueue(name);
    queues.set(name, made);
    return made;
  };

  async function work(job: Job): Promise<void> {
    await queue(job.name);
    const id = await boss.work<Record<string, unknown>>(job.name, { pollingIntervalSeconds: 2 }, async (batch) => {
      for (const one of batch) await run(job, one.data ?? {});
    });
    workerIds.set(job.name, id);
    if (job.schedule !== undefined) await boss.schedule(job.name, job.schedule, {}, { tz: 'UTC' });
    if (job.everySeconds !== undefined)
      repeats.push(repeatEvery({ pool, name: job.name, everySeconds: job.everySeconds, log, run: () => run(job, {}) }));
  }

  async function drainOne(job: Job): Promise<number> {
    let count = 0;
    for (;;) {
      const [next] = await boss.fetch<Record<string, unknown>>(job.name, { batchSize: 1 });
      if (!next) return count;
      count++;
      try {
        await run(job, next.data ?? {});
        await boss.complete(job.name, next.id);
      } catch (error) {
        log.error({ err: error, job: job.name }, 'a job failed and will be tried again');
        await boss.fail(job.name, next.id, { message: error instanceof Error ? error.message : String(error) });
      }
    }
  }

  return {
    async start() {
      await boss.start();
      for (const { name } of await boss.getQueues()) queues.set(name, Promise.resolve());
      if (!workers) return;
      for (const job of jobs) await work(job);
      for (const { name } of await boss.getSchedules())
        if (!jobs.some((job) => job.name === name && job.schedule)) await boss.unschedule(name);
    },
    async stop(timeoutMs) {
      stopping = true;
      for (const cancel of repeats) cancel();
      const idle = async () => {
        while (running.size > 0) await Promise.allSettled([...running]);
      };
      await Promise.race([idle(), new Promise((resolve) => setTimeout(resolve, timeoutMs).unref())]);
      await boss.stop({ graceful: false });
      while (running.size > 0) await Promise.allSettled([...running]);
    },
    async enqueue(tx: Tx, name: string, data: object, enqueueOptions: EnqueueOptions = {}) {
      if (!names.has(name)) throw new Error(`${options.service} has no job ${name}`);
      await queue(name);
      const { singletonKey, startAfterSeconds, retryLimit = 10 } = enqueueOptions;
      await boss.send(name, data, {
        retryLimit,
        retryDelay: 5,
        retryBackoff: true,
        ...(singletonKey === undefined ? {} : { singletonKey }),
        ...(startAfterSeconds === undefined ? {} : { startAfter: startAfterSeconds }),
        db: { executeSql: (text, values) => tx.query(text, values) },
      });
      const id = workerIds.get(name);
      if (id !== undefined) afterCommit(tx, () => boss.notifyWorker(id));
    },
    async runClockJobs() {
      const failures: unknown[] = [];
      for (const job of jobs.filter((each) => each.onClock)) {
        if (stopping) return;
        await run(job, {}).catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, `${failures.length} jobs failed when the clock moved`);
    },
    async drain() {
      for (let found = 1; found > 0 && !stopping; ) {
        found = 0;
        for (const job of jobs) if (queues.has(job.name)) found += await drainOne(job);
      }
    },
  };
}
