import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dealTerms } from '../terms.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const deal = z
  .strictObject({
    id: ids.deal,
    version: z.int().positive(),
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    /** `superseded`: a later version counts since. An active one may still lie ahead: it counts from `effectiveFrom` on. */
    status: z.enum(['draft', 'proposed', 'accepted', 'declined', 'active', 'superseded', 'ended']),
    effectiveFrom: instant,
    /** When it was written. */
    recordedAt: instant,
    terms: dealTerms,
    reason: z.string().nullable(),
    authorId: z.string(),
    /** Who accepted the version, else who put it into force; null while nobody has. */
    approverId: z.string().nullable(),
    /** SHA-256 of the canonical terms document. */
    documentHash: z.string(),
    /** What its terms were made from. A deal stays with its template, also when it is amended by hand. */
    templateId: ids.dealTemplate.nullable(),
    templateVersion: z.int().nullable(),
    /** The bulk amendment that wrote it. */
    batchId: ids.dealBatch.nullable(),
    proposedAt: instant.nullable(),
    acceptedAt: instant.nullable(),
    declinedAt: instant.nullable(),
    /** Since when the version is known to count: when it was written as active, or activated. */
    activatedAt: instant.nullable(),
  })
  .meta({ id: 'Deal' });
/** What the linter says of terms. An `error` keeps a deal from being written, a `warning` is told with it. */
export const termsFinding = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    /** JSON pointer into the terms. */
    pointer: z.string(),
    rule: z.string(),
    /** One English sentence with the figures. */
    message: z.string(),
  })
  .meta({ id: 'TermsFinding' });
/**
 * A version as just written, with what it does to conversions that had occurred before: the differences posted. When there are so
 * many that they are rated again in the background, `entries` and `amounts` are null.
 */
export const dealWritten = deal
  .extend({
    effect: z.strictObject({
      conversions: z.int(),
      entries: z.int().nullable(),
      amounts: z.array(z.strictObject({ amount: minorAmount, currency })).nullable(),
    }),
    /** What the linter would have had otherwise. */
    warnings: z.array(termsFinding),
  })
  .meta({ id: 'DealWritten' });
export const commissionEntry = z
  .strictObject({
    id: ids.entry,
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    /** Null, with the version and the conversion, for an adjustment. */
    dealId: ids.deal.nullable(),
    dealVersion: z.int().nullable(),
    engineVersion: z.string(),
    /** Null for what is rated by the month. */
    conversionId: ids.conversion.nullable(),
    causeConversionId: ids.conversion.nullable(),
    period,
    component: z.string(),
    amount: minorAmount,
    currency,
    status: z.enum(['pending', 'held', 'approved', 'rejected', 'payable', 'in-payout', 'paid', 'reversed']),
    reason: z.string(),
    occurredAt: instant,
    recordedAt: instant,
    maturesAt: instant,
    adjusts: ids.entry.nullable(),
  })
  .meta({ id: 'Commission' });
export const dealParams = z.strictObject({ dealId: ids.deal });

