import { command, ok } from '@tributary/service-kit';
import type { Projections } from './projections.js';

const contract = { id: 'internalRebuild', method: 'post', path: '/internal/rebuild', permission: 'internal' } as const;

/** The first half of a rebuild: everything is dropped. The second half is audit's replay of its archive to this service. */
export const rebuildRoute = (projections: Projections) =>
  command(contract, async ({ tx }) => ok({ dropped: true, eventsForgotten: await projections.drop(tx) }));
