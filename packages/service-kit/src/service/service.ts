import type { RequestListener } from 'node:http';
import { catalogue } from '@tributary/contracts';
import { createMessaging } from '@tributary/messaging';
import { type OpenDatabase, openDatabase, requireDurability } from '../data/database.js';
import { migrate } from '../data/migrate.js';
import { runTx } from '../data/tx.js';
import { createApp, internalAuthentication } from '../http/app.js';
import { forgetOldAnswers } from '../http/idempotency.js';
import { everything, principalVerifier } from '../http/principal.js';
import type { DatabaseNeeds, DatabaseUrls, Job, Kit, Route, Service, ServiceEnvironment, ServiceOptions, ServiceParts } from '../types.js';
import { createClockKeeper } from './clock-keeper.js';
import { internalRoutes } from './internal-routes.js';
import { createJobRunner } from './jobs.js';
import { type Built, makeKit } from './kit.js';
import { mountHealth, type Phase, readinessOf } from './readiness.js';

/**
 * Builds one service on its database: migrates it, opens it, and wires routes, consumers and jobs. Nothing runs before `start`.
 * @throws when the database cannot be reached or migrated, or may lose what it confirms.
 */
export async function buildService<P = undefined>(options: ServiceOptions<P>): Promise<Service<P>> {
  const { name, environment } = options;
  const log = environment.log.child({ service: name });
  const needs = { name, prismaDirectory: options.prismaDirectory, appendOnly: options.appendOnly };
  const config = { ...environment.config, ...(await (environment.prepareDatabase ?? migrateConfigured(environment))(needs)) };
  const db = openDatabase<P>({ name, config, log, ...(options.prisma ? { prisma: options.prisma } : {}) });
  if (config.requireDurableDatabase) await requireDurability(db.pool);

  const { kit, complete } = makeKit<P>({ name, environment, config, db, log });
  const parts = options.parts(kit);
  const { bus, clock } = environment;
  const built: Built = {
    messaging: createMessaging({
      service: name,
      catalogue,
      pool: db.pool,
      bus,
      subscriptions: parts.subscriptions,
      log,
      ...(config.batchSize === undefined ? {} : { settings: { relayBatch: config.batchSize, retryBatch: config.batchSize } }),
    }),
    jobs: createJobRunner({ service: name, pool: db.pool, log, clock, mode: config.jobs, jobs: [...(parts.jobs ?? []), forgetting(db)] }),
  };
  complete(built);
  return assemble(kit, db, environment, parts, built);
}

/** Puts a life around the wired parts: start and stop in reverse order, readiness in between. */
function assemble<P>(
  kit: Kit<P>,
  db: OpenDatabase<P>,
  environment: ServiceEnvironment,
  parts: ServiceParts,
  { messaging, jobs }: Built,
): Service<P> {
  const keeper = createClockKeeper(db, kit.clock);
  const runDueJobs = oneAtATime(async () => {
    await jobs.runClockJobs();
    await jobs.drain();
  });
  let phase: Phase = 'new';
  const readiness = () => readinessOf(phase, db.pool, environment.bus);
  const routes = [...internalRoutes({ messaging, clock: kit.clock, keeper, runDueJobs }), ...parts.routes];
  return {
    name: kit.name,
    handler: handlerOf(kit, parts, routes, readiness),
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
      if (started) await jobs.stop(kit.config.stopDeadlineMs);
      await parts.onStop?.();
      await db.close();
    },
  };
}

function handlerOf<P>(kit: Kit<P>, parts: ServiceParts, routes: readonly Route[], readiness: Service['readiness']): RequestListener {
  const { name, db, clock, log, config } = kit;
  const app = createApp({
    host: { name, db, clock, log, notYetKnownWaitMs: config.notYetKnownWaitMs },
    routes,
    authenticate: internalAuthentication(principalVerifier(kit.keys)),
    before(express) {
      mountHealth(express, readiness);
      parts.rawRoutes?.(express);
    },
  });
  const { fastPath } = parts;
  if (!fastPath) return app;
  return (request, response) => {
    if (!fastPath(request, response)) app(request, response);
  };
}

function migrateConfigured({ config }: ServiceEnvironment): (needs: DatabaseNeeds) => Promise<DatabaseUrls> {
  const { databaseUrl, databaseAppUrl } = config;
  return async (needs) => {
    await migrate({ ...needs, databaseUrl, databaseAppUrl });
    return { databaseUrl, databaseAppUrl };
  };
}

/** The kit's own job, in every service. */
function forgetting({ pool }: OpenDatabase<unknown>): Job {
  return { name: 'forget-old-answers', everySeconds: 3600, run: async () => void (await runTx(pool, everything, forgetOldAnswers)) };
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
