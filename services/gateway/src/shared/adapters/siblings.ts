import { type ServiceName, serviceNames } from '@tributary/contracts';
import { internalClient, type PrincipalSigner, systemPrincipal, type Upstream } from '@tributary/service-kit';
import type { Siblings } from '../siblings.js';

/** Moving the clock runs everything that became due meanwhile. */
const clockDeadlineMs = 300_000;

/** The services behind the gateway, and the gateway itself, by their internal routes. */
export function createSiblings(upstreams: Partial<Record<ServiceName, Upstream>>, sign: PrincipalSigner): Siblings {
  const clients = new Map(
    Object.entries(upstreams).map(([service, upstream]) => [service, internalClient(upstream, sign, { as: systemPrincipal('gateway') })]),
  );
  return {
    names: serviceNames.filter((name) => clients.has(name)),
    async call(service, method, path, body) {
      const client = clients.get(service);
      if (!client) throw new Error(`there is no upstream for ${service}`);
      const deadline = path === '/internal/clock' ? { deadlineMs: clockDeadlineMs } : {};
      const answer = await client.send({ method, path, ...deadline, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, body: JSON.parse(answer.body.toString('utf8')) as unknown };
    },
  };
}
