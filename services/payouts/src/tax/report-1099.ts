import { bucketOf, bucketRange } from '@tributary/calendar';
import { getNecCsv, getNecReport } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { formatMajor, toWireAmount } from '@tributary/money';
import { ok, type Principal, query, type Route, reject, type Scope, text } from '@tributary/service-kit';
import { csvRow } from '../bank/domain/csv.js';
import type { Parts } from '../parts.js';
import { lockedAway } from '../shared/erased.js';
import { taxSubject } from '../shared/tax-subject.js';
import { necDue } from './domain/nec.js';
import { standingOn } from './domain/standing.js';
import { ruleOn } from './domain/tax-rules.js';
import { factsOf, formsOf, sealedForms } from './form-store.js';
import { allTaxRules } from './rule-store.js';
import { taxProfilesOf } from './tax-profile-store.js';

interface PaidRow {
  partnerId: string;
  currency: string;
  payouts: number;
  net: bigint;
  withheld: bigint;
  /** Of that, for want of a W-9 or by order of the IRS. */
  backup: bigint;
}
interface Order {
  brandId: string;
  year: string;
  scope: Scope;
  principal: Principal;
  now: Date;
}

/**
 * What arrived in the year, with what was withheld of it, in the currency that was earned: tax was decided in that one, and an exchange
 * changes no income. Debts elsewhere that it has settled were paid too. What came back was not paid, whenever it came back; VAT is the
 * tax office's. Payouts in a sandbox moved no money.
 */
const paidInYear = /* sql */ `
SELECT payout.partner_id AS "partnerId", earned.currency, count(*)::int AS payouts, sum(earned.amount - elsewhere.amount - coalesce(tax.vat, 0))::bigint AS net, coalesce(sum(tax.withheld), 0)::bigint AS withheld,
  coalesce(sum(tax.withheld) FILTER (WHERE tax.withholding_reason IN ('no-w-9', 'backup-notified')), 0)::bigint AS backup
FROM payout LEFT JOIN payout_tax tax ON tax.payout_id = payout.id
  CROSS JOIN LATERAL (SELECT coalesce(payout.exchange ->> 'currency', payout.currency) AS currency, coalesce((payout.exchange ->> 'amount')::bigint, payout.amount) AS amount) AS earned
  CROSS JOIN LATERAL (SELECT coalesce(sum((charge ->> 'amount')::bigint), 0) AS amount FROM jsonb_array_elements(payout.charges) charge
    WHERE charge ->> 'kind' IN ('offset', 'offset-credit')) AS elsewhere
WHERE payout.brand_id = $1 AND payout.status = 'settled' AND NOT payout.sandbox AND payout.settled_at >= $2 AND payout.settled_at < $3
GROUP BY payout.partner_id, earned.currency ORDER BY payout.partner_id, earned.currency`;

/**
 * A year of a brand: whom it paid what, and for whom a 1099-NEC is due. Who has been erased is named only to those who may look into
 * what is kept of the erased.
 */
async function reportOf({ vault }: Parts, tx: Tx, { brandId, year, now, principal }: Order) {
  const brands = await tx.query<{ timeZone: string }>('SELECT time_zone AS "timeZone" FROM brand_profile WHERE brand_id = $1', [brandId]);
  const timeZone = brands.rows[0]?.timeZone;
  if (timeZone === undefined) return 'not-found' as const;
  const today = bucketOf(now.toISOString(), 'day', timeZone);
  if (year > today.slice(0, 4)) return 'report-year-open' as const;
  const { from, to } = bucketRange(year, timeZone);
  const paid = (await tx.query<PaidRow>(paidInYear, [brandId, from, to])).rows;
  const dollars = paid.filter(({ currency }) => currency === 'USD');
  const rule = ruleOn(await allTaxRules(tx), '1099-nec-threshold', `${year}-01-01`);
  if (!rule) throw new Error(`no threshold in ${year}`);
  const payerCountry = (await taxProfilesOf(tx, [brandId])).get(brandId)?.country ?? null;
  const forms = await formsOf(
    tx,
    dollars.map(({ partnerId }) => partnerId),
  );
  const sealed = await sealedForms(
    tx,
    forms.map(({ id }) => id),
  );
  const nameless = await lockedAway(
    tx,
    principal,
    dollars.map(({ partnerId }) => partnerId),
  );
  const rows = [];
  for (const row of dollars) {
    const own = forms.filter(({ partnerId }) => partnerId === row.partnerId).map((form) => factsOf(form, timeZone));
    const standing = standingOn(own, today);
    const { form } = standing;
    const { partnerId, payouts } = row;
    const amounts = { net: toWireAmount(row.net), withheld: toWireAmount(row.withheld), gross: toWireAmount(row.net + row.withheld) };
    const named = form && !nameless.has(partnerId) ? form : undefined;
    const content = named && (await vault.open(tx, taxSubject(partnerId), sealed.get(named.id) ?? ''));
    const name = content ? ((JSON.parse(content) as { name?: string }).name ?? null) : null;
    const who = { partnerId, name, tin: named?.row.tinHint ?? null, form: form?.kind ?? null, standing: standing.status };
    rows.push({ ...who, payouts, ...amounts, ...necDue(row, BigInt(rule.value), standing, payerCountry) });
  }
  const otherCurrencies = paid
    .filter(({ currency }) => currency !== 'USD')
    .map(({ partnerId, currency, net, withheld }) => ({ partnerId, currency, gross: toWireAmount(net + withheld) }));
  const threshold = { threshold: Number(rule.value), thresholdFrom: rule.validFrom };
  return { brandId, year, timeZone, currency: 'USD' as const, ...threshold, rows, otherCurrencies };
}

export const getNecReportRoute = (parts: Parts): Route =>
  query(getNecReport, ({ params: { brandId }, query: { year }, scope, now, principal }) =>
    parts.db.tx(scope, async (tx) => {
      const report = await reportOf(parts, tx, { brandId, year, scope, principal, now });
      return typeof report === 'string' ? reject(report) : ok(report);
    }),
  );

/** A cell that a spreadsheet would take for a formula is text. */
const cell = (value: string): string => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
const dollarsOf = (cents: number): string => formatMajor(BigInt(cents), 'USD');

export const getNecCsvRoute = (parts: Parts): Route =>
  query(getNecCsv, ({ params: { brandId }, query: { year }, scope, now, principal }) =>
    parts.db.tx(scope, async (tx) => {
      const report = await reportOf(parts, tx, { brandId, year, scope, principal, now });
      if (typeof report === 'string') return reject(report);
      const head = ['partnerId', 'name', 'tin', 'form', 'standing', 'payouts', 'net', 'withheld', 'gross', 'required', 'why'];
      const lines = report.rows.map((row) => [
        row.partnerId,
        cell(row.name ?? ''),
        row.tin ?? '',
        row.form ?? '',
        row.standing,
        `${row.payouts}`,
        dollarsOf(row.net),
        dollarsOf(row.withheld),
        dollarsOf(row.gross),
        row.required ? 'yes' : 'no',
        row.why,
      ]);
      const headers = { 'content-disposition': `attachment; filename="1099-nec-${year}.csv"` };
      return text([head, ...lines].map(csvRow).join(''), 'text/csv; charset=utf-8', { headers });
    }),
  );
