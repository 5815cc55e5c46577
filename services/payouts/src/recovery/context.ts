import type { Parts } from '../parts.js';

/** Whatever is done about a freeze by itself. */
export const contextOfSystem = ({ name }: Pick<Parts, 'name'>) =>
  ({ correlationId: 'payout-freeze', actorId: `system:${name}`, actorKind: 'system' }) as const;
