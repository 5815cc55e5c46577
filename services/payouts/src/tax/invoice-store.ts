import { createHash } from 'node:crypto';
import { bucketOf } from '@tributary/calendar';
import { canonicalJson, newId } from '@tributary/contracts';
import { type EventContext, type NewEvent, rowsOf, type Tx } from '@tributary/messaging';
import { toWireAmount } from '@tributary/money';
import type { Vault } from '@tributary/service-kit';
import { groupBy } from '../group-by.js';
import type { Parts } from '../parts.js';
import { taxSubject } from '../shared/tax-subject.js';
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
  const dues = new Map(rows.map((due) => [due.payoutId, due]));
  const brandIds = [...new Set(rows.map(({ brandId }) => brandId))].sort();
  for (const brandId of brandIds) await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`self-billed:${brandId}`]);
  const customers = await customersOf(tx, vault, brandIds);
  const books: Books = { invoices: await invoicesOfPayouts(tx, [...dues.keys()]), numbers: await lastNumbers(tx, brandIds) };
  const written: Written[] = [];
  for (const { payoutId, outcome } of wanted) {
    const due = dues.get(payoutId);
    const customer = due && customers.get(due.brandId);
    const one = due && customer && (await write(tx, vault, due, outcome === 'settled' ? 'invoice' : 'credit-note', customer, books, now));
    if (one) written.push(one);
  }
  await insertInvoices(tx, written);
  await outbox.append(
    tx,
    context,
    written.map(({ row }) => issuedEvent(row, now)),
  );
}

/** What has been written so far: by payout, and the last number of each brand. */
interface Books {
  invoices: Map<string, InvoiceRow[]>;
  numbers: Map<string, number>;
}
interface Written {
  row: InvoiceRow;
  content: string;
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
async function write(
  tx: Tx,
  vault: Vault,
  due: Due,
  kind: InvoiceRow['kind'],
  customer: InvoiceParty,
  books: Books,
  now: Date,
): Promise<Written | undefined> {
  const { payoutId, brandId, partnerId, currency, net, vat, rate, treatment, agreementId } = due;
  const earlier = books.invoices.get(payoutId) ?? [];
  const invoice = earlier.find((each) => each.kind === 'invoice');
  if (earlier.some((each) => each.kind === kind) || (kind === 'credit-note' && !invoice)) return undefined;
  const corrected = kind === 'credit-note' ? (invoice ?? null) : null;
  const issuedOn = bucketOf(now.toISOString(), 'day', due.timeZone);
  const number = (books.numbers.get(brandId) ?? 0) + 1;
  const supplier = await supplierOf(tx, vault, due);
  const days = { issuedOn, taxPoint: due.day };
  const amounts = { currency, net, rate, vat, treatment };
  const content = canonicalJson(
    invoiceDocument({ kind, number, corrects: corrected?.number ?? null, ...days, supplier, customer, payoutId, ...amounts }),
  );
  const told = { id: newId('selfBilledInvoice'), brandId, partnerId, payoutId, kind, number, corrects: corrected?.id ?? null, agreementId };
  const sha256 = createHash('sha256').update(content).digest('hex');
  const row: InvoiceRow = { ...told, ...days, ...amounts, gross: net + vat, sha256, createdAt: now };
  books.numbers.set(brandId, number);
  books.invoices.set(payoutId, [...earlier, row]);
  // What names nobody any more makes no new key of tax records that were forgotten.
  const subject = supplier.name === erased.name ? row.id : taxSubject(partnerId);
  return { row, content: await vault.seal(tx, subject, content) };
}

async function supplierOf(tx: Tx, vault: Vault, { partnerId, registration, country }: Due): Promise<InvoiceParty> {
  const opened = await vault.open(tx, taxSubject(partnerId), registration);
  const inside = opened === undefined ? undefined : (JSON.parse(opened) as RegistrationContent);
  const named = inside ? { name: inside.legalName, address: inside.address } : erased;
  return { ...named, country, vatNumber: inside?.number ?? null };
}

async function lastNumbers(tx: Tx, brandIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ brandId: string; number: number }>(
    'SELECT brand_id AS "brandId", max(number) AS number FROM self_billed_invoice WHERE brand_id = ANY ($1) GROUP BY brand_id',
    [brandIds],
  );
  return new Map(rows.map(({ brandId, number }) => [brandId, number]));
}

const newInvoices = {
  id: 'text',
  brand_id: 'text',
  partner_id: 'text',
  payout_id: 'text',
  kind: 'text',
  number: 'int',
  corrects: 'text',
  agreement_id: 'text',
  issued_on: 'text',
  tax_point: 'text',
  currency: 'text',
  net: 'bigint',
  rate: 'text',
  vat: 'bigint',
  gross: 'bigint',
  treatment: 'text',
  content: 'text',
  sha256: 'text',
};
const names = Object.keys(newInvoices).join(', ');

/** In the order of their numbers: a trigger holds each against the one before. */
async function insertInvoices(tx: Tx, written: readonly Written[]): Promise<void> {
  if (written.length === 0) return;
  const column = <T>(pick: (row: InvoiceRow) => T) => written.map(({ row }) => pick(row));
  await tx.query(
    `INSERT INTO self_billed_invoice (${names}, created_at) SELECT ${names}, $${Object.keys(newInvoices).length + 1} FROM ${rowsOf(newInvoices)} invoice ORDER BY brand_id, number`,
    [
      column(({ id }) => id),
      column(({ brandId }) => brandId),
      column(({ partnerId }) => partnerId),
      column(({ payoutId }) => payoutId),
      column(({ kind }) => kind),
      column(({ number }) => number),
      column(({ corrects }) => corrects),
      column(({ agreementId }) => agreementId),
      column(({ issuedOn }) => issuedOn),
      column(({ taxPoint }) => taxPoint),
      column(({ currency }) => currency),
      column(({ net }) => net.toString()),
      column(({ rate }) => rate),
      column(({ vat }) => vat.toString()),
      column(({ gross }) => gross.toString()),
      column(({ treatment }) => treatment),
      written.map(({ content }) => content),
      column(({ sha256 }) => sha256),
      written[0]?.row.createdAt,
    ],
  );
}

async function invoicesOfPayouts(tx: Tx, payoutIds: readonly string[]): Promise<Map<string, InvoiceRow[]>> {
  const { rows } = await tx.query<InvoiceRow>(`SELECT ${columns} FROM self_billed_invoice WHERE payout_id = ANY ($1)`, [payoutIds]);
  return groupBy(rows, ({ payoutId }) => payoutId);
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
  const opened = (await vault.open(tx, taxSubject(invoice.partnerId), content)) ?? (await vault.open(tx, invoice.id, content));
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
