import { disablePayoutMethod, listPayoutMethods, verifyPayoutMethod } from '@tributary/contracts';
import { command, decodeIdCursor, ok, page, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { requireBrandSide } from '../shared/brand-side.js';
import { isVerified, listMethodRows, lockMethod, methodEvent, methodView } from './method-store.js';

/** A second person has made sure that the account is the partner's. It still cools down to its end. */
export function verifyPayoutMethodRoute({ outbox }: Parts): Route {
  return command(verifyPayoutMethod, async ({ params, body, tx, now, context, scope }) => {
    requireBrandSide(scope);
    const method = await lockMethod(tx, params.payoutMethodId, scope);
    if (!method) return reject('not-found');
    if (method.createdBy === context.actorId) return reject('four-eyes', { detail: 'Who entered a payout method cannot verify it' });
    if (method.status !== 'active' || method.kind === 'simulated' || isVerified(method)) return reject('method-state-forbids');
    await tx.query('UPDATE payout_method SET verified_by = $2, verified_at = $3, verified_by_means = $4 WHERE id = $1', [
      method.id,
      context.actorId,
      now,
      body.means,
    ]);
    const verified = { ...method, verifiedBy: context.actorId, verifiedAt: now };
    await outbox.append(tx, context, [methodEvent(verified, 'verified', context, now)]);
    return ok(methodView(verified));
  });
}

/** Freezes a method for good: nothing goes there any more, not even what waits to be sent. */
export function disablePayoutMethodRoute({ outbox }: Parts): Route {
  return command(disablePayoutMethod, async ({ params, body, tx, now, context, scope }) => {
    const method = await lockMethod(tx, params.payoutMethodId, scope);
    if (!method) return reject('not-found');
    if (method.status !== 'active') return reject('method-state-forbids');
    await tx.query(`UPDATE payout_method SET status = 'disabled', disabled_by = $2, disabled_at = $3, disabled_reason = $4 WHERE id = $1`, [
      method.id,
      context.actorId,
      now,
      body.reason,
    ]);
    const disabled = { ...method, status: 'disabled' as const, disabledReason: body.reason };
    await outbox.append(tx, context, [methodEvent(disabled, 'disabled', context, now)]);
    return ok(methodView(disabled));
  });
}

/** How a partner is paid, and was. */
export const listPayoutMethodsRoute = ({ db }: Parts): Route =>
  query(listPayoutMethods, ({ params: { partnerId }, query: { cursor, limit }, scope }) =>
    db.tx(scope, async (tx) => {
      if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return reject('not-found');
      if (!(await seesPartner(tx, partnerId, scope))) return reject('not-found');
      const rows = await listMethodRows(tx, partnerId, scope, { before: decodeIdCursor(cursor), limit: limit + 1 });
      return ok(page(rows, limit, ({ id }) => id, methodView));
    }),
  );
