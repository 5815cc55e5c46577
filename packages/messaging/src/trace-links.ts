import { type Attributes, type Context, context, type Link, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { activeTrace } from './envelope.js';
import { describe } from './errors.js';

/** A span carries at most this many links; more of them make more spans. */
const maxLinks = 128;
const tracer = () => trace.getTracer('@tributary/messaging');

/** A stored W3C traceparent; what is missing or malformed leads nowhere and is passed over. */
export type StoredTrace = string | null | undefined;

/** The span context in a W3C traceparent, when it is a valid one. */
export function spanContextIn(traceparent: StoredTrace): SpanContext | undefined {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  const [, traceId, spanId, flags] = parts ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** The active span as a W3C traceparent, to be stored with what is done now; null where nothing is traced. */
export function activeTraceparent(): string | null {
  const { traceparent } = activeTrace();
  return spanContextIn(traceparent) === undefined ? null : (traceparent ?? null);
}

/** For an event that goes on from a stored context: the active span names itself, and where nothing is traced the stored one is handed on. */
export function handedOn(stored: StoredTrace): { traceparent?: string } {
  return activeTraceparent() === null && stored ? { traceparent: stored } : {};
}

export interface LinkedSpan {
  kind?: SpanKind;
  attributes?: Attributes;
  links: readonly SpanContext[];
  /** Default: the active span's. */
  parent?: Context;
}

/** Runs `work` in a span with these links, however many they are: what one span cannot carry goes to children named `… (more links)`. */
export async function inLinkedSpan<T>(name: string, options: LinkedSpan, work: () => Promise<T>): Promise<T> {
  const { kind = SpanKind.INTERNAL, attributes = {}, parent = context.active() } = options;
  const links: Link[] = [...new Map(options.links.map((one) => [one.spanId, { context: one }])).values()];
  const span = tracer().startSpan(name, { kind, links: links.slice(0, maxLinks), attributes }, parent);
  const active = trace.setSpan(parent, span);
  for (let from = maxLinks; from < links.length; from += maxLinks) {
    const more = { kind, links: links.slice(from, from + maxLinks), attributes: { ...attributes, 'tributary.links_from': from } };
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

/** A step that goes back to stored contexts, of days ago perhaps: linked to each, in a trace of today. */
export function goingBackTo<T>(name: string, stored: readonly StoredTrace[], attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return inLinkedSpan(name, { attributes, links: stored.flatMap((one) => spanContextIn(one) ?? []) }, work);
}

/** Links the active span itself back to a few stored contexts. */
export function linkBackTo(stored: readonly StoredTrace[]): void {
  const span = trace.getActiveSpan();
  for (const one of stored) {
    const found = spanContextIn(one);
    if (found) span?.addLink({ context: found });
  }
}
