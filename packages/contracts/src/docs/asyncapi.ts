import { catalogue } from '../catalogue.js';
import type { EventDefinition } from '../define-event.js';
import { envelopeSchema } from '../envelope.js';
import { type JsonSchema, toJsonSchema } from '../json-schema.js';

/** The one exchange that every event goes through; routing key = type. */
export const exchangeName = 'tributary.events';

/** The queue of a service for one lane. */
export function queueName(service: string, lane: string): string {
  return `${service}.${lane}`;
}

type Json = Record<string, unknown>;
type Definition = EventDefinition;

/**
 * The AsyncAPI 3.0 document of the house, generated from the catalogue: one channel per event type on the topic
 * exchange, the producer's `send` and each consumer's `receive` operation, envelope and data as JSON Schema.
 */
export function asyncApiDocument({ version, brokerHost }: { version: string; brokerHost: string }): Json {
  const definitions = [...catalogue.values()];
  const schemas: Record<string, JsonSchema> = {};
  addSchema(schemas, 'Envelope', toJsonSchema(envelopeSchema));
  for (const definition of definitions) addSchema(schemas, definition.type, toJsonSchema(definition.schema));

  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tributary events',
      version,
      description:
        'CloudEvents 1.0 in structured JSON on one topic exchange. Facts are immutable; snapshots carry a sequence per ' +
        'subject, of which the highest holds. Delivery is at least once and in no order.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: { broker: { host: brokerHost, protocol: 'amqp', protocolVersion: '0.9.1', description: 'RabbitMQ' } },
    channels: byType(definitions, channel),
    operations: Object.fromEntries(definitions.flatMap((definition) => [sending(definition), ...receiving(definition)])),
    components: { messages: byType(definitions, message), schemas },
  };
}

const byType = (definitions: readonly Definition[], make: (definition: Definition) => Json): Json =>
  Object.fromEntries(definitions.map((definition) => [definition.type, make(definition)]));

const channel = ({ type, summary, kind, lane, producer }: Definition): Json => ({
  address: type,
  title: type,
  summary,
  description: `A ${kind} of ${producer}, in lane \`${lane}\`.`,
  messages: { event: { $ref: `#/components/messages/${type}` } },
  bindings: {
    amqp: {
      is: 'routingKey',
      exchange: { name: exchangeName, type: 'topic', durable: true, autoDelete: false },
      bindingVersion: '0.3.0',
    },
  },
});

const message = ({ type, summary, kind, lane, producer, consumers }: Definition): Json => ({
  name: type,
  title: type,
  summary,
  contentType: 'application/cloudevents+json',
  tags: [{ name: kind }, { name: lane }, { name: producer }],
  payload: {
    allOf: [
      { $ref: '#/components/schemas/Envelope' },
      {
        type: 'object',
        properties: {
          type: { const: type },
          source: { const: `/services/${producer}` },
          data: { $ref: `#/components/schemas/${type}` },
        },
        ...(kind === 'snapshot' ? { required: ['sequence'] } : {}),
      },
    ],
  },
  'x-consumers': consumers,
});

const reference = (type: string): Json => ({
  channel: { $ref: `#/channels/${type}` },
  messages: [{ $ref: `#/channels/${type}/messages/event` }],
});

const sending = ({ type, producer, summary }: Definition): [string, Json] => [
  `${producer}.sends.${type}`,
  { action: 'send', title: `${producer} sends ${type}`, summary, tags: [{ name: producer }], ...reference(type) },
];

const receiving = ({ type, lane, consumers }: Definition): [string, Json][] =>
  consumers.map((service) => [
    `${service}.receives.${type}`,
    {
      action: 'receive',
      title: `${service} receives ${type}`,
      description: `From the quorum queue \`${queueName(service, lane)}\`.`,
      tags: [{ name: service }],
      ...reference(type),
    },
  ]);

/** Puts a schema among the components, its `$defs` beside it, and points its references there. */
function addSchema(schemas: Record<string, JsonSchema>, name: string, schema: JsonSchema): void {
  const { $schema: _, $defs = {}, ...own } = schema;
  schemas[name] = repoint(own) as JsonSchema;
  for (const [id, definition] of Object.entries($defs)) schemas[id] = repoint(definition) as JsonSchema;
}

function repoint(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(repoint);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // zod repeats the component's name inside it, where JSON Schema has no such word.
      .filter(([key, content]) => !(key === 'id' && typeof content === 'string'))
      .map(([key, content]) => [key, key === '$ref' ? String(content).replace('#/$defs/', '#/components/schemas/') : repoint(content)]),
  );
}
