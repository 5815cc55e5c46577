import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isSpanContextValid, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('tributary.tracking');
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A span made by hand: automatic instrumentation would halve a hot path. */
export interface RequestSpan {
  /** W3C trace context, present also when nothing is sampled or exported: it is stored with what the request did. */
  traceparent: string;
  /** Links the request to what led to it, days ago perhaps: the click of a conversion. */
  cameFrom(traceparent: string): void;
  /** What it turned out to be about: searched for in the trace store. */
  isAbout(correlationId: string): void;
  end(status: number): void;
}

/** A span carries at most this many links; more of them make more spans. */
const maxLinks = 128;

export function startRequestSpan(name: string, request: IncomingMessage): RequestSpan {
  const given = request.headers['traceparent'];
  const parent = typeof given === 'string' ? traceparentPattern.exec(given) : null;
  const [, traceId = '', spanId = '', flags = '00'] = parent ?? [];
  const around = parent
    ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true })
    : ROOT_CONTEXT;
  const span = tracer.startSpan(
    name,
    {
      kind: SpanKind.SERVER,
      attributes: { 'service.name': 'tracking', 'http.request.method': request.method ?? '', 'http.route': name },
    },
    around,
  );
  let origins: Set<string> | undefined;
  return {
    traceparent: traceparentOf(span),
    cameFrom(traceparent) {
      origins ??= new Set();
      origins.add(traceparent);
    },
    isAbout: (correlationId) => void span.setAttribute('tributary.correlation_id', correlationId),
    end(status) {
      if (origins && span.isRecording()) link(span, name, [...origins]);
      endSpan(span, status);
    },
  };
}

function link(span: Span, name: string, origins: readonly string[]): void {
  const links = origins.flatMap((one) => {
    const [, traceId, spanId, flags] = traceparentPattern.exec(one) ?? [];
    if (traceId === undefined || spanId === undefined || flags === undefined) return [];
    return [{ context: { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true } }];
  });
  span.addLinks(links.slice(0, maxLinks));
  for (let from = maxLinks; from < links.length; from += maxLinks) {
    const more = { links: links.slice(from, from + maxLinks), attributes: { 'service.name': 'tracking', 'tributary.links_from': from } };
    tracer.startSpan(`${name} (more links)`, more, trace.setSpan(ROOT_CONTEXT, span)).end();
  }
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (isSpanContextValid(span.spanContext())) return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  const random = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
  return `00-${random.slice(0, 32)}-${random.slice(32, 48)}-00`;
}

function endSpan(span: Span, status: number): void {
  if (span.isRecording()) {
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
