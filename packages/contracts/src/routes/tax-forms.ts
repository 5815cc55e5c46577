import { z } from 'zod';
import { countryCode, day, ids, instant, rate, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const taxFormKinds = ['W-9', 'W-8BEN', 'W-8BEN-E', 'refusal'] as const;
export const taxStandings = ['none', 'pending', 'valid', 'refused', 'expired'] as const;
export const usTaxClassifications = [
  'individual',
  'c-corporation',
  's-corporation',
  'partnership',
  'trust-or-estate',
  'llc-c-corporation',
  'llc-s-corporation',
  'llc-partnership',
  'other',
] as const;

const taxAddress = z.strictObject({
  line1: text(140),
  line2: text(140).optional(),
  city: text(80),
  region: text(40).optional(),
  postalCode: text(20).optional(),
  country: countryCode,
});
/** Whose number it is says how it is checked. */
const usTin = z.strictObject({ type: z.enum(['ssn', 'ein', 'itin']), value: z.string().min(9).max(11) });
const treaty = z.strictObject({ country: countryCode, article: text(40), rate });
const signed = { signedOn: day, signedBy: text(140) };

const w9 = z.strictObject({
  kind: z.literal('W-9'),
  name: text(140),
  businessName: text(140).optional(),
  classification: z.enum(usTaxClassifications),
  /** Item 2 of the certification is crossed out: the IRS has told the payee that backup withholding applies. */
  subjectToBackupWithholding: z.boolean().default(false),
  address: taxAddress,
  tin: usTin,
  ...signed,
});
const w8ben = z.strictObject({
  kind: z.literal('W-8BEN'),
  name: text(140),
  citizenship: countryCode,
  dateOfBirth: day.optional(),
  address: taxAddress,
  tin: usTin.optional(),
  foreignTin: text(40).optional(),
  treaty: treaty.optional(),
  ...signed,
});
const w8bene = z.strictObject({
  kind: z.literal('W-8BEN-E'),
  name: text(140),
  incorporatedIn: countryCode,
  entityType: text(60),
  chapter4Status: text(80),
  giin: z
    .string()
    .regex(/^[A-Z0-9]{6}\.[A-Z0-9]{5}\.[A-Z]{2}\.\d{3}$/, 'must be a GIIN such as ABC123.00000.LE.276')
    .optional(),
  address: taxAddress,
  tin: usTin.optional(),
  foreignTin: text(40).optional(),
  treaty: treaty.extend({ limitationOnBenefits: text(80) }).optional(),
  ...signed,
});
/** The payee was asked for a form and gives none. */
const refusal = z.strictObject({ kind: z.literal('refusal'), refuses: z.enum(['W-9', 'W-8']), reason: text(500) });

export const taxForm = z
  .strictObject({
    id: ids.taxForm,
    partnerId: ids.partner,
    version: z.int().positive(),
    kind: z.enum(taxFormKinds),
    /** Of a refusal: which form. */
    refuses: z.enum(['W-9', 'W-8']).nullable(),
    /** The last four of the tax number; the rest is encrypted and never shown. */
    tinHint: z.string().nullable(),
    country: countryCode.nullable(),
    treaty: z.strictObject({ article: z.string(), rate }).nullable(),
    signedOn: day.nullable(),
    /** The last day on which it counts; null: until circumstances change. */
    expiresOn: day.nullable(),
    status: z.enum(['pending', 'verified', 'declined', 'refused']),
    createdBy: z.string(),
    createdAt: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    declinedReason: z.string().nullable(),
  })
  .meta({ id: 'TaxForm' });

const ofPartner = z.strictObject({ partnerId: ids.partner });

export const addTaxForm = defineRoute({
  id: 'addTaxForm',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/partners/:partnerId/tax-forms',
  permission: 'tax:write',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: "Hand in a partner's W-9, W-8BEN or W-8BEN-E, or that it refuses one. Either counts once another person has verified it",
  params: ofPartner,
  query: dryRunQuery,
  body: z.discriminatedUnion('kind', [w9, w8ben, w8bene, refusal]),
  responses: { 201: taxForm },
});
export const listTaxForms = defineRoute({
  id: 'listTaxForms',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/tax-forms',
  permission: 'tax:read',
  tag: 'Tax',
  summary: "A partner's tax forms, newest first; without tax numbers",
  params: ofPartner,
  query: listQuery({}),
  responses: { 200: listOf(taxForm) },
});
export const decideTaxForm = defineRoute({
  id: 'decideTaxForm',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/tax-forms/:taxFormId/decide',
  permission: 'tax:manage',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: 'Verify or decline a tax form. Who handed it in cannot',
  params: z.strictObject({ taxFormId: ids.taxForm }),
  query: dryRunQuery,
  body: z.discriminatedUnion('decision', [
    z.strictObject({ decision: z.literal('verify') }),
    z.strictObject({ decision: z.literal('decline'), reason: text(500) }),
  ]),
  responses: { 200: taxForm },
});
export const getTaxStanding = defineRoute({
  id: 'getTaxStanding',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/partners/:partnerId/tax-standing',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'Which tax form of a partner counts on a day, if any',
  params: ofPartner,
  query: z.strictObject({ on: day.optional() }),
  responses: {
    200: z
      .strictObject({
        partnerId: ids.partner,
        on: day,
        status: z.enum(taxStandings),
        /** The form, or the refusal, that says so. */
        form: taxForm.nullable(),
      })
      .meta({ id: 'TaxStanding' }),
  },
});
