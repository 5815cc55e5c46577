import { createApprovalDelegation, listApprovalDelegations, newId, revokeApprovalDelegation } from '@tributary/contracts';
import type { Outbox } from '@tributary/messaging';
import { command, created, decodeIdCursor, NotYetKnown, ok, page, query, reject } from '@tributary/service-kit';
import { deciderOf } from '../shared/decider.js';
import type { ProfileStore } from '../shared/profile-store.js';
import type { DelegationStore } from './delegation-store.js';
import { delegationEvent, delegationView } from './delegation-view.js';

export interface DelegationParts {
  delegations: DelegationStore;
  profiles: ProfileStore;
  outbox: Outbox;
}

/** A person lets another decide in his name for a time, within what both of them may. */
export const createApprovalDelegationRoute = ({ delegations, profiles, outbox }: DelegationParts) =>
  command(createApprovalDelegation, async ({ tx, body, principal, now, context }) => {
    const { brandId, delegateId, reason } = body;
    const validFrom = body.validFrom === undefined ? now : new Date(body.validFrom);
    const validUntil = new Date(body.validUntil);
    const refused = (pointer: string) => reject('delegation-invalid', { errors: [{ pointer, rule: 'delegation-invalid' }] });
    if (delegateId === principal.actorId) return refused('/delegateId');
    if (validUntil <= validFrom || validUntil <= now) return refused('/validUntil');
    if (!(await profiles.limits(tx, [brandId])).has(brandId)) throw new NotYetKnown('brand', brandId);
    const delegation = {
      id: newId('delegation'),
      brandId,
      giverId: principal.actorId,
      delegateId,
      validFrom,
      validUntil,
      reason,
      aboveThreshold: deciderOf(principal).mayDecideAboveThreshold,
      createdAt: now,
      revokedBy: null,
      revokedAt: null,
    };
    await delegations.insert(tx, delegation);
    await outbox.append(tx, context, [delegationEvent(delegation)]);
    return created(delegationView(delegation));
  });

/** Who gave it takes it back, or an administrator does. What was decided by it stays decided. */
export const revokeApprovalDelegationRoute = ({ delegations, outbox }: DelegationParts) =>
  command(revokeApprovalDelegation, async ({ tx, params, principal, now, context }) => {
    const delegation = await delegations.lock(tx, params.delegationId);
    if (!delegation) return reject('not-found');
    if (delegation.giverId !== principal.actorId && !principal.roles.includes('administrator')) return reject('not-permitted');
    if (delegation.revokedAt !== null) return ok(delegationView(delegation));
    const revoked = { ...delegation, revokedBy: principal.actorId, revokedAt: now };
    await delegations.revoke(tx, delegation, principal.actorId, now);
    await outbox.append(tx, context, [delegationEvent(revoked)]);
    return ok(delegationView(revoked));
  });

export const listApprovalDelegationsRoute = ({ delegations }: Pick<DelegationParts, 'delegations'>) =>
  query(listApprovalDelegations, async ({ query: { limit, cursor, ...filter }, scope }) => {
    const found = await delegations.list(scope, filter, limit + 1, decodeIdCursor(cursor));
    return ok(page(found, limit, ({ id }) => id, delegationView));
  });
