import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServiceName, serviceNames } from '@tributary/contracts';
import { freePort } from '@tributary/local-postgres';
import { openDataFolder } from '../data-folder.js';
import { openDatabases } from '../databases.js';
import type { Settings } from '../settings.js';
import { type Supervised, supervise } from './supervisor.js';

export interface Stack {
  url: string;
  services: ReadonlyMap<ServiceName, Supervised>;
  /** Where each service listens by itself. */
  urlOf(service: ServiceName): string;
  logFolder: string;
  stop(): Promise<void>;
}

export interface StackOptions {
  settings: Settings;
  amqpUrl: string;
  /** For all services, over what the stack sets. */
  env?: NodeJS.ProcessEnv;
  onEnd?: (name: string, how: string, restartInMs: number) => void;
}

/** Every service as a process of its own, on RabbitMQ and PostgreSQL, each started again when it ends. */
export async function startStack({ settings, amqpUrl, env, onEnd }: StackOptions): Promise<Stack> {
  const dataDir = openDataFolder(settings.dataDir);
  const logFolder = path.join(dataDir, 'logs');
  mkdirSync(logFolder, { recursive: true });
  const databases = await openDatabases(settings, dataDir, serviceNames);
  const ports = new Map<ServiceName, number>();
  for (const service of serviceNames) ports.set(service, service === 'gateway' ? settings.port || (await freePort()) : await freePort());
  const urlOf = (service: ServiceName) => `http://127.0.0.1:${ports.get(service)}`;
  const url = `http://localhost:${ports.get('gateway')}`;
  const common: NodeJS.ProcessEnv = {
    ...settings.env,
    NODE_ENV: 'production',
    TRIBUTARY_DATA_DIR: dataDir,
    TRIBUTARY_CLOCK: settings.clock,
    TRIBUTARY_PUBLIC_URL: url,
    AMQP_URL: amqpUrl,
    LOG_LEVEL: settings.logLevel,
    ...Object.fromEntries(serviceNames.map((service) => [`TRIBUTARY_${service.toUpperCase()}_URL`, urlOf(service)])),
    ...env,
  };
  const services = new Map<ServiceName, Supervised>();
  for (const service of serviceNames) {
    const { databaseUrl, databaseAppUrl } = databases.urlsOf(service);
    const own = { PORT: String(ports.get(service)), DATABASE_URL: databaseUrl, DATABASE_APP_URL: databaseAppUrl };
    services.set(
      service,
      supervise({ name: service, file: mainOf(service), env: { ...common, ...own } }, { logFolder, ...(onEnd ? { onEnd } : {}) }),
    );
  }
  return {
    url,
    services,
    urlOf,
    logFolder,
    async stop() {
      // The door first, so that nothing new comes in while the others drain.
      await services.get('gateway')?.stop();
      await Promise.all([...services.values()].map((service) => service.stop()));
      await databases.stop();
    },
  };
}

/** Waits until the gateway says that all services are ready. @throws after the deadline, with what it said last. */
export async function untilReady(stack: Stack, deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  let said = 'nothing';
  while (Date.now() < deadline) {
    const answer = await fetch(`${stack.url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    if (answer) said = await answer.text();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `The services were not ready after ${deadlineMs / 1000} s; the gateway said ${said}. Their logs are in ${stack.logFolder}.`,
  );
}

/** The built main file of a service, found beside this one: `services/<name>/dist/main.js`. */
function mainOf(service: ServiceName): string {
  return fileURLToPath(new URL(`../../../${service}/dist/main.js`, import.meta.url));
}
