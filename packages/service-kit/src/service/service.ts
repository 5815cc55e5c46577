import type { IncomingMessage, ServerResponse } from 'node:http';
import { catalogue } from '@tributary/contracts';
import { createMessaging, type Messaging, type Outbox } from '@tributary/messaging';
import type { Express } from 'express';
import { openDatabase, requireDurability } from '../data/database.js';
import { migrate } from '../data/migrate.js';
import { afterCommit, runTx } from '../data/tx.js';
import { createApp, internalAuthentication } from '../http/app.js';
import { forgetOldAnswers } from '../http/idempotency.js';
import { everything, principalVerifier } from '../http/principal.js';
import { currentTelemetry } from '../platform/telemetry.js';
import { createVault } from '../platform/vault.js';
import type {
  DatabaseNeeds,
  DatabaseUrls,
  Job,
  Kit,
  Readiness,
  Service,
  ServiceEnvironment,
  ServiceOptions,
  SimulatableClock,
} from '../types.js';
import { createClockKeeper } from './clock-keeper.js';
import { internalRoutes } from './internal-routes.js';
import { createJobRunner, type JobRunner } from './jobs.js';

/**
 * Builds one service on its database: migrates it, opens it, and wires routes, consumers and jobs. Nothing runs before `start`.
 * @throws when the database cannot be reached or migrated, or may lose what it confirms.
 */
export async function buildService<P = undefined>(options: ServiceOptions<P>): Promise<Service<P>> {
  const { name, environment } = options;
  const { clock, bus, keys } = environment;
  const log = environment.log.child({ service: name });
  const needs = { name, prismaDirectory: options.prismaDirectory, appendOnly: options.appendOnly };
  const config = { ...environment.config, ...(await (environment.prepareDatabase ?? migrateConfigured(environment))(needs)) };
  const db = openDatabase<P>({ name, config, log, ...(options.prisma ? { prisma: options.prisma } : {}) });
  if (config.requireDurableDatabase) await requireDurability(db.pool);

  // The parts name the kit and messaging names the parts: whoever asks before all is built is told so.
  let built: { messaging: Messaging; jobs: JobRunner } | undefined;
  const wired = () => {
    if (!built) throw new Error(`${name} is still being composed: use messaging and jobs inside handlers only`);
    return built;
  };
  const kit: Kit<P> = {
    name,
    db,
    clock,
    keys,
    log,
    config,
    env: environment.env,
    vault: createVault(keys),
    outbox: stampingOutbox(clock, () => wired().messaging),
    jobs: { enqueue: (...parameters) => wired().jobs.enqueue(...parameters) },
    get messaging() {
      return wired().messaging;
    },
  };
  const parts = options.parts(kit);
  const forget: Job = {
    name: 'forget-old-answers',
    everySeconds: 3600,
    run: async () => void (await runTx(db.pool, everything, forgetOldAnswers)),
  };
  built = {
    messaging: createMessaging({ service: name, catalogue, pool: db.pool, bus, subscriptions: parts.subscriptions, log }),
    jobs: createJobRunner({ service: name, pool: db.pool, log, clock, mode: config.jobs, jobs: [...(parts.jobs ?? []), forget] }),
  };
  const { messaging, jobs } = built;
  const keeper = createClockKeeper(db, clock);
  const runDueJobs = oneAtATime(async () => {
    await jobs.runClockJobs();
    await jobs.drain();
  });
  let phase: 'new' | 'running' | 'stopping' = 'new';

  async function readiness(): Promise<Readiness> {
    if (phase !== 'running') return { status: 'not-ready', reasons: [phase === 'new' ? 'starting' : 'stopping'] };
    const database = await db.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
    if (!database) return { status: 'not-ready', reasons: ['database is away'] };
    const state = bus.state();
    return state === 'up' ? { status: 'ready', reasons: [] } : { status: 'degraded', reasons: [`bus is ${state}`] };
  }

  const app = createApp({
    host: { name, db, clock, log, notYetKnownWaitMs: config.notYetKnownWaitMs },
    routes: [...internalRoutes({ messaging: () => messaging, clock, keeper, runDueJobs }), ...parts.routes],
    authenticate: internalAuthentication(principalVerifier(keys)),
    before(express) {
      mountHealth(express, readiness);
      parts.rawRoutes?.(express);
    },
  });
  const { fastPath } = parts;
  const handler = (request: IncomingMessage, response: ServerResponse<IncomingMessage>) => {
    if (!fastPath?.(request, response)) app(request, response);
  };

  return {
    name,
    handler,
    routes: parts.routes,
    subscriptions: parts.subscriptions,
    messaging,
    db,
    readiness,
    runDueJobs,
    async start() {
      await keeper.restore();
      await jobs.start();
      await parts.onStart?.();
      await messaging.start();
      phase = 'running';
    },
    async stop() {
      if (phase === 'stopping') return;
      const started = phase === 'running';
      phase = 'stopping';
      if (started) await messaging.stop();
      if (started) await jobs.stop(config.stopDeadlineMs);
      await parts.onStop?.();
      await db.close();
    },
  };
}

function migrateConfigured({ config }: ServiceEnvironment): (needs: DatabaseNeeds) => Promise<DatabaseUrls> {
  const { databaseUrl, databaseAppUrl } = config;
  return async (needs) => {
    await migrate({ ...needs, databaseUrl, databaseAppUrl });
    return { databaseUrl, databaseAppUrl };
  };
}

/** Events carry the business clock's time, and the relay looks as soon as they are committed. */
function stampingOutbox(clock: SimulatableClock, messaging: () => Messaging): Outbox {
  return {
    append(tx, context, events) {
      const { outbox, wake } = messaging();
      afterCommit(tx, wake);
      return outbox.append(
        tx,
        context,
        events.map((event) => ({ time: clock.now(), ...event })),
      );
    },
  };
}

/** Calls wait for each other. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

function mountHealth(app: Express, readiness: () => Promise<Readiness>): void {
  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/readyz', async (_request, response) => {
    const ready = await readiness();
    response.status(ready.status === 'not-ready' ? 503 : 200).json(ready);
  });
  app.get('/metrics', (request, response) => {
    const telemetry = currentTelemetry();
    if (telemetry) telemetry.metricsHandler(request, response);
    else response.status(200).type('text/plain').send('');
  });
}
