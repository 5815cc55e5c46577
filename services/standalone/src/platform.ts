import type { RequestListener } from 'node:http';
import { compose as composeApprovals } from '@tributary/approvals/composition';
import { compose as composeAudit } from '@tributary/audit/composition';
import { compose as composeCommission } from '@tributary/commission/composition';
import { type ServiceName, serviceNames } from '@tributary/contracts';
import { compose as composeDirectory } from '@tributary/directory/composition';
import { compose as composeGateway } from '@tributary/gateway/composition';
import { compose as composeInsights } from '@tributary/insights/composition';
import { inProcessBus, rabbitBus } from '@tributary/messaging';
import { compose as composeNotifications } from '@tributary/notifications/composition';
import { compose as composePayouts } from '@tributary/payouts/composition';
import {
  baseConfig,
  clockFor,
  closeServer,
  createLogger,
  createServer,
  listen,
  loadKeys,
  type Service,
  type ServiceEnvironment,
  simulatedClock,
  startTelemetry,
} from '@tributary/service-kit';
import { compose as composeTracking } from '@tributary/tracking/composition';
import { openDataFolder } from './data-folder.js';
import { openDatabases } from './databases.js';
import type { Settings } from './settings.js';

export interface Platform {
  port: number;
  /** The first operator's key, on the very first start only: it is shown once. */
  firstKey: string | undefined;
  stop(): Promise<void>;
}

/** Every service (or those given) in this process: one bus, one clock, one key ring, a database each, one port. */
export async function startPlatform(settings: Settings, names: readonly ServiceName[] = serviceNames): Promise<Platform> {
  const dataDir = openDataFolder(settings.dataDir);
  const log = createLogger({ level: settings.logLevel });
  const telemetry = await startTelemetry({
    serviceName: 'tributary',
    ...(settings.otlpEndpoint ? { otlpEndpoint: settings.otlpEndpoint } : {}),
  });
  const databases = await openDatabases(settings, dataDir, names);
  const bus = settings.amqpUrl ? rabbitBus({ url: settings.amqpUrl, log }) : inProcessBus({ services: names });
  const keys = loadKeys(dataDir, settings.env);
  const clock = settings.clock === 'simulated' ? simulatedClock(settings.clockStart) : clockFor('system');
  const environmentOf = (service: ServiceName): ServiceEnvironment => ({
    config: baseConfig({ ...databases.urlsOf(service), dataDir, clock: settings.clock, pools: { request: 3, system: 4 } }),
    bus,
    clock,
    keys,
    log,
    env: { TRIBUTARY_PUBLIC_URL: `http://localhost:${settings.port}`, ...settings.env },
  });

  let firstKey: string | undefined;
  const handlers = new Map<ServiceName, RequestListener>();
  const upstream = (service: ServiceName) =>
    ({ kind: 'handler', handler: (request, response) => handlers.get(service)?.(request, response) }) as {
      kind: 'handler';
      handler: RequestListener;
    };
  const upstreams = Object.fromEntries(names.map((service) => [service, upstream(service)]));
  const composers: Record<ServiceName, (environment: ServiceEnvironment) => Promise<Service<unknown>>> = {
    directory: composeDirectory,
    tracking: composeTracking,
    commission: composeCommission,
    approvals: composeApprovals,
    payouts: composePayouts,
    notifications: (environment) => composeNotifications(environment, { directory: upstream('directory') }),
    insights: composeInsights,
    audit: (environment) => composeAudit(environment, { insights: upstream('insights') }),
    gateway: (environment) => composeGateway(environment, { upstreams, onFirstKey: (key) => (firstKey = key) }),
  };
  const services: Service<unknown>[] = await Promise.all(names.map((name) => composers[name](environmentOf(name))));
  for (const service of services) handlers.set(service.name, service.handler);
  const gateway = handlers.get('gateway');
  if (!gateway) throw new Error('the gateway was not composed');

  await Promise.all(services.map((service) => service.start()));
  const server = createServer(gateway);
  const port = await listen(server, settings.port);
  return {
    port,
    firstKey,
    async stop() {
      await closeServer(server);
      await Promise.all(services.map((service) => service.stop()));
      await bus.close();
      await databases.stop();
      await telemetry.shutdown();
    },
  };
}
