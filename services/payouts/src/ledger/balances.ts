import type { Tx } from '@tributary/messaging';
import type { BalanceTerms } from './domain/balance-terms.js';
import { balanceColumns, foldOfLegs } from './ledger-store.js';

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

/** Which transactions count: those that have an effect by then, and those that were booked by then. Null: whenever. */
export interface Known {
  effectiveUntil: Date | null;
  bookedUntil: Date;
}

const counted = /* sql */ `($2::timestamptz IS NULL OR effective_at <= $2) AND posted_at <= $3`;
const groups = /* sql */ `partner_id, brand_id, currency`;

/** The same as of then: computed from the legs. */
export async function balancesAt(tx: Tx, partnerId: string, { effectiveUntil, bookedUntil }: Known): Promise<BalanceRow[]> {
  const { rows } = await tx.query<BalanceRow>(
    `WITH folded AS (SELECT ${groups}, ${foldOfLegs} FROM ledger_leg WHERE partner_id = $1 AND ${counted} GROUP BY ${groups})
     SELECT ${columns} FROM folded ORDER BY brand_id, currency`,
    [partnerId, effectiveUntil, bookedUntil],
  );
  return rows;
}

/** What some owe lessens nobody else's payable. */
const summed = balanceColumns.map((column) => {
  if (column === '"payable"') return 'sum(greatest(payable, 0))::bigint AS payable';
  return `sum(${column === '"receivable"' ? 'receivable + greatest(-payable, 0)' : column})::bigint AS ${column}`;
});

/** A brand's balances of all partners together, per currency: now, from the projection, or as of then, from the legs. */
export async function brandTotals(tx: Tx, brandId: string, known: Known | null): Promise<(BalanceTerms & { currency: string })[]> {
  const source = known
    ? `(SELECT ${groups}, ${foldOfLegs} FROM ledger_leg WHERE brand_id = $1 AND ${counted} GROUP BY ${groups})`
    : 'balance';
  const { rows } = await tx.query<BalanceRow>(
    `WITH totals AS (SELECT '' AS partner_id, $1 AS brand_id, currency, ${summed.join(', ')} FROM ${source} AS b WHERE brand_id = $1 GROUP BY currency)
     SELECT ${columns} FROM totals ORDER BY currency`,
    known ? [brandId, known.effectiveUntil, known.bookedUntil] : [brandId],
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
