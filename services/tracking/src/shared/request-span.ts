import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isSpanContextValid, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('tributary.tracking');
const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A span made by hand: automatic instrumentation would halve a hot path. */
export interface RequestSpan {
  /** W3C trace context, present also when nothing is sampled or exported: it is stored with what the request did. */
  traceparent: string;
  end(status: number): void;
}

export function startRequestSpan(name: string, request: IncomingMessage): RequestSpan {
  const given = request.headers['traceparent'];
  const parent = typeof given === 'string' ? traceparentPattern.exec(given) : null;
  const [, traceId = '', spanId = '', flags = '00'] = parent ?? [];
  const around = parent
    ? trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true })
    : ROOT_CONTEXT;
  const span = tracer.startSpan(
    name,
    { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method ?? '', 'http.route': name } },
    around,
  );
  return { traceparent: traceparentOf(span), end: (status) => endSpan(span, status) };
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