export const createDeal = defineRoute({
  id: 'createDeal',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deals',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  dryRun: true,
  summary: 'Write a deal: version 1',
  query: dryRunQuery,
  body: z
    .strictObject({
      partnerId: ids.partner,
      brandId: ids.brand,
      programId: ids.program.optional(),
      effectiveFrom: instant.optional(),
      terms: dealTerms.optional(),
      /** Instead of terms: those of a template as they are now, or in the version named. */
      templateId: ids.dealTemplate.optional(),
      templateVersion: z.int().positive().optional(),
      status: z.enum(['draft', 'proposed', 'active']).default('active'),
    })
    .refine(({ terms, templateId }) => (terms === undefined) !== (templateId === undefined), 'needs either terms or templateId')
    .refine(({ templateId, templateVersion }) => templateId !== undefined || templateVersion === undefined, {
      path: ['templateVersion'],
      error: 'needs templateId',
    }),
  responses: { 201: dealWritten },
});
export const amendDeal = defineRoute({
  id: 'amendDeal',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deals/:dealId/amendments',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  dryRun: true,
  ifMatch: true,
  summary: 'Write a new version that supersedes the last from an instant on',
  query: dryRunQuery,
  params: dealParams,
  body: z.strictObject({
    effectiveFrom: instant,
    terms: dealTerms,
    reason: text(500),
    status: z.enum(['draft', 'proposed', 'active', 'ended']).optional(),
  }),
  responses: { 201: dealWritten },
});
export const lintDeal = defineRoute({
  id: 'lintDeal',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deals/lint',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'What is wrong with terms, without writing them',
  body: z.strictObject({
    brandId: ids.brand,
    /** Whose uplines the margin guard looks at. */
    partnerId: ids.partner.optional(),
    terms: dealTerms,
  }),
  responses: { 200: z.strictObject({ ok: z.boolean(), findings: z.array(termsFinding) }).meta({ id: 'TermsFindings' }) },
});
export const getDeal = defineRoute({
  id: 'getDeal',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deals/:dealId',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'The terms in force at `asOf`, as known at `knownAt`',
  params: dealParams,
  query: z.strictObject({ asOf: instant.optional(), knownAt: instant.optional() }),
  responses: { 200: deal },
});
export const listDealVersions = defineRoute({
  id: 'listDealVersions',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deals/:dealId/versions',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'Every version of a deal',
  params: dealParams,
  query: listQuery({}),
  responses: { 200: listOf(deal) },
});
export const replaceDealVersion = defineRoute({
  id: 'replaceDealVersion',
  service: 'commission',
  method: 'put',
  path: '/api/v1/deals/:dealId/versions/:version',
  permission: 'deal:write',
  tag: 'Deals',
  summary: 'Always 409: a version is never changed',
  params: z.strictObject({ dealId: ids.deal, version: z.coerce.number().int() }),
  responses: { 409: z.unknown() },
});
export const patchDealVersion = defineRoute({
  id: 'patchDealVersion',
  service: 'commission',
  method: 'patch',
  path: '/api/v1/deals/:dealId/versions/:version',
  permission: 'deal:write',
  tag: 'Deals',
  summary: 'Always 409: a version is never changed',
  params: z.strictObject({ dealId: ids.deal, version: z.coerce.number().int() }),
  responses: { 409: z.unknown() },
});
export const replaceDeal = defineRoute({
  id: 'replaceDeal',
  service: 'commission',
  method: 'put',
  path: '/api/v1/deals/:dealId',
  permission: 'deal:write',
  tag: 'Deals',
  summary: 'Always 409: only an amendment can supersede a version',
  params: dealParams,
  responses: { 409: z.unknown() },
});
export const patchDeal = defineRoute({
  id: 'patchDeal',
  service: 'commission',
  method: 'patch',
  path: '/api/v1/deals/:dealId',
  permission: 'deal:write',
  tag: 'Deals',
  summary: 'Always 409: only an amendment can supersede a version',
  params: dealParams,
  responses: { 409: z.unknown() },
});
export const listDeals = defineRoute({
  id: 'listDeals',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deals',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'Deals, latest version each',
  query: listQuery({ partnerId: ids.partner.optional(), brandId: ids.brand.optional() }),
  responses: { 200: listOf(deal) },
});

export const listCommissions = defineRoute({
  id: 'listCommissions',
  service: 'commission',
  method: 'get',
  path: '/api/v1/commissions',
  permission: 'commission:read',
  tag: 'Commissions',
  summary: 'Commission entries',
  query: listQuery({
    partnerId: ids.partner.optional(),
    brandId: ids.brand.optional(),
    conversionId: ids.conversion.optional(),
    status: z.enum(['pending', 'held', 'approved', 'rejected', 'payable', 'in-payout', 'paid', 'reversed']).optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  responses: { 200: listOf(commissionEntry) },
});
export const explainCommission = defineRoute({
  id: 'explainCommission',
  service: 'commission',
  method: 'get',
  path: '/api/v1/commissions/:entryId/explanation',
  permission: 'commission:read',
  tag: 'Commissions',
  summary: 'Why this amount: inputs, versions, rules tried, steps, rounding; recomputed on the spot',
  params: z.strictObject({ entryId: ids.entry }),
  responses: {
    200: z
      .strictObject({
        entryId: ids.entry,
        amount: minorAmount,
        currency,
        dealId: ids.deal.nullable(),
        dealVersion: z.int().nullable(),
        engineVersion: z.string(),
        scope: z.string(),
        explanation: z.unknown(),
        postedBefore: minorAmount,
        recomputed: z.strictObject({ entitlement: minorAmount, amount: minorAmount, matches: z.boolean() }),
      })
      .meta({ id: 'Explanation' }),
  },
});
export const listOutcomes = defineRoute({
  id: 'listOutcomes',
  service: 'commission',
  method: 'get',
  path: '/api/v1/conversions/:conversionId/outcome',
  permission: 'commission:read',
  tag: 'Commissions',
  summary: 'The one outcome of a conversion',
  params: z.strictObject({ conversionId: ids.conversion }),
  responses: {
    200: z.strictObject({
      conversionId: ids.conversion,
      outcome: z.string(),
      reason: z.string().nullable(),
      entries: z.array(commissionEntry),
    }),
  },
});
export const closePeriod = defineRoute({
  id: 'closePeriod',
  service: 'commission',
  method: 'post',
  path: '/api/v1/periods/:period/close',
  permission: 'period:close',
  tag: 'Commissions',
  idempotent: true,
  dryRun: true,
  summary: 'Close a month of a brand',
  params: z.strictObject({ period }),
  query: dryRunQuery,
  body: z.strictObject({ brandId: ids.brand }),
  responses: {
    200: z.strictObject({
      brandId: ids.brand,
      period,
      closedAt: instant,
      entries: z.int(),
      amount: minorAmount,
      currency,
      /** Statements of the month; null when they are so many that they are issued in the background. */
      statements: z.int().nullable(),
    }),
  },
});
