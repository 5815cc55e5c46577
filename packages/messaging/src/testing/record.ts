import type { Consumer } from '../ports.js';
import { recordEffects } from './lab.js';
import { sampleCatalogue } from './sample-catalogue.js';

/** Every type that the sample catalogue gives a service, recorded. */
export function recordAll(service: string): Record<string, Consumer> {
  const types = [...sampleCatalogue.values()].filter((definition) => definition.consumers.includes(service));
  return Object.fromEntries(types.map((definition) => [definition.type, recordEffects]));
}
