import { createHash } from 'node:crypto';
import { context, trace } from '@opentelemetry/api';
import { dataSchemaUri, newUuid } from '@tributary/contracts';
import { validate as isUuid } from 'uuid';
import type { Envelope, EventContext, LooseNewEvent } from './ports.js';

/** The largest event that may be written, in bytes of JSON. */
export const maxEventBytes = 256 * 1024;

/** The trace context of the active span in W3C form, if there is one. */
export function activeTrace(): { traceparent?: string; tracestate?: string } {
  const span = trace.getSpanContext(context.active());
  if (span === undefined) return {};
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  const state = span.traceState?.serialize();
  return { traceparent: `00-${span.traceId}-${span.spanId}-${flags}`, ...(state ? { tracestate: state } : {}) };
}

/** A new envelope with a fresh id. `data` must have been validated. */
export function buildEnvelope(service: string, common: EventContext, event: LooseNewEvent, now: Date): Envelope {
  const from = event.context ?? common;
  const { traceparent, tracestate } = event.traceparent === undefined ? activeTrace() : { traceparent: event.traceparent };
  // Written out, for objects put together by spreading are slow; what is undefined is not in the JSON.
  const envelope = {
    specversion: '1.0',
    id: newUuid(),
    source: `/services/${service}`,
    type: event.type,
    subject: event.subject,
    time: (event.time ?? now).toISOString(),
    dataschema: dataSchemaUri(event.type),
    datacontenttype: 'application/json',
    sequence: event.sequence,
    traceparent,
    tracestate,
    correlationid: from.correlationId,
    causationid: from.causationId,
    actorid: from.actorId,
    actorkind: from.actorKind,
    partnerid: event.partnerId,
    brandid: event.brandId,
    data: event.data,
  };
  return envelope as Envelope;
}

/**
 * The context for what a consumer writes because of an event: same correlation, caused by that event. The actor is the system:
 * `system:<service>` when the consuming service names itself.
 */
export function contextOf(event: Envelope, service?: string): EventContext {
  return {
    correlationId: event.correlationid,
    causationId: event.id,
    actorId: service === undefined ? 'system' : `system:${service}`,
    actorKind: 'system',
  };
}

/** The instant inside a UUIDv7. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** An id for something that has none that can be trusted: the same content gives the same id, so that a second delivery is recognised. */
export function idOfContent(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const textFields = ['source', 'type', 'subject', 'time', 'correlationid', 'actorid', 'actorkind'] as const;

/** Why this is no envelope, or undefined when it is one. Attributes that are not known pass: a newer producer may send them. */
export function flawOf(content: unknown): string | undefined {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return 'not an object';
  const fields = content as Record<string, unknown>;
  if (fields['specversion'] !== '1.0') return 'specversion is not 1.0';
  if (typeof fields['id'] !== 'string' || !isUuid(fields['id'])) return 'id is not a UUID';
  for (const field of textFields) {
    const value = fields[field];
    if (typeof value !== 'string' || value === '') return `${field} is missing`;
    if (value.length > 300 || value.includes('\0')) return `${field} is too long or holds a NUL`;
  }
  return 'data' in fields ? undefined : 'data is missing';
}
