import type { z } from 'zod';
import type { ServiceName } from './define-event.js';
import type { Permission } from './permissions.js';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One HTTP operation: what the service validates, the gateway routes, OpenAPI documents and the tests hold against each other. */
export interface RouteContract<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  /** camelCase, unique: the operation id. */
  id: string;
  service: ServiceName;
  method: HttpMethod;
  /** Express notation: `/api/v1/deals/:dealId`. */
  path: string;
  permission: Permission;
  summary: string;
  tag: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Status to schema of its body. Errors are problem details everywhere and not listed. */
  responses: Readonly<Record<number, z.ZodType>>;
  /** Takes an Idempotency-Key. */
  idempotent?: boolean;
  /** Wants If-Match: 428 without, 412 stale. */
  ifMatch?: boolean;
  /** Takes `?dryRun=true`. */
  dryRun?: boolean;
  /** Largest body in bytes; 1 MiB unless told. */
  bodyLimitBytes?: number;
  /** Media types of a body that is text instead of JSON: `body` is then the schema of `{ mediaType, text }`. */
  consumes?: readonly string[];
  /** Media type of a successful answer; `application/json` unless told. */
  produces?: string;
}

/** Declares a route. Identity function that keeps the types of its schemas. */
export function defineRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  contract: RouteContract<P, Q, B>,
): RouteContract<P, Q, B> {
  return contract;
}
