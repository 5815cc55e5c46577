import { z } from 'zod';
import { currency, ids, instant, minorAmount, text } from '../common.js';
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
/** What would change a deal in place is a route too, so that whoever tries hears why it is none. */
const neverOfVersion = {
  service: 'commission',
  path: '/api/v1/deals/:dealId/versions/:version',
  permission: 'deal:write',
  tag: 'Deals',
  summary: 'Always 409: a version is never changed',
  params: z.strictObject({ dealId: ids.deal, version: z.coerce.number().int() }),
  responses: { 409: z.unknown() },
} as const;
export const replaceDealVersion = defineRoute({ id: 'replaceDealVersion', method: 'put', ...neverOfVersion });
export const patchDealVersion = defineRoute({ id: 'patchDealVersion', method: 'patch', ...neverOfVersion });
export const deleteDealVersion = defineRoute({
  ...neverOfVersion,
  id: 'deleteDealVersion',
  method: 'delete',
  summary: 'Always 409: a version is never taken away',
});

const neverOfDeal = {
  service: 'commission',
  path: '/api/v1/deals/:dealId',
  permission: 'deal:write',
  tag: 'Deals',
  summary: 'Always 409: only an amendment can supersede a version',
  params: dealParams,
  responses: { 409: z.unknown() },
} as const;
export const replaceDeal = defineRoute({ id: 'replaceDeal', method: 'put', ...neverOfDeal });
export const patchDeal = defineRoute({ id: 'patchDeal', method: 'patch', ...neverOfDeal });
export const deleteDeal = defineRoute({
  ...neverOfDeal,
  id: 'deleteDeal',
  method: 'delete',
  summary: 'Always 409: an amendment with the status ended ends a deal, and what was counts on',
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
