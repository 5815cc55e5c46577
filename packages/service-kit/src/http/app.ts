import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RejectionCode } from '@tributary/contracts';
import { kindOf } from '@tributary/messaging';
import type { ErrorRequestHandler, Express, NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { traceRequest } from '../platform/http-span.js';
import type { Principal, Route, RouteHost } from '../types.js';
import { preparedExpress } from './prepared.js';
import { principalHeader } from './principal.js';
import { sendProblem } from './problem.js';
import { Rejected } from './rejection.js';
import { requestState, setRequestState } from './request-state.js';

export interface AppOptions {
  host: RouteHost;
  routes: readonly Route[];
  /** Who a request comes from; undefined when it does not say so validly. */
  authenticate: (request: IncomingMessage) => Promise<Principal | undefined>;
  /** Mounted first: health, metrics, and whatever a service has outside of its contracts. */
  before?: (app: Express) => void;
}

/** What callers of public routes are. */
const anybody: Principal = { actorId: 'anonymous', actorKind: 'user', roles: [], brandIds: [] };

/** The HTTP application of a service: tracing, request id, security headers, the routes, and problem details for all that goes wrong. */
export function createApp(options: AppOptions): Express {
  const { host } = options;
  const app = preparedExpress();
  app.use(identify, traceRequest(host.name), helmet());
  options.before?.(app);
  for (const route of options.routes) app[route.contract.method](route.contract.path, runRoute(options, route));
  app.use((_request, response) => sendProblem(response, 'not-found'));
  app.use(answerErrors(host.log));
  return app;
}

/** Reads the principal from the internal token. */
export function internalAuthentication(verify: (token: string) => Promise<Principal | undefined>): AppOptions['authenticate'] {
  return async (request) => {
    const token = request.headers[principalHeader];
    return typeof token === 'string' ? verify(token) : undefined;
  };
}

const wellFormedId = /^[\w.:-]{1,128}$/;
const given = (value: string | string[] | undefined) => (typeof value === 'string' && wellFormedId.test(value) ? value : undefined);

/** Gives the request its ids: those that came with it when they are well-formed, else new ones. */
export function identify(request: IncomingMessage, response: ServerResponse<IncomingMessage>, next: NextFunction): void {
  const requestId = given(request.headers['x-request-id']) ?? `req_${randomUUID()}`;
  setRequestState(response, { requestId, correlationId: given(request.headers['x-correlation-id']) ?? requestId });
  response.setHeader('x-request-id', requestId);
  next();
}

function runRoute(options: AppOptions, route: Route): RequestHandler {
  return async (request: Request, response: Response) => {
    const state = requestState(response);
    state.route = route.contract.path;
    const principal = await options.authenticate(request);
    if (principal) state.principal = principal;
    else if (route.contract.permission === 'public') state.principal = anybody;
    await route.run(options.host, request, response);
  };
}

function answerErrors(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => answerError(log, error, request, response);
}

/** Turns whatever was thrown into problem details. Unexpected failures are logged; their text never leaves the house. */
export function answerError(log: Logger, error: unknown, request: IncomingMessage, response: ServerResponse<IncomingMessage>): void {
  if (error instanceof Rejected) return sendProblem(response, error.code, error.details);
  const code = codeFor(error);
  if (code === 'internal-error') log.error({ err: error, method: request.method, route: requestState(response).route }, 'a request failed');
  sendProblem(response, code, code === 'temporarily-unavailable' ? { headers: { 'retry-after': '1' } } : {});
}

function codeFor(error: unknown): RejectionCode {
  const { code, message, status } = (error ?? {}) as { code?: unknown; message?: unknown; status?: unknown };
  // A row of a brand that the caller may not see: for him it does not exist.
  if (code === '42501' && String(message).includes('row-level security')) return 'not-found';
  // Express's own: an undecodable path.
  if (status === 400) return 'not-found';
  const kind = kindOf(error);
  return kind === 'database-away' || kind === 'conflict' ? 'temporarily-unavailable' : 'internal-error';
}
