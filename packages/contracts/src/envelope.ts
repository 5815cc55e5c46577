import { z } from 'zod';

/** Who caused a change: a person signed in, an API key, the system itself, or a partner. */
export const actorKinds = ['user', 'key', 'system', 'partner'] as const;
export type ActorKind = (typeof actorKinds)[number];

/**
 * The envelope of every message: CloudEvents 1.0, structured JSON, with our extension attributes (lower case, as the
 * specification wants). The envelope alone decides the trace: no context travels in broker headers.
 */
export const envelopeSchema = z.strictObject({
  specversion: z.literal('1.0'),
  /** UUIDv7: sortable, and its first 48 bits are the instant at which the event was written. */
  id: z.uuid({ version: 'v7' }),
  source: z.string().regex(/^\/services\/[a-z-]+$/),
  type: z.string().regex(/^[a-z-]+(\.[a-z-]+)+\.v[1-9]\d*$/),
  subject: z.string().min(1).max(200),
  /** When it happened by the service's clock (simulated in sandboxes). */
  time: z.iso.datetime(),
  /** An absolute URI, as CloudEvents wants: `urn:tributary:event:<type>`. */
  dataschema: z.string().regex(/^[a-z][a-z0-9+.-]*:\S+$/, 'must be an absolute URI'),
  datacontenttype: z.literal('application/json'),
  /** Only on snapshots: highest wins per subject. */
  sequence: z.int().positive().optional(),
  traceparent: z.string().optional(),
  tracestate: z.string().optional(),
  /** The conversion or request that began it all. */
  correlationid: z.string().min(1).max(200),
  /** Id of the event that caused this one. */
  causationid: z.string().min(1).max(200).optional(),
  actorid: z.string().min(1).max(200),
  actorkind: z.enum(actorKinds),
  partnerid: z.string().optional(),
  brandid: z.string().optional(),
  data: z.unknown(),
});

/** An event on the bus. `T` is its type name; the data's shape follows from the catalogue. */
export interface Envelope<Type extends string = string, Data = unknown> {
  specversion: '1.0';
  id: string;
  source: string;
  type: Type;
  subject: string;
  time: string;
  dataschema: string;
  datacontenttype: 'application/json';
  sequence?: number | undefined;
  traceparent?: string | undefined;
  tracestate?: string | undefined;
  correlationid: string;
  causationid?: string | undefined;
  actorid: string;
  actorkind: ActorKind;
  partnerid?: string | undefined;
  brandid?: string | undefined;
  data: Data;
}
