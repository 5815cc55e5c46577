import { crashPoint } from '../crash-point.js';
import { buildEnvelope, maxEventBytes, timeOfId } from '../envelope.js';
import { EventRefused } from '../errors.js';
import type { Envelope, EventContext, LooseNewEvent, MessageCatalogue, MessageDefinition, Outbox, Tx } from '../ports.js';
import type { RecentEvents } from './recent.js';
import { textOf } from './text.js';

// Envelopes are large and full of quotes, which an array parameter would escape one by one. They travel as one text, with a separator
// that JSON never contains unescaped.
const separator = '\u001e';
const insert = /* sql */ `
WITH waiting AS (INSERT INTO messaging.unpublished (id, created_at) SELECT unnest($1::uuid[]), unnest($2::timestamptz[]))
INSERT INTO messaging.outbox (id, created_at, type, envelope)
SELECT unnest($1::uuid[]), unnest($2::timestamptz[]), unnest($3::text[]), unnest(string_to_array($4, E'\\x1e'))::json`;

/** The outbox of one service over its catalogue; what is appended is handed to `recent` as well. */
export function createOutbox(service: string, catalogue: MessageCatalogue, recent?: RecentEvents): Outbox<LooseNewEvent> {
  return {
    async append(tx: Tx, context: EventContext, events: readonly LooseNewEvent[]): Promise<Envelope[]> {
      if (events.length === 0) return [];
      const now = new Date();
      const envelopes = events.flatMap((event) => versionsOf(service, catalogue, context, event, now));
      const texts = envelopes.map(serialized);
      crashPoint('outbox.before-insert');
      await tx.query(insert, [
        envelopes.map((envelope) => envelope.id),
        envelopes.map((envelope) => timeOfId(envelope.id).toISOString()),
        envelopes.map((envelope) => envelope.type),
        texts.join(separator),
      ]);
      recent?.put(envelopes);
      return envelopes;
    },
  };
}

/** The event itself and, as long as its definition says so, the older version made from it. */
function versionsOf(service: string, catalogue: MessageCatalogue, context: EventContext, event: LooseNewEvent, now: Date): Envelope[] {
  const definition = catalogue.get(event.type);
  if (definition === undefined) throw new EventRefused(`unknown-type: the catalogue has no ${event.type}`);
  if (definition.producer !== service) {
    throw new EventRefused(`not-the-producer: ${event.type} belongs to ${definition.producer}, not to ${service}`);
  }
  const data = validated(definition, event.data);
  const envelope = buildEnvelope(service, context, { ...event, data }, now);
  if (definition.alsoPublish === undefined) return [envelope];
  const { type, downcast } = definition.alsoPublish;
  const older = { ...event, type, data: downcast(data as never) };
  return [envelope, ...versionsOf(service, catalogue, context, older, now)];
}

function validated(definition: MessageDefinition, data: unknown): unknown {
  const result = definition.schema.safeParse(data);
  if (!result.success) throw new EventRefused(`data-against-schema: ${definition.type}: ${result.error.message}`);
  return result.data;
}

function serialized(envelope: Envelope): string {
  const text = textOf(envelope);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEventBytes) {
    throw new EventRefused(`too-large: ${envelope.type} of ${envelope.subject} has ${bytes} bytes, at most ${maxEventBytes} are allowed`);
  }
  return text;
}
