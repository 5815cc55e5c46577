import path from 'node:path';
import { kindOf } from '@tributary/messaging';
import { buildService, type Kit, principalVerifier, type Service, type ServiceEnvironment } from '@tributary/service-kit';
import { clickRecorder } from './clicks/click-recorder.js';
import { clickInserter } from './clicks/click-store.js';
import { followLink } from './clicks/follow-link.js';
import { openSpool, type Spool } from './clicks/spool.js';
import { visitorReader } from './clicks/visitor.js';
import { onArrivals } from './conversions/attribute-waiting.js';
import type { Incoming, Outcome } from './conversions/incoming.js';
import { intake } from './conversions/intake.js';
import { brandWaiter } from './conversions/known-brands.js';
import { reportEvents } from './conversions/post-events.js';
import { reattribute } from './conversions/reattribute.js';
import { PrismaClient } from './generated/client.js';
import { jobs } from './jobs.js';
import { linkCache } from './links/link-cache.js';
import { routes } from './routes.js';
import { groupCommit } from './shared/group-commit.js';
import { hotPool, hotTx } from './shared/hot-tx.js';
import { subscriptions } from './subscriptions.js';
import { reattributeJob, type Tracking } from './tracking.js';

/** One for clicks, two for single events, two for batches and jobs. */
const hotConnections = 5;
const wakeEveryMs = 50;

/** Tracking, composed: what happened. */
export async function compose(environment: ServiceEnvironment): Promise<Service<PrismaClient>> {
  const { env, config } = environment;
  const spool = await openSpool(env['TRIBUTARY_SPOOL_DIR'] ?? path.join(config.dataDir, 'spool'));
  return buildService<PrismaClient>({
    name: 'tracking',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: ['clicks', 'conversion_keys', 'customer_changes', 'enrollment_policies'],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit) => {
      const service = parts(kit, spool);
      return {
        routes: routes(service),
        subscriptions: subscriptions(service),
        jobs: jobs(service),
        fastPath: (request, response) => followLink(service, request, response) || reportEvents(service, request, response),
        async onStart() {
          await service.links.preload();
          service.clicks.start();
        },
        async onStop() {
          await service.clicks.stop();
          await service.hotPool.end();
        },
      };
    },
  });
}

function parts(kit: Kit<PrismaClient>, spool: Spool): Tracking {
  const pool = hotPool(kit.config.databaseAppUrl, {
    max: hotConnections,
    onError: (error) => kit.log.warn({ reason: error.message }, 'a database connection broke'),
  });
  // At most 20 times a second: a relay that runs after every group would halve the intake.
  let waking: NodeJS.Timeout | undefined;
  const wakeSoon = (): void => {
    if (waking !== undefined) return;
    waking = setTimeout(() => {
      waking = undefined;
      kit.messaging.wake();
    }, wakeEveryMs);
  };
  const take = async (events: readonly Incoming[]): Promise<Outcome[]> => {
    const outcomes = await hotTx(pool, (tx) => intake(tx, kit.outbox, events, kit.clock.now()));
    wakeSoon();
    return outcomes;
  };
  const singles = groupCommit<Incoming, Outcome>({
    write: take,
    writers: 2,
    enough: 16,
    splitOn: (error) => kindOf(error) !== 'database-away',
  });
  const clicks = clickRecorder({
    insert: clickInserter(pool),
    spool,
    log: kit.log,
    async onLate(late) {
      const arrivals = late.map(({ id, brandId }) => ({ kind: 'click' as const, key: id, brandId }));
      await hotTx(pool, (tx) => onArrivals(tx, kit.outbox, arrivals, kit.clock.now()));
      kit.messaging.wake();
    },
  });
  return {
    kit,
    hotPool: pool,
    clicks,
    publicUrl: (kit.env['TRIBUTARY_PUBLIC_URL'] ?? `http://localhost:${kit.env['PORT'] ?? '8080'}`).replace(/\/+$/, ''),
    links: linkCache(pool),
    visitorOf: visitorReader(kit.keys),
    verify: principalVerifier(kit.keys),
    takeOne: singles.submit,
    takeMany: take,
    async reattribute(tx, who, now) {
      const done = await reattribute(tx, kit.outbox, who, now);
      if (done.rest !== null) await kit.jobs.enqueue(tx, reattributeJob, done.rest);
      return done;
    },
    unknownBrands: brandWaiter(pool, kit.config.notYetKnownWaitMs),
  };
}
