import type { IncomingMessage, ServerResponse } from 'node:http';
import { mayDo, type Permission, type Role } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import type { Request } from 'express';
import { z } from 'zod';
import type { CommandRequest, Principal, QueryRequest, Reply, Route, RouteHost, RouteRunner, RouteShape, Scope } from '../types.js';
import { readJson, readText } from './body.js';
import { type Answer, answerOf, checkKey, claim, hashOf, store } from './idempotency.js';
import { scopeOf } from './principal.js';
import { problemErrors } from './problem.js';
import { NotYetKnown, Rejected, reject } from './rejection.js';
import { requestState } from './request-state.js';

const nothing = z.strictObject({});

/**
 * A route that changes something. The handler runs inside one transaction, together with the idempotency answer; returning
 * `reject(...)` or throwing rolls all of it back. With `?dryRun=true` (where the contract takes it) the answer is given and rolled back.
 */
export const command = <C>(contract: C, handle: (request: CommandRequest<C>) => Promise<Reply>): Route =>
  preparedCommand(contract, async () => undefined, handle);

/**
 * The same, with what must be asked of others first: `prepare` runs before the transaction takes a connection, and the handler gets what
 * it found, however often it is tried.
 */
export function preparedCommand<C, P>(
  contract: C,
  prepare: (request: Preparing<C>) => Promise<P>,
  handle: (request: CommandRequest<C> & { prepared: P }) => Promise<Reply>,
): Route {
  const shape = contract as unknown as RouteShape;
  return {
    contract: shape,
    kind: 'command',
    run: async (host, request, response) =>
      send(response, await runCommand(host, shape, request, response, { handle, prepare } as unknown as Command)),
  };
}
type Preparing<C = unknown> = Pick<CommandRequest<C>, 'body' | 'params' | 'principal' | 'now'>;

/** A route that only reads. Read through `db.read(request.scope, ...)` or `db.tx(request.scope, ...)`. */
export function query<C>(contract: C, handle: (request: QueryRequest<C>) => Promise<Reply>): Route {
  const shape = contract as unknown as RouteShape;
  return {
    contract: shape,
    kind: 'query',
    async run(host, request, response) {
      const reply = await handle(readQueryRequest(host, shape, request, response) as QueryRequest<C>);
      const answer = answerOf(settled(reply));
      if (answer.headers['etag'] !== undefined && request.headers['if-none-match'] === answer.headers['etag'])
        send(response, { ...answer, status: 304, body: '' });
      else send(response, answer);
    },
  };
}

/** A route that answers by itself: streams, redirects. Permission and parameters are still checked; the body is left unread. */
export function raw(contract: unknown, run: (request: QueryRequest, ...rest: Parameters<RouteRunner>) => Promise<void>): Route {
  const shape = contract as RouteShape;
  return {
    contract: shape,
    kind: 'raw',
    run: (host, request, response) => run(readQueryRequest(host, shape, request, response), host, request, response),
  };
}

/** Whether the principal may use a route. Our own services may use all. */
export function permits(principal: Principal, permission: string): boolean {
  return permission === 'public' || principal.actorKind === 'system' || mayDo(principal.roles as Role[], permission as Permission);
}

/** A rejection that was returned becomes one that was thrown, so that the transaction rolls back. */
function settled(reply: Reply): Reply {
  if (!reply.rejection) return reply;
  const { code, detail, errors } = reply.rejection;
  throw new Rejected(code as Rejected['code'], {
    ...(detail === undefined ? {} : { detail }),
    ...(errors ? { errors } : {}),
    ...(reply.headers ? { headers: reply.headers } : {}),
  });
}

function checked(schema: z.ZodType | undefined, value: unknown, place: 'body' | 'query' | 'params'): unknown {
  const result = (schema ?? nothing).safeParse(value);
  if (result.success) return result.data;
  throw new Rejected('request-invalid', { errors: problemErrors(result.error, place) });
}

