import type { IncomingMessage, ServerResponse } from 'node:http';
import { mayDo, type RouteContract, type ServiceName } from '@tributary/contracts';
import { identify, principalHeader, type RejectionDetails, type RequestFastPath, sendProblem } from '@tributary/service-kit';
import type { Authenticator, Signed } from '../shared/authenticator.js';
import type { Forward } from './forward.js';
import type { RateLimit } from './rate-limit.js';
import type { RouteTable } from './route-table.js';

export interface FrontDoorParts {
  authenticator: Authenticator;
  table: RouteTable;
  forward: Forward;
  rateLimit: RateLimit;
}

/** Paths that anybody may call; tracking checks what is in them. */
const isTracking = (path: string) => path.startsWith('/c/') || path === '/postback' || path === '/px.gif' || path.startsWith('/js/');
/** Answered in bulk, and by machines that must not be slowed down. */
const unlimited: ReadonlySet<string> = new Set(['postEvents']);

type Response = ServerResponse<IncomingMessage>;

/**
 * Decides before Express who answers: tracking's public paths go straight through; contract routes of other services are
 * authenticated, checked and forwarded; everything else (our own routes and pages) is left to Express.
 */
export function frontDoor(parts: FrontDoorParts): RequestFastPath {
  return (request, response) => {
    const path = pathOf(request);
    if (!path.startsWith('/internal/')) stripInternalHeaders(request);
    if (isTracking(path)) {
      parts.forward('tracking', request, response);
      return true;
    }
    const contract = path.startsWith('/api/v1/') ? parts.table.match(request.method ?? 'GET', path) : undefined;
    if (!contract || contract.service === 'gateway') return false;
    const signed = parts.authenticator.identify(request);
    if (signed instanceof Promise)
      signed
        .then((found) => enter(parts, contract, found, request, response))
        .catch(() => refuse(request, response, 'temporarily-unavailable', { headers: { 'retry-after': '1' } }));
    else enter(parts, contract, signed, request, response);
    return true;
  };
}

function enter(
  parts: FrontDoorParts,
  contract: RouteContract,
  signed: Signed | undefined,
  request: IncomingMessage,
  response: Response,
): void {
  if (!signed && contract.permission !== 'public')
    return refuse(request, response, 'not-signed-in', { headers: { 'www-authenticate': 'Bearer' } });
  if (signed && !mayDo(signed.principal.roles, contract.permission))
    return refuse(request, response, 'not-permitted', { detail: `This needs the permission ${contract.permission}.` });
  if (signed) request.headers[principalHeader] = signed.token;
  const go = () => parts.forward(contract.service as ServiceName, request, response);
  if (!signed || unlimited.has(contract.id)) return go();
  parts
    .rateLimit(signed.principal.actorId)
    .then(
      (waitSeconds) =>
        waitSeconds === 0 ? go() : refuse(request, response, 'too-many-requests', { headers: { 'retry-after': String(waitSeconds) } }),
      go,
    );
}

function refuse(
  request: IncomingMessage,
  response: Response,
  ...[code, details]: [Parameters<typeof sendProblem>[1], RejectionDetails?]
): void {
  identify(request, response, () => undefined);
  request.resume();
  sendProblem(response, code, details);
}

/** Nobody outside says who he is in our own words. */
export function stripInternalHeaders(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) if (name.startsWith('x-tributary-')) delete request.headers[name];
}

export function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
