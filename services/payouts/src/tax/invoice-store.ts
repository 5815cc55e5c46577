import { createHash } from 'node:crypto';
import { bucketOf } from '@tributary/calendar';
import { canonicalJson, newId } from '@tributary/contracts';
import type { EventContext, NewEvent, Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Vault } from '@tributary/service-kit';
import type { Parts } from '../parts.js';
import { type InvoiceDocument, type InvoiceParty, invoiceDocument } from './domain/invoice-document.js';
import { type TaxProfileContent, taxProfilesOf } from './tax-profile-store.js';
import type { RegistrationContent } from './vat-store.js';

/** A self-billed invoice or credit note without its document. */
export interface InvoiceRow {
  id: string;
  brandId: string;
  partnerId: string;
  payoutId: string;
  kind: 'invoice' | 'credit-note';
  number: number;
  corrects: string | null;
  agreementId: string;
  issuedOn: string;
  taxPoint: string;
  currency: string;
  net: bigint;
  rate: string;
  vat: bigint;
  gross: bigint;
  treatment: 'charged' | 'reverse-charge';
  sha256: string;
  createdAt: Date;
}
const columns = /* sql */ `id, brand_id AS "brandId", partner_id AS "partnerId", payout_id AS "payoutId", kind, number, corrects, agreement_id AS "agreementId", issued_on AS "issuedOn",
  tax_point AS "taxPoint", currency, net, rate, vat, gross, treatment, sha256, created_at AS "createdAt"`;

/** A payout of which a document is due. */
interface Due {
  payoutId: string;
  brandId: string;
  partnerId: string;
  currency: string;
  day: string;
  net: bigint;
  vat: bigint;
  rate: string;
  treatment: 'charged' | 'reverse-charge';
  agreementId: string;
  country: string;
  registration: string;
  timeZone: string;
}
const dueOf = /* sql */ `
SELECT tax.payout_id AS "payoutId", tax.brand_id AS "brandId", tax.partner_id AS "partnerId", tax.currency, tax.day, vat_net AS net, vat, vat_rate AS rate, vat_treatment AS treatment,
  tax.agreement_id AS "agreementId", registration.country, registration.content AS registration, coalesce(brand.time_zone, 'UTC') AS "timeZone"
FROM payout_tax tax JOIN payout ON payout.id = tax.payout_id AND NOT payout.sandbox
  JOIN vat_registration registration ON registration.id = tax.registration_id LEFT JOIN brand_profile brand ON brand.brand_id = tax.brand_id
WHERE tax.payout_id = ANY ($1) AND tax.agreement_id IS NOT NULL ORDER BY tax.brand_id, tax.payout_id`;

/** What became of payouts, in the order in which it did. */
export interface TaxedStep {
  payoutId: string;
  outcome: string;
}

/** An invoice for each payout that has settled, a credit note for each that has come back; those that need none are passed over. */
export async function issueInvoices(
  tx: Tx,
  { vault, outbox }: Pick<Parts, 'vault' | 'outbox'>,
  steps: readonly TaxedStep[],
  context: EventContext,
  now: Date,
): Promise<void> {
  const wanted = steps.filter(({ outcome }) => outcome === 'settled' || outcome === 'returned');
  if (wanted.length === 0) return;
  const { rows } = await tx.query<Due>(dueOf, [[...new Set(wanted.map(({ payoutId }) => payoutId))]]);
  if (rows.length === 0) return;
  const brandIds = [...new Set(rows.map(({ brandId }) => brandId))].sort();
  for (const brandId of brandIds) await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`self-billed:${brandId}`]);
  const customers = await customersOf(tx, vault, brandIds);
  for (const due of rows) {
    const customer = customers.get(due.brandId);
    if (!customer) continue;
    for (const { payoutId, outcome } of wanted) {
      if (payoutId !== due.payoutId) continue;
      const invoice = await issue(tx, vault, due, outcome === 'settled' ? 'invoice' : 'credit-note', customer, now);
      if (invoice) await outbox.append(tx, context, [issuedEvent(invoice, now)]);
    }
  }
}

const erased = { name: '(erased)', address: '(erased)' };

async function customersOf(tx: Tx, vault: Vault, brandIds: readonly string[]): Promise<Map<string, InvoiceParty>> {
  const customers = new Map<string, InvoiceParty>();
  for (const [brandId, { country, content }] of await taxProfilesOf(tx, brandIds)) {
    const opened = await vault.open(tx, brandId, content);
    const inside = opened === undefined ? undefined : (JSON.parse(opened) as TaxProfileContent);
    const named = inside ? { name: inside.legalName, address: inside.address } : erased;
    customers.set(brandId, { ...named, country, vatNumber: inside?.vatNumber ?? null });
  }
  return customers;
}

