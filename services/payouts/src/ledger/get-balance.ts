import { getBalance } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { ok, query, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { type BalanceRow, balancesAt, balancesOf } from './balances.js';
import { shown } from './domain/balance-terms.js';

/** A partner's balances, now or as of an instant and as known at another. */
export function getBalanceRoute({ db }: Parts): Route {
  return query(getBalance, ({ params: { partnerId }, query: { asOf, knownAt }, scope, now }) =>
    db.tx(scope, async (tx) => {
      if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return reject('not-found');
      const at = { asOf: asOf ? new Date(asOf) : now, knownAt: knownAt ? new Date(knownAt) : now };
      const rows = asOf || knownAt ? await balancesAt(tx, partnerId, at.asOf, at.knownAt) : await balancesOf(tx, partnerId);
      // Without a cent a partner is shown to those who know it.
      if (rows.length === 0 && !(await seesPartner(tx, partnerId, scope))) return reject('not-found');
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
    fees: toWireAmount(terms.fees),
    taxWithheld: toWireAmount(terms.taxWithheld),
    vat: toWireAmount(terms.vat),
    offset: toWireAmount(terms.offset),
    exchanged: toWireAmount(terms.exchanged),
  };
}
