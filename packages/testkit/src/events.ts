import { type DataOf, dataSchemaUri, definitionOf, type Envelope, type EventOf, type EventType } from '@tributary/contracts';
import { v7 } from 'uuid';

/** What a test says about an event besides its type and data. */
export type EventOverrides = Partial<Omit<Envelope, 'type' | 'data' | 'specversion' | 'datacontenttype'>>;

/** An envelope as its producer would have written it. Data that break the catalogue's schema throw, so that builders stay honest. */
export function anEvent<T extends EventType>(type: T, data: DataOf<T>, overrides: EventOverrides = {}): EventOf<T> {
  const definition = definitionOf(type);
  if (!definition) throw new Error(`the catalogue has no event ${type}`);
  const envelope = {
    specversion: '1.0',
    id: v7(),
    source: `/services/${definition.producer}`,
    type,
    subject: subjectOf(data),
    time: new Date().toISOString(),
    dataschema: dataSchemaUri(type),
    datacontenttype: 'application/json',
    correlationid: 'test',
    actorid: 'test',
    actorkind: 'system',
    ...(definition.kind === 'snapshot' ? { sequence: 1 } : {}),
    ...overrides,
    data: definition.schema.parse(data),
  };
  return envelope as unknown as EventOf<T>;
}

/** The first id in the data is what the event is about, in all of the catalogue. */
function subjectOf(data: unknown): string {
  const first = Object.values(data as object)[0];
  return typeof first === 'string' ? first : 'test';
}
