import type { DataOf } from '@tributary/contracts';
import type { NewEvent } from '@tributary/messaging';
import type { RoutingRow } from '../shared/routing/domain/table.js';
import type { PolicyVersion } from '../shared/routing/routing-store.js';

/** A version of the routing table as the API shows it. */
export const policyView = ({ effectiveFrom, recordedAt, acceptedAt, ...policy }: PolicyVersion) => ({
  ...policy,
  effectiveFrom: effectiveFrom.toISOString(),
  recordedAt: recordedAt.toISOString(),
  acceptedAt: acceptedAt?.toISOString() ?? null,
});

type Accepted = 'approvals.routing-policy.accepted.v1';

/** The fact that a version counts. */
export function acceptedEvent(policy: PolicyVersion & { acceptedBy: string; acceptedAt: Date }): NewEvent<Accepted> {
  const { recordedAt: _, ...told } = policy;
  const data: DataOf<Accepted> = {
    ...told,
    rows: told.rows.map(wireRow),
    effectiveFrom: policy.effectiveFrom.toISOString(),
    acceptedAt: policy.acceptedAt.toISOString(),
  };
  return { type: 'approvals.routing-policy.accepted.v1', subject: policy.brandId, brandId: policy.brandId, time: policy.acceptedAt, data };
}

/** A row as contracts know it. */
export const wireRow = ({ when, ...row }: RoutingRow): DataOf<Accepted>['rows'][number] => ({
  ...row,
  ...(when ? { when: { combinator: when.combinator, rules: [...when.rules], ...(when.not === undefined ? {} : { not: when.not }) } } : {}),
});
