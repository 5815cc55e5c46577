import type { IncomingMessage, ServerResponse } from 'node:http';
import { postEvents, rejections } from '@tributary/contracts';
import { answerError, identify, type Principal, permits, principalHeader, Rejected, readJson } from '@tributary/service-kit';
import { startRequestSpan } from '../shared/request-span.js';
import type { Tracking } from '../tracking.js';
import type { Incoming, Outcome } from './incoming.js';
import { rejected } from './intake.js';
import { countOutcomes } from './intake-meter.js';
import { type Origin, readEvent } from './read-event.js';

const path = '/api/v1/events';
const batchMost = 1000;

/** `POST /api/v1/events`: one event, or up to 1,000. Takes the request when the path is its own. */
export function reportEvents(service: Tracking, request: IncomingMessage, response: ServerResponse): boolean {
  const { url } = request;
  if (request.method !== 'POST' || (url !== path && url?.startsWith(`${path}?`) !== true)) return false;
  void answer(service, request, response);
  return true;
}

async function answer(service: Tracking, request: IncomingMessage, response: ServerResponse): Promise<void> {
  identify(request, response, () => undefined);
  const span = startRequestSpan(path, request);
  try {
    const principal = await authenticate(service, request);
    const body = await readJson(request, postEvents.bodyLimitBytes);
    const { actorId, actorKind } = principal;
    const origin: Origin = {
      now: service.kit.clock.now(),
      source: 'api',
      traceparent: span.traceparent,
      cameFrom: span.cameFrom,
      actor: { actorId, actorKind },
      brandIds: principal.brandIds,
    };
    const result = isBatch(body) ? await takeBatch(service, eventsOf(body), origin) : await takeSingle(service, body, origin);
    countOutcomes('api', 'outcomes' in result ? result.outcomes : [result]);
    if ('conversionId' in result) span.isAbout(result.conversionId);
    const text = JSON.stringify(result);
    response.writeHead(202, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  } catch (error) {
    if (error instanceof Rejected) countOutcomes('api', [{ outcome: 'rejected', code: error.code }]);
    answerError(service.kit.log, error, request, response);
  } finally {
    span.end(response.statusCode);
  }
}

async function authenticate(service: Tracking, request: IncomingMessage): Promise<Principal> {
  const token = request.headers[principalHeader];
  const principal = typeof token === 'string' ? await service.verify(token) : undefined;
  if (!principal) throw new Rejected('not-signed-in');
  // A partner would attribute to himself.
  if (!permits(principal, postEvents.permission) || principal.partnerId !== undefined) {
    throw new Rejected('not-permitted', { detail: `This needs the permission ${postEvents.permission}` });
  }
  return principal;
}

const isBatch = (body: unknown): body is { events: unknown } => typeof body === 'object' && body !== null && 'events' in body;

function eventsOf(body: { events: unknown }): readonly unknown[] {
  const { events, ...others } = body;
  const errors = Object.keys(others).map((field) => ({ pointer: `/${field}`, rule: 'unknown-field' }));
  if (errors.length > 0) throw new Rejected('request-invalid', { errors });
  if (!Array.isArray(events)) throw new Rejected('request-invalid', { errors: [{ pointer: '/events', rule: 'must be an array' }] });
  if (events.length === 0) throw new Rejected('batch-empty');
  if (events.length > batchMost) throw new Rejected('batch-too-large');
  return events;
}

async function takeSingle(service: Tracking, body: unknown, origin: Origin): Promise<Outcome> {
  const event = readEvent(body, origin, service.kit.keys.hmac);
  if ('outcome' in event) throw refusal(event);
  const unknown = await service.unknownBrands([event.brandId]);
  if (unknown.size > 0)
    throw new Rejected('reference-not-yet-known', {
      detail: `brand ${event.brandId} is not known here yet`,
      headers: { 'retry-after': '2' },
    });
  const outcome = await service.takeOne(event);
  if (outcome.outcome === 'rejected') throw refusal(outcome);
  return outcome;
}

/** A rejected single event as problem details. */
export function refusal({ code, why, errors }: Extract<Outcome, { outcome: 'rejected' }>): Rejected {
  return new Rejected(code, { ...(why === rejections[code].title ? {} : { detail: why }), ...(errors ? { errors } : {}) });
}

async function takeBatch(service: Tracking, bodies: readonly unknown[], origin: Origin) {
  const read = bodies.map((body) => readEvent(body, origin, service.kit.keys.hmac));
  const named = new Set(read.flatMap((event) => ('outcome' in event ? [] : [event.brandId])));
  const unknown = await service.unknownBrands([...named]);
  const events = read.map((event) =>
    'outcome' in event || !unknown.has(event.brandId) ? event : rejected(event.eventId, 'reference-not-yet-known'),
  );
  const valid = events.filter((event): event is Incoming => !('outcome' in event));
  const taken = valid.length === 0 ? [] : await service.takeMany(valid);
  let next = 0;
  const outcomes = events.map((event) => ('outcome' in event ? event : (taken[next++] as Outcome)));
  const count = (kind: Outcome['outcome']) => outcomes.filter(({ outcome }) => outcome === kind).length;
  return { outcomes, accepted: count('accepted'), duplicates: count('duplicate'), rejected: count('rejected') };
}
