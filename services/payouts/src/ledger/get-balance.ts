import { getBalance } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { ok, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { type BalanceRow, balancesAt, balancesOf } from './balances.js';
import { shown } from './domain/balance-terms.js';

/** A partner's balances, now or as of an instant and as known at another. */
export function getBalanceRoute({ db }: Parts): Route {
  return query(getBalance, ({ params: { partnerId }, query: { asOf, knownAt }, scope, now }) =>
    db.tx(scope, async (tx) => {
      if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return reject('not-found');
      const past = asOf !== undefined || knownAt !== undefined;
      const at = { asOf: asOf === undefined ? now : new Date(asOf), knownAt: knownAt === undefined ? now : new Date(knownAt) };
      const rows = past ? await balancesAt(tx, partnerId, at.asOf, at.knownAt) : await balancesOf(tx, partnerId);
      if (rows.length === 0) {
        // Known, but without a cent; or not to be seen by this caller.
        const seen =
          scope.brandIds === 'all'
            ? 'SELECT 1 FROM partner_profile WHERE partner_id = $1'
            : 'SELECT 1 FROM enrollment_profile WHERE partner_id = $1 LIMIT 1';
        if ((await tx.query(seen, [partnerId])).rows.length === 0) return reject('not-found');
      }
      return ok({ partnerId, asOf: at.asOf.toISOString(), knownAt: at.knownAt.toISOString(), balances: rows.map(view) });
    }),
  );
}

function view(row: BalanceRow) {
  const terms = shown(row);
  return {
    brandId: row.brandId,
    currency: row.currency,
    accrued: toWireAmount(terms.accrued),
    reversed: toWireAmount(terms.reversed),
    rejected: toWireAmount(terms.rejected),
    pending: toWireAmount(terms.pending),
    held: toWireAmount(terms.held),
    approved: toWireAmount(terms.approved),
    payable: toWireAmount(terms.payable),
    inPayout: toWireAmount(terms.inPayout),
    paid: toWireAmount(terms.paid),
    receivable: toWireAmount(terms.receivable),
    writtenOff: toWireAmount(terms.writtenOff),
  };
}
