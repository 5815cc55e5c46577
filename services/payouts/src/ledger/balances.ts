import type { Tx } from '@tributary/messaging';
import type { BalanceTerms } from './domain/balance-terms.js';
import { foldOfLegs } from './ledger-store.js';

export interface BalanceRow extends BalanceTerms {
  partnerId: string;
  brandId: string;
  currency: string;
}

const columns = /* sql */ `partner_id AS "partnerId", brand_id AS "brandId", currency, accrued, reversed, rejected, pending, held, approved, payable, in_payout AS "inPayout", paid, receivable, written_off AS "writtenOff", fees, tax_withheld AS "taxWithheld", vat, "offset", exchanged`;

/** A partner's balances now, from the projection; scope by row-level security. */
export async function balancesOf(tx: Tx, partnerId: string): Promise<BalanceRow[]> {
  const { rows } = await tx.query<BalanceRow>(`SELECT ${columns} FROM balance WHERE partner_id = $1 ORDER BY brand_id, currency`, [
    partnerId,
  ]);
  return rows;
}

/** The same at an instant (`asOf`, when things count from) as it was known at another (`knownAt`, when they were booked): computed from the legs. */
export async function balancesAt(tx: Tx, partnerId: string, asOf: Date, knownAt: Date): Promise<BalanceRow[]> {
  const { rows } = await tx.query<BalanceRow>(
    `WITH folded AS (
       SELECT partner_id, brand_id, currency, ${foldOfLegs} FROM ledger_leg
       WHERE partner_id = $1 AND effective_at <= $2 AND posted_at <= $3 GROUP BY partner_id, brand_id, currency)
     SELECT ${columns} FROM folded ORDER BY brand_id, currency`,
    [partnerId, asOf, knownAt],
  );
  return rows;
}

const folded = /* sql */ `SELECT partner_id, brand_id, currency, ${foldOfLegs} FROM ledger_leg GROUP BY partner_id, brand_id, currency`;

/** Balances that differ from the fold of the journal. There is none, unless somebody touched the projection. */
export async function balanceDrift(tx: Tx): Promise<number> {
  const { rows } = await tx.query<{ drift: number }>(`
    SELECT count(*)::int AS drift FROM (
      ((SELECT * FROM (${folded}) AS fold) EXCEPT (SELECT * FROM balance))
      UNION ALL
      ((SELECT * FROM balance) EXCEPT (SELECT * FROM (${folded}) AS fold))) AS differences`);
  return rows[0]?.drift ?? 0;
}

/** Makes the projection anew from the journal. Writers wait meanwhile. */
export async function rebuildBalances(tx: Tx): Promise<void> {
  await tx.query('LOCK TABLE balance IN EXCLUSIVE MODE');
  await tx.query('DELETE FROM balance');
  await tx.query(`INSERT INTO balance ${folded}`);
}

/** Sum of all legs per currency that is not zero: always empty. */
export async function ledgerImbalance(tx: Tx): Promise<bigint> {
  const { rows } = await tx.query<{ total: bigint }>(
    'SELECT coalesce(sum(abs(total)), 0)::bigint AS total FROM (SELECT sum(amount) AS total FROM ledger_leg GROUP BY brand_id, currency) AS sums',
  );
  return rows[0]?.total ?? 0n;
}
