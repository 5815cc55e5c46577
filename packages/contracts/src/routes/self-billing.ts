import { z } from 'zod';
import { countryCode, currency, day, ids, instant, minorAmount, rate, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const vatRegistration = z
  .strictObject({
    id: ids.vatRegistration,
    partnerId: ids.partner,
    version: z.int().positive(),
    country: countryCode,
    /** The last four of the number; null: not registered. */
    numberHint: z.string().nullable(),
    rate,
    validFrom: day,
    /** The last day; null: until another says otherwise. */
    validUntil: day.nullable(),
    status: z.enum(['pending', 'verified', 'declined']),
    createdBy: z.string(),
    createdAt: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'VatRegistration' });
export const selfBillingAgreement = z
  .strictObject({
    id: ids.selfBillingAgreement,
    brandId: ids.brand,
    partnerId: ids.partner,
    validFrom: day,
    /** The last day, at most twelve months on. */
    validUntil: day,
    textVersion: z.string(),
    /** Of the text that was agreed to. */
    textSha256: sha256Hex,
    status: z.enum(['offered', 'agreed', 'ended']),
    offeredBy: z.string(),
    offeredAt: instant,
    consentedBy: z.string().nullable(),
    consentedAt: instant.nullable(),
    /** By its own account, or by a document that is kept elsewhere. */
    consentBy: z.enum(['own-account', 'signed-document']).nullable(),
    evidence: z.string().nullable(),
    endedBy: z.string().nullable(),
    endedAt: instant.nullable(),
    /** The last day on which it still counts. */
    endsOn: day.nullable(),
    endReason: z.string().nullable(),
  })
  .meta({ id: 'SelfBillingAgreement' });
export const vatTreatments = ['charged', 'reverse-charge', 'none'] as const;
export const vatReasons = [
  'domestic',
  'other-eu-country',
  'other-country',
  'brand-without-tax-profile',
  'no-vat-number',
  'no-agreement',
] as const;
export const selfBilledInvoice = z
  .strictObject({
    id: ids.selfBilledInvoice,
    brandId: ids.brand,
    partnerId: ids.partner,
    payoutId: ids.payout,
    kind: z.enum(['invoice', 'credit-note']),
    /** Without gaps within the brand. */
    number: z.int().positive(),
    /** Of a credit note: the invoice that it takes back. */
    corrects: ids.selfBilledInvoice.nullable(),
    agreementId: ids.selfBillingAgreement,
    issuedOn: day,
    /** The day on which the agreement and the number were valid. */
    taxPoint: day,
    currency,
    net: minorAmount,
    rate,
    vat: minorAmount,
    gross: minorAmount,
    treatment: z.enum(['charged', 'reverse-charge']),
    /** SHA-256 of the document. */
    sha256: sha256Hex,
    createdAt: instant,
  })
  .meta({ id: 'SelfBilledInvoice' });
const party = z.strictObject({ name: z.string(), address: z.string(), country: countryCode, vatNumber: z.string().nullable() });
export const selfBilledDocument = z.strictObject({
  title: z.string(),
  number: z.int().positive(),
  corrects: z.int().positive().nullable(),
  issuedOn: day,
  taxPoint: day,
  supplier: party,
  customer: party,
  payoutId: z.string(),
  description: z.string(),
  currency,
  net: z.string(),
  rate,
  vat: z.string(),
  gross: z.string(),
  notes: z.array(z.string()),
});

const ofPartner = z.strictObject({ partnerId: ids.partner });
const ofBrand = z.strictObject({ brandId: ids.brand });
const agreementParams = z.strictObject({ agreementId: ids.selfBillingAgreement });
const invoiceParams = z.strictObject({ invoiceId: ids.selfBilledInvoice });

export const addVatRegistration = defineRoute({
  id: 'addVatRegistration',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/partners/:partnerId/vat-registrations',
  permission: 'tax:write',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: "Say a partner's VAT number and rate from a day on, or that it has none. Counts once another person has verified it",
  params: ofPartner,
  query: dryRunQuery,
  body: z.strictObject({
    country: countryCode,
    number: text(20).nullable(),
    rate: z.string().regex(/^(0(\.\d{1,6})?|1)$/, 'must be a decimal between "0" and "1"'),
    validFrom: day,
    validUntil: day.nullable().default(null),
    /** As they stand on invoices. */
    legalName: text(140),
    address: text(500),
  }),
  responses: { 201: vatRegistration },
});
export const listVatRegistrations = defineRoute({
  id: 'listVatRegistrations',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/vat-registrations',
  permission: 'tax:read',
  tag: 'Tax',
  summary: "A partner's VAT registrations, newest first; without numbers",
  params: ofPartner,
  query: listQuery({}),
  responses: { 200: listOf(vatRegistration) },
});
export const decideVatRegistration = defineRoute({
  id: 'decideVatRegistration',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/vat-registrations/:vatRegistrationId/decide',
  permission: 'tax:manage',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: 'Verify or decline a VAT registration. Who entered it cannot',
  params: z.strictObject({ vatRegistrationId: ids.vatRegistration }),
  query: dryRunQuery,
  body: z.strictObject({ decision: z.enum(['verify', 'decline']) }),
  responses: { 200: vatRegistration },
});
export const offerSelfBilling = defineRoute({
  id: 'offerSelfBilling',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/self-billing-agreements',
  permission: 'tax:manage',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: 'Offer a partner an agreement on self-billing, of at most twelve months',
  params: ofBrand,
  query: dryRunQuery,
  body: z.strictObject({
    partnerId: ids.partner,
    validFrom: day,
    validUntil: day,
    textVersion: text(40),
    textSha256: sha256Hex,
  }),
  responses: { 201: selfBillingAgreement },
});
export const listSelfBillingAgreements = defineRoute({
  id: 'listSelfBillingAgreements',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/self-billing-agreements',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'Agreements on self-billing, newest first',
  query: listQuery({ brandId: ids.brand.optional(), partnerId: ids.partner.optional() }),
  responses: { 200: listOf(selfBillingAgreement) },
});
export const consentToSelfBilling = defineRoute({
  id: 'consentToSelfBilling',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/self-billing-agreements/:agreementId/consent',
  permission: 'tax:write',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: "The partner's consent: by its own account, or by a document that it has signed. Who offered it cannot",
  params: agreementParams,
  query: dryRunQuery,
  body: z.strictObject({
    /** Of the text that was read: another one is not what was offered. */
    textSha256: sha256Hex,
    signedDocument: text(200).optional(),
  }),
  responses: { 200: selfBillingAgreement },
});
export const endSelfBilling = defineRoute({
  id: 'endSelfBilling',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/self-billing-agreements/:agreementId/end',
  permission: 'tax:write',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: 'End an agreement today; either side may',
  params: agreementParams,
  query: dryRunQuery,
  body: z.strictObject({ reason: text(500) }),
  responses: { 200: selfBillingAgreement },
});
export const listSelfBilledInvoices = defineRoute({
  id: 'listSelfBilledInvoices',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/self-billed-invoices',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'Self-billed invoices and credit notes, newest first',
  query: listQuery({ brandId: ids.brand.optional(), partnerId: ids.partner.optional(), payoutId: ids.payout.optional() }),
  responses: { 200: listOf(selfBilledInvoice) },
});
export const getSelfBilledInvoice = defineRoute({
  id: 'getSelfBilledInvoice',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/self-billed-invoices/:invoiceId',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'A self-billed invoice or credit note with its document',
  params: invoiceParams,
  responses: {
    200: selfBilledInvoice
      // Null once what names the partner has been erased.
      .extend({ document: selfBilledDocument.nullable() })
      .meta({ id: 'SelfBilledInvoiceDocument' }),
  },
});
export const getSelfBilledInvoiceText = defineRoute({
  id: 'getSelfBilledInvoiceText',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/self-billed-invoices/:invoiceId/text',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'The document as plain text',
  params: invoiceParams,
  produces: 'text/plain',
  responses: { 200: z.string() },
});
export const listRunTax = defineRoute({
  id: 'listRunTax',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-runs/:runId/tax',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'What was decided on tax for each payout of a run, and why',
  params: z.strictObject({ runId: ids.run }),
  query: listQuery({}),
  responses: {
    200: listOf(
      z
        .strictObject({
          payoutId: ids.payout,
          partnerId: ids.partner,
          brandId: ids.brand,
          currency,
          base: minorAmount,
          withheld: minorAmount,
          withholdingRate: rate,
          withholdingReason: z.string(),
          vat: minorAmount,
          vatRate: rate,
          vatTreatment: z.enum(vatTreatments),
          vatReason: z.enum(vatReasons),
          agreementId: ids.selfBillingAgreement.nullable(),
        })
        .meta({ id: 'PayoutTax' }),
    ),
  },
});
