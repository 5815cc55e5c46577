import { bucketOf } from '@tributary/calendar';
import type { PayoutCharge } from '@tributary/contracts';
import type { Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import { groupBy } from '../group-by.js';
import { agreementsOf } from './agreement-store.js';
import { standingOn } from './domain/standing.js';
import { type Vat, vatOf } from './domain/vat.js';
import { type Withholding, withholdingOf } from './domain/withholding.js';
import { factsOf, formsOf } from './form-store.js';
import { allTaxRules } from './rule-store.js';
import { taxProfilesOf } from './tax-profile-store.js';
import { registrationsOf } from './vat-store.js';

/** What is about to be paid: the sum of its lines, and that less what a withdrawal costs. */
export interface TaxedGroup {
  partnerId: string;
  brandId: string;
  currency: string;
  /** The value of what the partner has supplied. */
  net: bigint;
  /** What would be paid without withholding, but for VAT. */
  base: bigint;
}
/** What was decided on tax for a payout. */
export interface PayoutTax {
  day: string;
  group: TaxedGroup;
  withholding: Withholding;
  taxFormId: string | null;
  vat: Vat;
}

/** What tax does to each of these, on the day of its brand's zone; brands without a tax profile have none. */
export async function taxesOf<G extends TaxedGroup>(
  tx: Tx,
  groups: readonly G[],
  zones: ReadonlyMap<string, { timeZone: string }>,
  now: Date,
): Promise<Map<G, PayoutTax>> {
  const profiles = await taxProfilesOf(tx, [...new Set(groups.map(({ brandId }) => brandId))]);
  const taxed = groups.filter(({ brandId }) => profiles.has(brandId));
  if (taxed.length === 0) return new Map();
  const partnerIds = [...new Set(taxed.map(({ partnerId }) => partnerId))];
  const [rules, countries] = [await allTaxRules(tx), await countriesOf(tx, partnerIds)];
  const forms = groupBy(await formsOf(tx, partnerIds), ({ partnerId }) => partnerId);
  const registrations = groupBy(await registrationsOf(tx, partnerIds), ({ partnerId }) => partnerId);
  const agreements = groupBy(
    await agreementsOf(tx, [...profiles.keys()], partnerIds),
    ({ brandId, partnerId }) => `${brandId} ${partnerId}`,
  );
  return new Map(
    taxed.map((group) => {
      const { brandId, partnerId } = group;
      const timeZone = zones.get(brandId)?.timeZone ?? 'UTC';
      const day = bucketOf(now.toISOString(), 'day', timeZone);
      const payer = profiles.get(brandId) ?? null;
      const standing = standingOn(
        (forms.get(partnerId) ?? []).map((form) => factsOf(form, timeZone)),
        day,
      );
      const withholding = withholdingOf({ payer, standing, partnerCountry: countries.get(partnerId) ?? null, rules, day }, group.base);
      const own = { registrations: registrations.get(partnerId) ?? [], agreements: agreements.get(`${brandId} ${partnerId}`) ?? [] };
      const vat = vatOf({ brandCountry: payer?.country ?? null, ...own, day }, group.net);
      return [group, { day, group, withholding, taxFormId: standing.form?.id ?? null, vat }];
    }),
  );
}

async function countriesOf(tx: Tx, partnerIds: readonly string[]): Promise<Map<string, string | null>> {
  const { rows } = await tx.query<{ partnerId: string; country: string | null }>(
    'SELECT partner_id AS "partnerId", country FROM partner_profile WHERE partner_id = ANY ($1)',
    [partnerIds],
  );
  return new Map(rows.map(({ partnerId, country }) => [partnerId, country]));
}

/** What that makes of the payout's amount. */
export function taxCharges(tax: PayoutTax | undefined): PayoutCharge[] {
  if (!tax) return [];
  const charges: PayoutCharge[] = [
    { kind: 'withholding', amount: toWireAmount(-tax.withholding.amount) },
    { kind: 'vat', amount: toWireAmount(tax.vat.amount) },
  ];
  return charges.filter(({ amount }) => amount !== 0);
}

const insert = /* sql */ `
INSERT INTO payout_tax (run_id, payout_id, brand_id, partner_id, currency, day, base, withheld, withholding_rate, withholding_reason, tax_form_id,
  vat_net, vat, vat_rate, vat_treatment, vat_reason, registration_id, agreement_id)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[],
  $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[])`;

/** Keeps what was decided beside the payouts that it made. */
export async function storePayoutTaxes(tx: Tx, runId: string, taxes: readonly { payoutId: string; tax: PayoutTax }[]): Promise<void> {
  if (taxes.length === 0) return;
  const column = <T>(pick: (tax: PayoutTax) => T) => taxes.map(({ tax }) => pick(tax));
  await tx.query(insert, [
    runId,
    taxes.map(({ payoutId }) => payoutId),
    column(({ group }) => group.brandId),
    column(({ group }) => group.partnerId),
    column(({ group }) => group.currency),
    column(({ day }) => day),
    column(({ group }) => group.base.toString()),
    column(({ withholding }) => withholding.amount.toString()),
    column(({ withholding }) => withholding.rate),
    column(({ withholding }) => withholding.reason),
    column(({ taxFormId }) => taxFormId),
    column(({ group }) => group.net.toString()),
    column(({ vat }) => vat.amount.toString()),
    column(({ vat }) => vat.rate),
    column(({ vat }) => vat.treatment),
    column(({ vat }) => vat.reason),
    column(({ vat }) => vat.registrationId),
    column(({ vat }) => vat.agreementId),
  ]);
}

export interface PayoutTaxRow {
  payoutId: string;
  partnerId: string;
  brandId: string;
  currency: string;
  base: bigint;
  withheld: bigint;
  withholdingRate: string;
  withholdingReason: string;
  vat: bigint;
  vatRate: string;
  vatTreatment: Vat['treatment'];
  vatReason: Vat['reason'];
  agreementId: string | null;
}

/** A page of a run's, by payout. */
export async function listPayoutTaxes(tx: Tx, runId: string, after: string | undefined, limit: number): Promise<PayoutTaxRow[]> {
  const { rows } = await tx.query<PayoutTaxRow>(
    `SELECT payout_id AS "payoutId", partner_id AS "partnerId", brand_id AS "brandId", currency, base, withheld, withholding_rate AS "withholdingRate", withholding_reason AS "withholdingReason",
       vat, vat_rate AS "vatRate", vat_treatment AS "vatTreatment", vat_reason AS "vatReason", agreement_id AS "agreementId"
     FROM payout_tax WHERE run_id = $1 AND ($2::text IS NULL OR payout_id > $2) ORDER BY payout_id LIMIT $3`,
    [runId, after ?? null, limit],
  );
  return rows;
}
