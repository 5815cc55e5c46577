import { loadKeys } from '@tributary/service-kit';
import { startTestService } from '@tributary/testkit';
import { compose } from '../../src/composition.js';
import type { FromChild, NodePlan, ToChild } from './node.js';
import { seededBug } from './seeded-bugs.js';

// The payouts service as a process of its own, on a database that outlives it. It is killed, so it tidies nothing up.

const plan = JSON.parse(process.argv[2] ?? '{}') as NodePlan;
const say = (said: FromChild) => process.send?.(said);
const settings = { paypalUrl: plan.providers, stripeUrl: plan.providers, providerTimeoutMs: 1500, payoutsPerBatch: 3 };
const bug = seededBug(plan);
const service = await startTestService((environment) => compose(environment, { settings, ...(bug ? { wrapRail: bug } : {}) }), {
  now: new Date(plan.now),
  environment: { keys: loadKeys(plan.folder, {}) },
  ...(plan.database ? { database: { ...plan.database, drop: async () => undefined } } : {}),
});
process.on('message', (asked: ToChild) => {
  service.deliver(...asked.events).then(
    () => say({ delivered: asked.id }),
    (error: unknown) => say({ delivered: asked.id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
const { databaseUrl, databaseAppUrl } = service.database;
say({ ready: { url: service.url, database: { databaseUrl, databaseAppUrl } } });
