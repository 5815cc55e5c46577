import { context, type Link, metrics, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { lanes } from './catalogue.js';
import { describe } from './errors.js';
import type { Envelope } from './ports.js';

/** A span carries at most this many links; more messages make more spans. */
const maxLinks = 128;
const tracer = () => trace.getTracer('@tributary/messaging');

function makeMeters() {
  const meter = metrics.getMeter('@tributary/messaging');
  return {
    published: meter.createCounter('tributary.messaging.published', { description: 'events confirmed by the bus' }),
    received: meter.createCounter('tributary.messaging.received', { description: 'events received for the first time' }),
    duplicates: meter.createCounter('tributary.messaging.duplicates', { description: 'events delivered again and recognised' }),
    retried: meter.createCounter('tributary.messaging.retried', { description: 'pending events tried again' }),
    pending: meter.createCounter('tributary.messaging.pending', { description: 'events stored to be tried again' }),
    parked: meter.createCounter('tributary.messaging.parked', { description: 'events put aside for a person' }),
    resent: meter.createCounter('tributary.messaging.resent', { description: 'events that reconciliation sent again' }),
    latency: meter.createHistogram('tributary.messaging.consume.latency', { unit: 'ms', description: 'from event id to handled' }),
    outboxWaiting: meter.createGauge('tributary.messaging.outbox.waiting', { description: 'unpublished outbox rows' }),
    outboxAge: meter.createGauge('tributary.messaging.outbox.age', { unit: 'ms', description: 'age of the oldest unpublished row' }),
    parkedNow: meter.createGauge('tributary.messaging.parked.now', { description: 'parked events' }),
    pendingNow: meter.createGauge('tributary.messaging.pending.now', { description: 'events that wait for another try' }),
    pendingAge: meter.createGauge('tributary.messaging.pending.age', { unit: 'ms', description: 'age of the oldest event that waits' }),
  };
}
type Meters = ReturnType<typeof makeMeters>;
let made: Meters | undefined;

/** Counters, gauges and histograms; made at first use, because a meter taken before a provider is set stays silent for ever. */
export function meters(): Meters {
  made ??= makeMeters();
  return made;
}

/** Shows every counter of a service as zero before anything happened, so that a rate has a beginning and an alert something to look at. */
export function announceCounters(service: string): void {
  const { published, received, duplicates, retried, pending, parked } = meters();
  published.add(0, { service });
  for (const lane of lanes) for (const counter of [received, duplicates, retried, pending, parked]) counter.add(0, { service, lane });
}

/** The span context inside an envelope, when there is a valid one. */
export function spanContextOf(event: Envelope): SpanContext | undefined {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(event.traceparent ?? '');
  const [, traceId, spanId, flags] = parts ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** Runs `work` under a producer span; the events' own contexts stay as they were written and are linked. */
export function withPublishSpan<T>(service: string, events: readonly Envelope[], work: () => Promise<T>): Promise<T> {
  return withLinkedSpan(`${service} publish`, SpanKind.PRODUCER, events, work);
}

/** Runs a consumer under a consumer span linked to each message; child of the message's span when all share one. */
export function withConsumeSpan<T>(service: string, type: string, events: readonly Envelope[], work: () => Promise<T>): Promise<T> {
  return withLinkedSpan(`${service} consume ${type}`, SpanKind.CONSUMER, events, work);
}

async function withLinkedSpan<T>(name: string, kind: SpanKind, events: readonly Envelope[], work: () => Promise<T>): Promise<T> {
  const contexts = events.flatMap((event) => spanContextOf(event) ?? []);
  const first = contexts[0];
  const shared = first !== undefined && contexts.length === events.length && contexts.every((one) => one.traceId === first.traceId);
  const parent = shared ? trace.setSpanContext(context.active(), first) : context.active();
  const links: Link[] = [...new Map(contexts.map((one) => [one.spanId, { context: one }])).values()];
  const attributes = { 'messaging.system': 'tributary', 'messaging.batch.message_count': events.length, ...correlation(events) };
  const span = tracer().startSpan(name, { kind, links: links.slice(0, maxLinks), attributes }, parent);
  const active = trace.setSpan(parent, span);
  for (let from = maxLinks; from < links.length; from += maxLinks) {
    const more = { kind, links: links.slice(from, from + maxLinks), attributes: { 'tributary.links_from': from } };
    tracer().startSpan(`${name} (more links)`, more, active).end();
  }
  try {
    return await context.with(active, work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: describe(error) });
    throw error;
  } finally {
    span.end();
  }
}

function correlation(events: readonly Envelope[]): Record<string, string> {
  const ids = new Set(events.slice(0, maxLinks).map((event) => event.correlationid));
  const [only] = ids;
  return ids.size === 1 && only !== undefined ? { 'tributary.correlation_id': only } : {};
}