function readQueryRequest(
  host: RouteHost,
  contract: RouteShape,
  request: Request,
  response: ServerResponse<IncomingMessage>,
): QueryRequest {
  const principal = requestState(response).principal;
  if (!principal) throw new Rejected('not-signed-in');
  if (!permits(principal, contract.permission))
    throw new Rejected('not-permitted', { detail: `This needs the permission ${contract.permission}` });
  if (request.url.includes('%00')) throw new Rejected('request-invalid', { errors: [{ pointer: '?', rule: 'must not contain NUL' }] });
  const { dryRun: _dryRun, ...given } = request.query;
  const scope = scopeOf(principal);
  // Express's parameters have no prototype; a copy has one.
  const params = checked(contract.params, { ...request.params }, 'params');
  const search = checked(contract.query, contract.dryRun ? given : { ...request.query }, 'query');
  requireBrands(scope, params);
  requireBrands(scope, search);
  return { params, query: search, principal, scope, now: host.clock.now() };
}

/** What a caller outside a brand asks of it does not exist for him. */
function requireBrands(scope: Scope, input: unknown): void {
  if (scope.brandIds === 'all' || typeof input !== 'object' || input === null) return;
  const { brandId, brandIds } = input as { brandId?: unknown; brandIds?: unknown };
  const asked = [brandId, ...(Array.isArray(brandIds) ? brandIds : [])].filter((id): id is string => typeof id === 'string');
  for (const id of asked) if (!scope.brandIds.includes(id)) throw new Rejected('not-found');
}

interface Command {
  handle: (request: CommandRequest & { prepared: unknown }) => Promise<Reply>;
  prepare: (request: Preparing) => Promise<unknown>;
}

async function runCommand(
  host: RouteHost,
  contract: RouteShape,
  request: Request,
  response: ServerResponse<IncomingMessage>,
  { handle, prepare }: Command,
): Promise<Answer> {
  const asked = readQueryRequest(host, contract, request, response);
  const ifMatch = readIfMatch(contract, request);
  const given = contract.consumes
    ? await readText(request, contract.consumes, contract.bodyLimitBytes)
    : await readJson(request, contract.bodyLimitBytes);
  const body = checked(contract.body, given ?? (contract.body ? undefined : {}), 'body');
  requireBrands(asked.scope, body);
  const dryRun = contract.dryRun === true && request.query['dryRun'] === 'true';
  const { actorId, actorKind } = asked.principal;
  const context = { correlationId: requestState(response).correlationId, actorId, actorKind };
  const header = request.header('idempotency-key');
  const key =
    contract.idempotent && header !== undefined && !dryRun
      ? { actorId, route: contract.id, key: checkKey(header), bodyHash: hashOf(request.originalUrl, given) }
      : undefined;

  const prepared = await prepare({ ...asked, body });
  const attempt = (tx: Tx) => handle({ ...asked, body, tx, context, dryRun, prepared, ...(ifMatch === undefined ? {} : { ifMatch }) });
  return waitForKnown(host, asked.scope, async () => {
    try {
      return await host.db.tx(asked.scope, async (tx) => {
        const replay = key && (await claim(tx, key));
        if (replay) return replay;
        const answer = answerOf(settled(await attempt(tx)));
        if (dryRun) throw new RolledBack({ ...answer, status: 200 });
        if (key) await store(tx, key, answer);
        return answer;
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.answer;
      throw error;
    }
  });
}

class RolledBack extends Error {
  constructor(readonly answer: Answer) {
    super('rolled back');
  }
}

function readIfMatch(contract: RouteShape, request: Request): string | undefined {
  if (!contract.ifMatch) return undefined;
  const header = request.header('if-match');
  if (header === undefined || header === '') throw new Rejected('if-match-required');
  return header.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}

/**
 * Facts from other services come soon after, not before, the command that needs them: try again for a while. To a caller bound to
 * brands "not known yet" and "not yours" must look the same, or the answer would tell what exists elsewhere.
 */
async function waitForKnown<T>(host: RouteHost, scope: Scope, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + host.notYetKnownWaitMs;
  for (let waitMs = 20; ; waitMs = Math.min(waitMs * 2, 250)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotYetKnown)) throw error;
      if (Date.now() + waitMs > deadline) {
        if (scope.brandIds !== 'all') throw new Rejected('not-found');
        settled(reject('reference-not-yet-known', { detail: error.message, headers: { 'retry-after': '2' } }));
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function send(response: ServerResponse<IncomingMessage>, answer: Answer): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
  response.end(answer.body);
}
