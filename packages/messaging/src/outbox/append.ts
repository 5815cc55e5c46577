import { crashPoint } from '../crash-point.js';
import { buildEnvelope, maxEventBytes, timeOfId } from '../envelope.js';
import { EventRefused } from '../errors.js';
import { jsonList, rowsOf } from '../parameters.js';
import type { Envelope, EventContext, LooseNewEvent, MessageCatalogue, MessageDefinition, Outbox, Tx } from '../ports.js';
import type { RecentEvents } from './recent.js';
import { textOf } from './text.js';

const insert = /* sql */ `
WITH waiting AS (INSERT INTO messaging.unpublished (id, created_at) SELECT * FROM ${rowsOf({ id: 'uuid', created_at: 'timestamptz' })} new)
INSERT INTO messaging.outbox (id, created_at, type, envelope)
SELECT id, created_at, type, envelope::json FROM ${rowsOf({ id: 'uuid', created_at: 'timestamptz', type: 'text', envelope: 'json list' })} new`;

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
        jsonList(texts),
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
