import { z } from 'zod';
import { countryCode, day, ids, instant, minorAmount, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf } from './shared.js';
import { taxStandings } from './tax-forms.js';

/** Rates are decimal strings; thresholds are in US cents. */
export const taxRuleKinds = ['backup-withholding-rate', 'nonresident-withholding-rate', '1099-nec-threshold'] as const;

export const taxRule = z
  .strictObject({
    kind: z.enum(taxRuleKinds),
    /** The first day on which it counts. */
    validFrom: day,
    /** Of several for one day the highest counts. */
    revision: z.int().positive(),
    value: z.string(),
    source: z.string(),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'TaxRule' });
export const taxProfile = z
  .strictObject({
    brandId: ids.brand,
    version: z.int().positive(),
    country: countryCode,
    /** Whether what it pays its partners is income from sources within the United States. */
    usSource: z.boolean(),
    vatNumber: z.string().nullable(),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'TaxProfile' });
const ofBrand = z.strictObject({ brandId: ids.brand });

export const addTaxRule = defineRoute({
  id: 'addTaxRule',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/tax-rules',
  permission: 'tax-rule:write',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: 'Add a dated rate or threshold, for the whole platform',
  query: dryRunQuery,
  body: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.enum(['backup-withholding-rate', 'nonresident-withholding-rate']),
      validFrom: day,
      value: z.string().regex(/^(0(\.\d{1,6})?|1)$/, 'must be a decimal between "0" and "1"'),
      source: text(500),
    }),
    z.strictObject({
      kind: z.literal('1099-nec-threshold'),
      validFrom: day,
      value: z.string().regex(/^[1-9]\d{0,12}$/, 'must be a number of US cents'),
      source: text(500),
    }),
  ]),
  responses: { 201: taxRule },
});
export const listTaxRules = defineRoute({
  id: 'listTaxRules',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/tax-rules',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'Every dated rate and threshold',
  query: z.strictObject({ kind: z.enum(taxRuleKinds).optional() }),
  responses: { 200: listOf(taxRule) },
});
export const setTaxProfile = defineRoute({
  id: 'setTaxProfile',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/brands/:brandId/tax/profile',
  permission: 'tax:manage',
  tag: 'Tax',
  idempotent: true,
  dryRun: true,
  summary: 'Say where a brand is established, for withholding and VAT. A brand without it withholds nothing and bills no VAT',
  params: ofBrand,
  query: dryRunQuery,
  body: z.strictObject({
    country: countryCode,
    usSource: z.boolean().default(false),
    vatNumber: text(20).nullable().default(null),
    /** As they stand on invoices. */
    legalName: text(140),
    address: text(500),
  }),
  responses: { 201: taxProfile },
});
export const getTaxProfile = defineRoute({
  id: 'getTaxProfile',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/brands/:brandId/tax/profile',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'Where a brand is established',
  params: ofBrand,
  responses: { 200: taxProfile },
});

const yearQuery = z.strictObject({ year: z.string().regex(/^(20|21)\d\d$/, 'must be a year such as 2026') });

export const getNecReport = defineRoute({
  id: 'getNecReport',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/brands/:brandId/tax/1099',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'What a brand paid each partner in a year of its zone, with what was withheld, and for whom a 1099-NEC is due',
  params: ofBrand,
  query: yearQuery,
  responses: {
    200: z
      .strictObject({
        brandId: ids.brand,
        year: z.string(),
        timeZone: z.string(),
        currency: z.literal('USD'),
        threshold: minorAmount,
        /** The first day on which the threshold counts. */
        thresholdFrom: day,
        rows: z.array(
          z.strictObject({
            partnerId: ids.partner,
            name: z.string().nullable(),
            tin: z.string().nullable(),
            form: z.string().nullable(),
            standing: z.enum(taxStandings),
            payouts: z.int(),
            /** What arrived, what was withheld, and both together. */
            net: minorAmount,
            withheld: minorAmount,
            gross: minorAmount,
            required: z.boolean(),
            why: z.enum(['at-threshold', 'withheld', 'below-threshold', 'foreign-payee', 'corporation', 'payer-not-us']),
          }),
        ),
        /** Payouts in other currencies are not in the rows: somebody must convert them. */
        otherCurrencies: z.array(z.strictObject({ partnerId: ids.partner, currency: z.string(), gross: minorAmount })),
      })
      .meta({ id: 'Report1099' }),
  },
});
export const getNecCsv = defineRoute({
  id: 'getNecCsv',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/brands/:brandId/tax/1099.csv',
  permission: 'tax:read',
  tag: 'Tax',
  summary: 'The same as a table; tax numbers masked',
  params: ofBrand,
  query: yearQuery,
  produces: 'text/csv',
  responses: { 200: z.string() },
});
