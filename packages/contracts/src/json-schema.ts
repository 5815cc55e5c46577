import { z } from 'zod';
import type { EventDefinition } from './define-event.js';

/** The part of JSON Schema (2020-12) that our schemas are made of. */
export interface JsonSchema {
  $schema?: string;
  $id?: string;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  id?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

/** A zod schema as JSON Schema: what may be sent (`io: 'input'`), not what a parse makes of it. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
}

/** Names the schema of an event type: the envelope's `dataschema`, which CloudEvents wants to be an absolute URI. */
export function dataSchemaUri(type: string): string {
  return `urn:tributary:event:${type}`;
}

/** The JSON Schema of an event's data, under the name that envelopes refer to. */
export function eventJsonSchema(definition: EventDefinition): JsonSchema {
  const { $schema = '', ...schema } = toJsonSchema(definition.schema);
  return { $schema, $id: dataSchemaUri(definition.type), title: definition.type, description: definition.summary, ...schema };
}
