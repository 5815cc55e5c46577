import { getBalance, getBrandBalance } from '@tributary/contracts';
import { toWireAmount } from '@tributary/money';
import { ok, query, Rejected, type Route, reject } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { seesPartner } from '../profiles/profile-store.js';
import { type BalanceRow, balancesAt, balancesOf, brandTotals, type Known } from './balances.js';
import { type BalanceTerms, shown } from './domain/balance-terms.js';

/** A partner's balances: now, or as of an instant by either date of a transaction. */
export function getBalanceRoute({ db }: Parts): Route {
  return query(getBalance, ({ params: { partnerId }, query: asked, scope, now }) =>
    db.tx(scope, async (tx) => {
      if (scope.partnerId !== undefined && scope.partnerId !== partnerId) return reject('not-found');
      const known = knownFrom(asked, now);
      const rows = known ? await balancesAt(tx, partnerId, known) : await balancesOf(tx, partnerId);
      // Without a cent a partner is shown to those who know it.
      if (rows.length === 0 && !(await seesPartner(tx, partnerId, scope))) return reject('not-found');
      return ok({ partnerId, ...datesOf(asked, now), balances: rows.map(view) });
    }),
  );
}

/** What a brand owes all its partners. A partner sees its own balance only. */
export function getBrandBalanceRoute({ db }: Parts): Route {
  return query(getBrandBalance, ({ params: { brandId }, query: asked, scope, now }) =>
    db.tx(scope, async (tx) => {
      const { rows: known } = await tx.query('SELECT 1 FROM brand_profile WHERE brand_id = $1', [brandId]);
      if (scope.partnerId !== undefined || known.length === 0) return reject('not-found');
      const totals = await brandTotals(tx, brandId, knownFrom(asked, now));
      return ok({ brandId, ...datesOf(asked, now), balances: totals.map((row) => ({ currency: row.currency, ...termsView(row) })) });
    }),
  );
}

interface Asked {
  asOf?: string | undefined;
  by?: 'effective' | 'booked' | undefined;
  knownAt?: string | undefined;
}

/** By booking, a transaction counts from whenever it has an effect. Null: as it stands now. */
function knownFrom({ asOf, by, knownAt }: Asked, now: Date): Known | null {
  if (by === 'booked') {
    if (knownAt !== undefined)
      throw new Rejected('request-invalid', {
        errors: [{ pointer: '?knownAt', rule: 'goes with by=effective only: by=booked, asOf says it' }],
      });
    return { effectiveUntil: null, bookedUntil: asOf ? new Date(asOf) : now };
  }
  if (!asOf && !knownAt) return null;
  return { effectiveUntil: asOf ? new Date(asOf) : now, bookedUntil: knownAt ? new Date(knownAt) : now };
}

function datesOf({ asOf, by = 'effective', knownAt }: Asked, now: Date) {
  const at = asOf ? new Date(asOf) : now;
  const bookedUntil = by === 'booked' ? at : knownAt ? new Date(knownAt) : now;
  return { asOf: at.toISOString(), knownAt: bookedUntil.toISOString(), by };
}

const view = (row: BalanceRow) => ({ brandId: row.brandId, currency: row.currency, ...termsView(row) });

function termsView(row: BalanceTerms) {
  const terms = shown(row);
  return {
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
