import { type ServiceName, serviceNames } from '@tributary/contracts';
import { readEnvironment, type Upstream } from '@tributary/service-kit';
import { z } from 'zod';

const others = serviceNames.filter((name) => name !== 'gateway');
const variableOf = (service: ServiceName) => `TRIBUTARY_${service.toUpperCase()}_URL`;

const common = z.object({
  TRIBUTARY_ADMIN_KEY: z.string().min(16).optional(),
  TRIBUTARY_PUBLIC_URL: z.url().default('http://localhost:8080'),
  /** Requests a second of one key, event intake not counted. */
  TRIBUTARY_RATE_LIMIT: z.coerce.number().int().min(1).default(200),
});

export interface GatewaySettings {
  adminKey: string | undefined;
  publicUrl: string;
  requestsPerSecond: number;
}

/** @throws ConfigInvalid with every problem at once. */
export function readSettings(env: NodeJS.ProcessEnv): GatewaySettings {
  const read = readEnvironment(common, env);
  return { adminKey: read.TRIBUTARY_ADMIN_KEY, publicUrl: read.TRIBUTARY_PUBLIC_URL, requestsPerSecond: read.TRIBUTARY_RATE_LIMIT };
}

/** Where the services answer, as processes of their own: one variable each. @throws ConfigInvalid naming every one that is missing. */
export function readUpstreams(env: NodeJS.ProcessEnv): Partial<Record<ServiceName, Upstream>> {
  const urls = readEnvironment(z.object(Object.fromEntries(others.map((service) => [variableOf(service), z.url()]))), env);
  return Object.fromEntries(others.map((service) => [service, { kind: 'http', baseUrl: String(urls[variableOf(service)]) }]));
}
