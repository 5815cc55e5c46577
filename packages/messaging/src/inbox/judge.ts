import { consumersOf } from '../catalogue.js';
import { flawOf, idOfContent } from '../envelope.js';
import type { Consumer, Envelope, MessageCatalogue, RawEvent, Subscriptions } from '../ports.js';

/** Messages of this family speak between the inboxes and outboxes themselves; they leave no receipts. */
const ownPrefix = 'messaging.';

export interface Flawed {
  id: string;
  type: string | null;
  source: string | null;
  /** JSON, or the text that was none. */
  text: string;
  /** Kebab-case reason, then what exactly. */
  reason: string;
}
export interface Judged {
  events: Envelope[];
  flawed: Flawed[];
  own: Envelope[];
}
export interface Judge {
  judge(raws: readonly RawEvent[]): Judged;
  consumerOf(type: string): Consumer | undefined;
  /** Whether the consumer of every type takes it, together with others. */
  isArchived(type: string): boolean;
  rankOf(type: string): number;
}

/** Decides for each delivered thing whether it can be handled at all, and if not, why. */
export function createJudge(service: string, catalogue: MessageCatalogue, subscriptions: Subscriptions): Judge {
  const consumers = new Map<string, Consumer>(Object.entries(subscriptions) as [string, Consumer][]);
  const archive = consumers.get('*');
  consumers.delete('*');
  for (const type of consumers.keys()) mustBeBound(service, catalogue, type);
  const consumerOf = (type: string): Consumer | undefined => consumers.get(type) ?? archive;

  const reasonAgainst = (event: Envelope): string | undefined => {
    const definition = catalogue.get(event.type);
    if (definition === undefined) return `unknown-type: the catalogue has no ${event.type}`;
    if (consumerOf(event.type) === undefined) return `not-handled: ${service} has no consumer for ${event.type}`;
    if (event.source !== `/services/${definition.producer}`) {
      return `not-the-producer: ${event.type} belongs to ${definition.producer}, and came from ${event.source}`;
    }
    const result = definition.schema.safeParse(event.data);
    return result.success ? undefined : `data-against-schema: ${result.error.message}`;
  };

  const sort = (event: Envelope, raw: RawEvent, into: Judged): void => {
    if (event.type.startsWith(ownPrefix)) {
      into.own.push(event);
      return;
    }
    const reason = raw.deadLettered === undefined ? reasonAgainst(event) : `delivery-limit: ${raw.deadLettered}`;
    if (reason === undefined) into.events.push(event);
    else into.flawed.push({ id: event.id, type: event.type, source: event.source, text: JSON.stringify(event), reason });
  };

  return {
    consumerOf,
    isArchived: (type) => archive !== undefined && !consumers.has(type),
    rankOf: (type) => catalogue.get(type)?.rank ?? 0,
    judge(raws) {
      const judged: Judged = { events: [], flawed: [], own: [] };
      const seen = new Set<string>();
      for (const raw of raws) {
        const flaw = raw.malformed ?? flawOf(raw.content);
        const event = raw.content as Envelope;
        if (flaw !== undefined) judged.flawed.push(malformed(raw, flaw));
        else if (!seen.has(event.id)) sort(event, raw, judged);
        if (flaw === undefined) seen.add(event.id);
      }
      return judged;
    },
  };
}

/** A subscription that nothing would ever reach is a mistake of the program. */
function mustBeBound(service: string, catalogue: MessageCatalogue, type: string): void {
  const definition = catalogue.get(type);
  if (definition === undefined) throw new Error(`${service} subscribes to ${type}, which the catalogue does not have`);
  if (consumersOf(definition).includes(service)) return;
  throw new Error(`${service} subscribes to ${type}, but the catalogue does not name it as a consumer: nothing would be delivered`);
}

function malformed(raw: RawEvent, flaw: string): Flawed {
  const text = (typeof raw.content === 'string' ? raw.content : JSON.stringify(raw.content)) ?? 'null';
  // PostgreSQL's text cannot hold NUL; the escape keeps what came readable.
  return { id: idOfContent(text), type: null, source: null, text: text.replaceAll('\0', '\\u0000'), reason: `malformed: ${flaw}` };
}
