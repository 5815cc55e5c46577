import type { IncomingMessage, ServerResponse } from 'node:http';
import { askAll, type Siblings } from '../shared/siblings.js';

export interface ServiceStatus {
  service: string;
  status: string;
}

/** How each service says it is; `away` when it does not answer. */
export async function readinessOf(siblings: Siblings): Promise<ServiceStatus[]> {
  const { answers, unavailable } = await askAll(
    siblings,
    async (service) => ((await siblings.call(service, 'GET', '/readyz')).body as { status: string }).status,
  );
  return [
    ...answers.map(({ service, answer }) => ({ service, status: answer })),
    ...unavailable.map((service) => ({ service, status: 'away' })),
  ];
}

/** `/readyz` of the platform: 200 once every service is ready, or degraded but working. */
export function platformReadiness(siblings: Siblings) {
  return async (response: ServerResponse<IncomingMessage>): Promise<void> => {
    const services = await readinessOf(siblings).catch(() => []);
    const working = services.length > 0 && services.every(({ status }) => status === 'ready' || status === 'degraded');
    const status = services.some((one) => one.status === 'degraded') ? 'degraded' : 'ready';
    response.writeHead(working ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ status: working ? status : 'not-ready', services }));
  };
}