/** Undefined when there is one already, or nothing to take back. */
async function issue(
  tx: Tx,
  vault: Vault,
  due: Due,
  kind: InvoiceRow['kind'],
  customer: InvoiceParty,
  now: Date,
): Promise<InvoiceRow | undefined> {
  const earlier = await invoicesOfPayout(tx, due.payoutId);
  const first = earlier.find((each) => each.kind === 'invoice');
  if (earlier.some((each) => each.kind === kind) || (kind === 'credit-note' && !first)) return undefined;
  const opened = await vault.open(tx, due.partnerId, due.registration);
  const inside = opened === undefined ? undefined : (JSON.parse(opened) as RegistrationContent);
  const named = inside ? { name: inside.legalName, address: inside.address } : erased;
  const { payoutId, brandId, partnerId, currency, net, vat, rate, treatment, agreementId } = due;
  const corrected = kind === 'credit-note' && first ? first : null;
  const issuedOn = bucketOf(now.toISOString(), 'day', due.timeZone);
  const number = await nextNumber(tx, brandId);
  const document = invoiceDocument({
    kind,
    number,
    corrects: corrected?.number ?? null,
    issuedOn,
    taxPoint: due.day,
    supplier: { ...named, country: due.country, vatNumber: inside?.number ?? null },
    customer,
    payoutId,
    currency,
    net,
    rate,
    vat,
    treatment,
  });
  const content = canonicalJson(document);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const told = { id: newId('selfBilledInvoice'), brandId, partnerId, payoutId, kind, number, corrects: corrected?.id ?? null, agreementId };
  const row: InvoiceRow = {
    ...told,
    issuedOn,
    taxPoint: due.day,
    currency,
    net,
    rate,
    vat,
    gross: net + vat,
    treatment,
    sha256,
    createdAt: now,
  };
  await insertInvoice(tx, row, await vault.seal(tx, partnerId, content));
  return row;
}

async function nextNumber(tx: Tx, brandId: string): Promise<number> {
  const { rows } = await tx.query<{ number: number }>(
    'SELECT coalesce(max(number), 0) + 1 AS number FROM self_billed_invoice WHERE brand_id = $1',
    [brandId],
  );
  return rows[0]?.number ?? 1;
}

async function insertInvoice(tx: Tx, row: InvoiceRow, content: string): Promise<void> {
  await tx.query(
    `INSERT INTO self_billed_invoice (id, brand_id, partner_id, payout_id, kind, number, corrects, agreement_id, issued_on, tax_point, currency, net, rate, vat, gross, treatment, content, sha256, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      row.id,
      row.brandId,
      row.partnerId,
      row.payoutId,
      row.kind,
      row.number,
      row.corrects,
      row.agreementId,
      row.issuedOn,
      row.taxPoint,
      row.currency,
      row.net.toString(),
      row.rate,
      row.vat.toString(),
      row.gross.toString(),
      row.treatment,
      content,
      row.sha256,
      row.createdAt,
    ],
  );
}

async function invoicesOfPayout(tx: Tx, payoutId: string): Promise<InvoiceRow[]> {
  const { rows } = await tx.query<InvoiceRow>(`SELECT ${columns} FROM self_billed_invoice WHERE payout_id = $1`, [payoutId]);
  return rows;
}

/** A page, newest first. */
export async function listInvoices(
  tx: Tx,
  filter: {
    brandId?: string | undefined;
    partnerId?: string | undefined;
    payoutId?: string | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<InvoiceRow[]> {
  const { brandId, partnerId, payoutId, before, limit } = filter;
  const { rows } = await tx.query<InvoiceRow>(
    `SELECT ${columns} FROM self_billed_invoice WHERE ($1::text IS NULL OR brand_id = $1) AND ($2::text IS NULL OR partner_id = $2) AND ($3::text IS NULL OR payout_id = $3)
       AND ($4::text IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
    [brandId ?? null, partnerId ?? null, payoutId ?? null, before ?? null, limit],
  );
  return rows;
}

/** One with its document; null once what names the partner has been erased. */
export async function findInvoice(
  tx: Tx,
  vault: Vault,
  id: string,
): Promise<{ invoice: InvoiceRow; document: InvoiceDocument | null } | undefined> {
  const { rows } = await tx.query<InvoiceRow & { content: string }>(`SELECT ${columns}, content FROM self_billed_invoice WHERE id = $1`, [
    id,
  ]);
  if (!rows[0]) return undefined;
  const { content, ...invoice } = rows[0];
  const opened = await vault.open(tx, invoice.partnerId, content);
  return { invoice, document: opened === undefined ? null : (JSON.parse(opened) as InvoiceDocument) };
}

/** An invoice as the API shows it. */
export function invoiceView({ net, vat, gross, createdAt, ...row }: InvoiceRow) {
  return { ...row, net: toWireAmount(net), vat: toWireAmount(vat), gross: toWireAmount(gross), createdAt: createdAt.toISOString() };
}

function issuedEvent(row: InvoiceRow, now: Date): NewEvent<'payouts.self-billed-invoice.issued.v1'> {
  const { id: invoiceId, kind, number, corrects, payoutId, partnerId, brandId, currency, net, vat, issuedOn } = row;
  const amounts = { net: toWireAmount(net), vat: toWireAmount(vat) };
  return {
    type: 'payouts.self-billed-invoice.issued.v1',
    subject: invoiceId,
    partnerId,
    brandId,
    data: { invoiceId, kind, number, corrects, payoutId, partnerId, brandId, currency, ...amounts, issuedOn, issuedAt: now.toISOString() },
  };
}
