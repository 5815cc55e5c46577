import type { DataOf } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';
import type { Delegation } from './delegation-store.js';

/** A delegation as the API shows it, and as its event tells it. */
export const delegationView = ({ validFrom, validUntil, createdAt, revokedAt, ...delegation }: Delegation) => ({
  ...delegation,
  validFrom: validFrom.toISOString(),
  validUntil: validUntil.toISOString(),
  createdAt: createdAt.toISOString(),
  revokedAt: revokedAt?.toISOString() ?? null,
});

/** The fact that a delegation was given or taken back. */
export function delegationEvent(delegation: Delegation): NewEvent<'approvals.delegation.changed.v1'> {
  const { id, ...shown } = delegationView(delegation);
  const data: DataOf<'approvals.delegation.changed.v1'> = { delegationId: id, ...shown };
  const time = delegation.revokedAt ?? delegation.createdAt;
  return { type: 'approvals.delegation.changed.v1', subject: id, brandId: delegation.brandId, time, data };
}
