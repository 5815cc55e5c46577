import { metrics, ROOT_CONTEXT, type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import { lanes } from './catalogue.js';
import type { Envelope } from './ports.js';
import { inLinkedSpan, spanContextIn } from './trace-links.js';

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
    latency: meter.createHistogram('tributary.messaging.consume.latency', {
      unit: 'ms',
      description: 'from event id to handled, of the oldest event of each batch',
    }),
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
export const spanContextOf = (event: Envelope): SpanContext | undefined => spanContextIn(event.traceparent);

/** Runs `work` under a producer span; the events' own contexts stay as they were written and are linked. */
export function withPublishSpan<T>(service: string, events: readonly Envelope[], work: () => Promise<T>): Promise<T> {
  return withLinkedSpan(`${service} publish`, SpanKind.PRODUCER, events, work);
}

/** Runs a consumer under a consumer span linked to each message; child of the message's span when all share one. */
export function withConsumeSpan<T>(service: string, type: string, events: readonly Envelope[], work: () => Promise<T>): Promise<T> {
  return withLinkedSpan(`${service} consume ${type}`, SpanKind.CONSUMER, events, work);
}

function withLinkedSpan<T>(name: string, kind: SpanKind, events: readonly Envelope[], work: () => Promise<T>): Promise<T> {
  const links = events.flatMap((event) => spanContextOf(event) ?? []);
  const [first] = links;
  const shared = first !== undefined && links.length === events.length && links.every((one) => one.traceId === first.traceId);
  // Otherwise a trace of its own: whatever happened to wake this loop is not what these messages come from.
  const parent = shared ? trace.setSpanContext(ROOT_CONTEXT, first) : ROOT_CONTEXT;
  const attributes = { 'messaging.system': 'tributary', 'messaging.batch.message_count': events.length, ...correlation(events) };
  return inLinkedSpan(name, { kind, links, attributes, parent }, work);
}

function correlation(events: readonly Envelope[]): Record<string, string> {
  const ids = new Set(events.slice(0, 128).map((event) => event.correlationid));
  const [only] = ids;
  return ids.size === 1 && only !== undefined ? { 'tributary.correlation_id': only } : {};
}
