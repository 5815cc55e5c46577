import { inProcessBus } from '../bus/in-process.js';
import { rabbitBus } from '../bus/rabbit/rabbit-bus.js';
import type { Consumer } from '../ports.js';
import { makeService, openDatabase, recordEffects } from './lab.js';
import { sampleServices } from './rig.js';
import { sampleCatalogue } from './sample-catalogue.js';

/** The whole sample house as a process of its own, which can be killed. Input: JSON as the first argument. */
export interface ChildPlan {
  urls: Record<string, string>;
  bus: { url?: string; prefix?: string };
  /** Sales that the shop emits at start. */
  emit: number;
  /** Subject of the sale whose handling kills the process, always. */
  deadly?: string;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as ChildPlan;
const shared = inProcessBus({ services: sampleServices });
const { url, prefix } = plan.bus;
const busFor = (name: string) =>
  url === undefined ? shared : rabbitBus({ url, name, deliveryLimit: 4, ...(prefix === undefined ? {} : { prefix }) });

const consumer: Consumer = async (tx, events) => {
  await recordEffects(tx, events);
  if (events.some((event) => event.subject === plan.deadly)) process.kill(process.pid, 'SIGKILL');
};
const make = async (name: string) => {
  const types = [...sampleCatalogue.values()].filter((definition) => definition.consumers.includes(name));
  const subscriptions = Object.fromEntries(types.map((definition) => [definition.type, name === 'billing' ? consumer : recordEffects]));
  const database = openDatabase(plan.urls[name] ?? '');
  return makeService({ name, bus: busFor(name), catalogue: sampleCatalogue, subscriptions, database, start: false });
};
const services = await Promise.all(sampleServices.map(make));
const [shop] = services;
const sales = Array.from({ length: plan.emit }, (_, index) => ({
  type: 'shop.sale.recorded.v1',
  subject: `sale-${index}`,
  data: { amount: index },
}));
// Written before anything runs, so that each run of a test has the same to do.
await shop?.emit(...sales);
for (const service of services) await service.messaging.start();
for (let round = 0; round < 2; round += 1) for (const service of services) await service.messaging.drained(60_000);
await new Promise((resolve) => setTimeout(resolve, 300));
for (const service of services) await service.messaging.drained(60_000);
for (const service of services) await service.stop();
process.exit(0);
