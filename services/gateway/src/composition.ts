import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { routeContracts, type ServiceName } from '@tributary/contracts';
import {
  buildService,
  type Kit,
  principalHeader,
  principalSigner,
  type Service,
  type ServiceEnvironment,
  type Upstream,
} from '@tributary/service-kit';
import type { Express } from 'express';
import { prismaApiKeyStore } from './access/adapters/prisma-api-key-store.js';
import { createAuthenticator } from './access/authenticator.js';
import { ensureFirstKey } from './access/first-key.js';
import { createForward } from './forwarding/forward.js';
import { frontDoor } from './forwarding/front-door.js';
import { createRateLimit } from './forwarding/rate-limit.js';
import { routeTable } from './forwarding/route-table.js';
import { PrismaClient } from './generated/client.js';
import { platformReadiness, readinessOf } from './operations/readiness.js';
import { mountPages } from './pages/mount-pages.js';
import { routes } from './routes.js';
import { readSettings, readUpstreams } from './settings.js';
import { createSiblings } from './shared/adapters/siblings.js';
import { subscriptions } from './subscriptions.js';

export interface GatewayOptions {
  /** Where the services answer; read from TRIBUTARY_<SERVICE>_URL when left out. */
  upstreams?: Partial<Record<ServiceName, Upstream>>;
  /** Told the first operator's key when one was made: the only time that it is seen. */
  onFirstKey?: (key: string) => void;
}

/** Builds the gateway: the front door, one origin for everything. */
export async function compose(environment: ServiceEnvironment, options: GatewayOptions = {}): Promise<Service<PrismaClient>> {
  const settings = readSettings(environment.env);
  let own: RequestListener = (_request, response) => void response.destroy();
  const self: Upstream = { kind: 'handler', handler: (request, response) => own(request, response) };
  const upstreams = { ...(options.upstreams ?? readUpstreams(environment.env)), gateway: self };
  const sign = principalSigner(environment.keys);
  const siblings = createSiblings(upstreams, sign);
  const tellFirstKey =
    options.onFirstKey ?? ((key: string) => environment.log.warn({}, `the first operator's key, shown this once: ${key}`));

  const service = await buildService({
    name: 'gateway',
    environment,
    prismaDirectory: new URL('../prisma/', import.meta.url),
    appendOnly: [],
    prisma: (adapter) => new PrismaClient({ adapter }),
    parts: (kit: Kit<PrismaClient>) => {
      const keys = prismaApiKeyStore(kit.db);
      const authenticator = createAuthenticator(keys, sign);
      const door = frontDoor({
        authenticator,
        table: routeTable(routeContracts),
        forward: createForward(upstreams),
        rateLimit: createRateLimit(settings.requestsPerSecond),
      });
      return {
        routes: routes({ keys, outbox: kit.outbox, authenticator, clock: kit.clock, siblings }),
        subscriptions: subscriptions(keys),
        fastPath: door,
        rawRoutes: (app: Express) => {
          app.use('/api/v1', async (request, _response, next) => {
            const signed = await authenticator.identify(request);
            if (signed) request.headers[principalHeader] = signed.token;
            next();
          });
          mountPages(app, { version: '1', serverUrl: settings.publicUrl, statusOf: () => readinessOf(siblings) });
        },
        onStart: async () => {
          const made = await ensureFirstKey({ db: kit.db, keys, outbox: kit.outbox, clock: kit.clock }, settings.adminKey);
          if (made) tellFirstKey(made);
        },
      };
    },
  });
  own = service.handler;
  const readyz = platformReadiness(siblings);
  const handler = (request: IncomingMessage, response: ServerResponse<IncomingMessage>) =>
    request.url === '/readyz' ? readyz(response) : service.handler(request, response);
  return { ...service, handler };
}
