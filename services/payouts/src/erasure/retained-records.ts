import type { Tx } from '@tributary/messaging';
import type { LastRecords } from './domain/retention.js';

/** Papers, agreements and invoices, and the payouts that were taxed. Payouts alone are no record of who the partner is. */
const lastTaxRecord = /* sql */ `
SELECT max(at) AS at, bool_or(personal) AS personal FROM (
  SELECT greatest(created_at, decided_at) AS at, true AS personal FROM tax_form WHERE partner_id = $1
  UNION ALL SELECT greatest(created_at, decided_at), true FROM vat_registration WHERE partner_id = $1
  UNION ALL SELECT created_at, true FROM self_billed_invoice WHERE partner_id = $1
  UNION ALL SELECT greatest(offered_at, consented_at, ended_at), true FROM self_billing_agreement WHERE partner_id = $1
  UNION ALL SELECT payout.settled_at, false FROM payout_tax tax JOIN payout ON payout.id = tax.payout_id WHERE tax.partner_id = $1) AS record`;

/** The runs of which files or requests name the partner, sealed under the key of each. */
const namingRuns = /* sql */ `
SELECT DISTINCT payout.run_id FROM payout WHERE payout.partner_id = $1 AND (EXISTS (SELECT 1 FROM bank_file_payout f WHERE f.payout_id = payout.id)
  OR EXISTS (SELECT 1 FROM rail_item i WHERE i.rail_key = payout.rail_key))`;

/** Others stand in the same files: the last of any of them counts, and what banks reported of the partner's own. */
const lastPaymentRecord = /* sql */ `
SELECT greatest(
  (SELECT max(greatest(payout.created_at, payout.attempted_at, payout.settled_at)) FROM payout WHERE payout.run_id IN (${namingRuns})),
  (SELECT max(report.created_at) FROM bank_report report JOIN bank_booking booking ON booking.report_id = report.id
   WHERE booking.payout_id IN (SELECT id FROM payout WHERE partner_id = $1))) AS at`;

/** The last tax and payment record of a partner; null where there is none. */
export async function lastRecordsOf(tx: Tx, partnerId: string): Promise<LastRecords> {
  const tax = await tx.query<{ at: Date | null; personal: boolean | null }>(lastTaxRecord, [partnerId]);
  const payments = await tx.query<{ at: Date | null }>(lastPaymentRecord, [partnerId]);
  const [found] = tax.rows;
  return { tax: found?.personal ? found.at : null, payments: payments.rows[0]?.at ?? null };
}

/** The subjects under whose keys payment records name the partner: runs, and reports of the banks that paid it, of before an instant. */
export async function paymentSubjects(tx: Tx, partnerId: string, before: Date): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `SELECT run_id AS id FROM (${namingRuns}) AS run
     UNION SELECT report.id FROM bank_report report JOIN (SELECT brand_id, min(attempted_at) AS since FROM payout WHERE partner_id = $1 GROUP BY brand_id) paid
       ON paid.brand_id = report.brand_id WHERE report.created_at >= paid.since AND report.created_at < $2
     ORDER BY 1`,
    [partnerId, before],
  );
  return rows.map(({ id }) => id);
}
