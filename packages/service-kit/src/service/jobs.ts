import { context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { activeTraceparent, inLinkedSpan, spanContextIn, type Tx } from '@tributary/messaging';
import type pg from 'pg';
import PgBoss from 'pg-boss';
import type { Logger } from 'pino';
import { afterCommit } from '../data/tx.js';
import type { Clock, EnqueueOptions, Job, Jobs } from '../types.js';
import { type InFlight, inFlight } from './in-flight.js';
import { repeatEvery } from './repeating.js';

export interface JobRunner extends Jobs {
  start(): Promise<void>;
  /** Takes no new job and waits this long for those that run; pg-boss gives the rest to the next start. */
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

interface Running extends JobRunnerOptions {
  boss: PgBoss;
  work: InFlight;
  /** Queues that exist or are being made. */
  queues: Map<string, Promise<void>>;
  workerIds: Map<string, string>;
  cancelRepeats: (() => void)[];
  stopping: boolean;
}

/** Jobs on pg-boss, in the service's own database and over its own pool. */
export function createJobRunner(options: JobRunnerOptions): JobRunner {
  const names = options.jobs.map((job) => job.name);
  if (new Set(names).size !== names.length) throw new Error(`${options.service} has two jobs of one name`);
  const work = inFlight();
  const state: Running = {
    ...options,
    work,
    boss: openBoss(options, work),
    queues: new Map(),
    workerIds: new Map(),
    cancelRepeats: [],
    stopping: false,
  };
  return {
    start: () => start(state),
    stop: (timeoutMs) => stop(state, timeoutMs),
    enqueue: (tx, name, data, enqueueOptions) => enqueue(state, tx, name, data, enqueueOptions),
    runClockJobs: () => runClockJobs(state),
    async drain() {
      for (let found = 1; found > 0 && !state.stopping; ) {
        found = 0;
        for (const job of state.jobs) if (state.queues.has(job.name)) found += await drainOne(state, job);
      }
    },
  };
}

function openBoss({ pool, mode, jobs, log }: JobRunnerOptions, work: InFlight): PgBoss {
  const workers = mode === 'workers';
  const boss = new PgBoss({
    // pg-boss does not await its last statements: tracked, so that stopping does not close the pool under them.
    db: { executeSql: (text: string, values?: unknown[]) => work.track(pool.query(text, values)) },
    schema: 'pgboss',
    migrate: false,
    supervise: workers,
    schedule: workers && jobs.some((job) => job.schedule !== undefined),
  });
  boss.on('error', (error) => log.warn({ reason: error.message }, 'the job queue stumbled'));
  return boss;
}

/** Where a queued job comes from, inside its data: the job goes on in the trace of who enqueued it. */
const traceKey = '$traceparent';

function run({ service, clock, log, work }: Running, job: Job, queued: Record<string, unknown>): Promise<void> {
  const { [traceKey]: traceparent, ...data } = queued;
  const origin = typeof traceparent === 'string' ? spanContextIn(traceparent) : undefined;
  const parent = origin ? trace.setSpanContext(ROOT_CONTEXT, origin) : context.active();
  const surroundings = { now: clock.now(), log: log.child({ job: job.name }) };
  const span = { kind: SpanKind.CONSUMER, attributes: { 'service.name': service }, links: origin ? [origin] : [], parent };
  return work.track(inLinkedSpan(`job ${job.name}`, span, () => job.run(data, surroundings)));
}

function queueOf(state: Running, name: string): Promise<void> {
  const queue = state.queues.get(name) ?? state.boss.createQueue(name);
  state.queues.set(name, queue);
  return queue;
}

async function start(state: Running): Promise<void> {
  const { boss, jobs } = state;
  await boss.start();
  for (const { name } of await boss.getQueues()) state.queues.set(name, Promise.resolve());
  if (state.mode === 'manual') return;
  for (const job of jobs) await employ(state, job);
  const scheduled = new Set(jobs.filter((job) => job.schedule !== undefined).map((job) => job.name));
  for (const { name } of await boss.getSchedules()) if (!scheduled.has(name)) await boss.unschedule(name);
}

/** Gives a job its worker, and its schedule or repetition. */
async function employ(state: Running, job: Job): Promise<void> {
  const { boss, pool, log } = state;
  await queueOf(state, job.name);
  const id = await boss.work<Record<string, unknown>>(job.name, { pollingIntervalSeconds: 2 }, async (batch) => {
    for (const one of batch) await run(state, job, one.data ?? {});
  });
  state.workerIds.set(job.name, id);
  if (job.schedule !== undefined) await boss.schedule(job.name, job.schedule, {}, { tz: 'UTC' });
  if (job.everySeconds !== undefined) {
    state.cancelRepeats.push(repeatEvery({ pool, name: job.name, everySeconds: job.everySeconds, log, run: () => run(state, job, {}) }));
  }
}

async function stop(state: Running, timeoutMs: number): Promise<void> {
  state.stopping = true;
  for (const cancel of state.cancelRepeats) cancel();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([state.work.idle(), patience]);
  clearTimeout(timer);
  await state.boss.stop({ graceful: false });
}

async function enqueue(state: Running, tx: Tx, name: string, data: object, options: EnqueueOptions = {}): Promise<void> {
  if (!state.jobs.some((job) => job.name === name)) throw new Error(`${state.service} has no job ${name}`);
  await queueOf(state, name);
  const { singletonKey, startAfterSeconds, retryLimit = 10 } = options;
  const traceparent = activeTraceparent();
  await state.boss.send(name, traceparent === null ? data : { ...data, [traceKey]: traceparent }, {
    retryLimit,
    retryDelay: 5,
    retryBackoff: true,
    ...(singletonKey === undefined ? {} : { singletonKey }),
    ...(startAfterSeconds === undefined ? {} : { startAfter: startAfterSeconds }),
    db: { executeSql: (text, values) => tx.query(text, values) },
  });
  const worker = state.workerIds.get(name);
  if (worker !== undefined) afterCommit(tx, () => state.boss.notifyWorker(worker));
}

async function runClockJobs(state: Running): Promise<void> {
  const failures: unknown[] = [];
  for (const job of state.jobs.filter((each) => each.onClock)) {
    if (state.stopping) return;
    await run(state, job, {}).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} jobs failed when the clock moved`);
}

async function drainOne(state: Running, job: Job): Promise<number> {
  const { boss, log } = state;
  for (let count = 0; ; count++) {
    const [next] = await boss.fetch<Record<string, unknown>>(job.name, { batchSize: 1 });
    if (!next) return count;
    try {
      await run(state, job, next.data ?? {});
      await boss.complete(job.name, next.id);
    } catch (error) {
      log.error({ err: error, job: job.name }, 'a job failed and will be tried again');
      await boss.fail(job.name, next.id, { message: error instanceof Error ? error.message : String(error) });
    }
  }
}
