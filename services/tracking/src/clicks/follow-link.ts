import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId } from '@tributary/contracts';
import { answerError, identify, Rejected, sendProblem } from '@tributary/service-kit';
import type { LinkTarget } from '../links/domain/link-target.js';
import { startRequestSpan } from '../shared/request-span.js';
import type { Tracking } from '../tracking.js';
import { hostOf, subIdsOf } from './domain/click.js';

const path = '/c/';
/** A link that is not in memory is waited for this long. */
const findPatienceMs = 2000;

/** `GET /c/{code}`: records the click, then goes on to the destination. Takes the request when the path is its own. */
export function followLink(service: Tracking, request: IncomingMessage, response: ServerResponse): boolean {
  const url = request.url ?? '';
  if (!url.startsWith(path) || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  const end = url.indexOf('?');
  const code = end < 0 ? url.slice(path.length) : url.slice(path.length, end);
  const search = end < 0 ? '' : url.slice(end + 1);
  const found = service.links.find(code);
  if (found instanceof Promise) {
    patiently(found)
      .then((link) => follow(service, request, response, link, search))
      .catch((error) => fail(service, request, response, error));
  } else follow(service, request, response, found, search).catch((error) => fail(service, request, response, error));
  return true;
}

async function follow(
  service: Tracking,
  request: IncomingMessage,
  response: ServerResponse,
  link: LinkTarget | undefined,
  search: string,
): Promise<void> {
  if (link === undefined) {
    identify(request, response, () => undefined);
    return sendProblem(response, 'link-unknown');
  }
  if (request.method === 'HEAD' || isPrefetch(request)) return redirect(response, link.destinationUrl);
  const span = startRequestSpan('/c/:code', request);
  const id = newId('click');
  const { visitor, isBot, device } = service.visitorOf(request);
  try {
    await service.clicks.record({
      id,
      linkId: link.linkId,
      partnerId: link.partnerId,
      brandId: link.brandId,
      programId: link.programId,
      clickedAt: service.kit.clock.now().toISOString(),
      visitor,
      isBot,
      device,
      referrerHost: hostOf(request.headers.referer),
      subIds: subIdsOf(link.subIds, search),
      traceparent: span.traceparent,
      mayBeEvent: link.clicksAreEvents,
    });
    redirect(response, `${link.destination.before}${id}${link.destination.after}`);
  } finally {
    span.end(response.statusCode);
  }
}

/** Nobody has clicked yet: a browser looks ahead. */
function isPrefetch({ headers }: IncomingMessage): boolean {
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'] ?? headers['x-purpose'];
  return purpose !== undefined && /prefetch|prerender|preview/i.test(String(purpose));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, ['Location', location, 'Cache-Control', 'no-store', 'X-Robots-Tag', 'noindex', 'Content-Length', '0']);
  response.end();
}

function fail(service: Tracking, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  identify(request, response, () => undefined);
  answerError(service.kit.log, error, request, response);
}

function patiently<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Rejected('temporarily-unavailable', { headers: { 'retry-after': '1' } })), findPatienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
