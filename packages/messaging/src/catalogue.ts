import type { Lane, MessageCatalogue, MessageDefinition } from './ports.js';

/** The service that archives every event, whether or not a definition names it. */
export const archiveService = 'audit';
export const lanes: readonly Lane[] = ['facts', 'control'];

/** Everybody who is bound to an event type: its consumers and the archive. */
export function consumersOf(definition: MessageDefinition): string[] {
  return [...new Set([...definition.consumers, archiveService])];
}

/** Every service that needs queues: who consumes, and who produces (reconciliation speaks to producers). */
export function servicesOf(catalogue: MessageCatalogue): string[] {
  const definitions = [...catalogue.values()];
  return [...new Set(definitions.flatMap((definition) => [definition.producer, ...consumersOf(definition)]))].sort();
}

/** The types that a service is bound to in one lane, sorted. */
export function typesBoundTo(catalogue: MessageCatalogue, service: string, lane: Lane): string[] {
  return [...catalogue.values()]
    .filter((definition) => definition.lane === lane && consumersOf(definition).includes(service))
    .map((definition) => definition.type)
    .sort();
}
