import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dealTerms } from '../terms.js';
import { termsFinding } from './deals.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const dealTemplate = z
  .strictObject({
    id: ids.dealTemplate,
    version: z.int().positive(),
    brandId: ids.brand,
    name: z.string(),
    terms: dealTerms,
    reason: z.string().nullable(),
    authorId: z.string(),
    recordedAt: instant,
    /** SHA-256 of the canonical terms document. */
    documentHash: z.string(),
  })
  .meta({ id: 'DealTemplate' });
const templateParams = z.strictObject({ templateId: ids.dealTemplate });

/** What a bulk amendment does to the terms of each deal: the same for all, or a figure added to what each has. */
export const dealChange = z
  .union([
    z.strictObject({ terms: dealTerms }),
    z.strictObject({
      adjust: z
        .array(
          z.strictObject({
            /** JSON pointer to a number in the terms. */
            pointer: z.string().regex(/^(\/[^/]{1,100}){1,12}$/, 'must be a JSON pointer such as /components/0/rate'),
            /** A decimal string, exact; negative takes off. Where an integer stands, it must be one. */
            add: z.string().regex(/^-?\d{1,15}(\.\d{1,12})?$/, 'must be a decimal string such as "0.02"'),
          }),
        )
        .min(1)
        .max(50),
    }),
  ])
  .meta({ id: 'DealChange' });
export type DealChange = z.infer<typeof dealChange>;
const exceptions = z.array(z.strictObject({ dealId: ids.deal, reason: z.string() }));

export const createDealTemplate = defineRoute({
  id: 'createDealTemplate',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deal-templates',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  dryRun: true,
  summary: 'Write a template of deals: version 1',
  query: dryRunQuery,
  body: z.strictObject({ name: text(200), brandId: ids.brand, terms: dealTerms }),
  responses: { 201: dealTemplate },
});
export const amendDealTemplate = defineRoute({
  id: 'amendDealTemplate',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deal-templates/:templateId/versions',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  dryRun: true,
  ifMatch: true,
  summary: 'Write a new version of a template: deals made from now on start with it',
  params: templateParams,
  query: dryRunQuery,
  body: z.strictObject({ terms: dealTerms, reason: text(500) }),
  responses: { 201: dealTemplate },
});
export const listDealTemplates = defineRoute({
  id: 'listDealTemplates',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deal-templates',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'Templates, latest version each',
  query: listQuery({ brandId: ids.brand.optional() }),
  responses: { 200: listOf(dealTemplate) },
});
export const getDealTemplate = defineRoute({
  id: 'getDealTemplate',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deal-templates/:templateId',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'A template: its latest version, or the one asked for',
  params: templateParams,
  query: z.strictObject({ version: z.coerce.number().int().positive().optional() }),
  responses: { 200: dealTemplate },
});

export const amendDealsOfTemplate = defineRoute({
  id: 'amendDealsOfTemplate',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deal-templates/:templateId/amendments',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  dryRun: true,
  summary: 'Amend every deal of a template that is in force, under one batch id',
  params: templateParams,
  query: dryRunQuery,
  body: z.strictObject({
    effectiveFrom: instant,
    reason: text(500),
    change: dealChange,
    /** Deals to leave as they are, and why. */
    except: z
      .array(z.strictObject({ dealId: ids.deal, reason: text(500) }))
      .max(10_000)
      .default([]),
  }),
  responses: {
    201: z
      .strictObject({
        batchId: ids.dealBatch,
        amended: z.int(),
        /** What the linter would have had otherwise, and of which of the deals amended. */
        warnings: z.array(z.strictObject({ ...termsFinding.shape, dealIds: z.array(ids.deal) })),
        exceptions,
      })
      .meta({ id: 'DealBatchWritten' }),
  },
});
const batchParams = z.strictObject({ batchId: ids.dealBatch });
export const getDealBatch = defineRoute({
  id: 'getDealBatch',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deal-batches/:batchId',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'A bulk amendment: what it did to which deal',
  params: batchParams,
  responses: {
    200: z
      .strictObject({
        id: ids.dealBatch,
        templateId: ids.dealTemplate,
        brandId: ids.brand,
        effectiveFrom: instant,
        reason: z.string(),
        change: dealChange,
        authorId: z.string(),
        recordedAt: instant,
        amended: z.int(),
        deals: z.array(z.strictObject({ dealId: ids.deal, version: z.int(), baseVersion: z.int() })),
        exceptions,
        superseded: z.strictObject({ at: instant, actorId: z.string(), reason: z.string() }).nullable(),
      })
      .meta({ id: 'DealBatch' }),
  },
});
export const supersedeDealBatch = defineRoute({
  id: 'supersedeDealBatch',
  service: 'commission',
  method: 'post',
  path: '/api/v1/deal-batches/:batchId/supersede',
  permission: 'deal:write',
  tag: 'Deals',
  idempotent: true,
  dryRun: true,
  summary: 'Take a bulk amendment back as a unit, before it becomes effective',
  params: batchParams,
  query: dryRunQuery,
  body: z.strictObject({ reason: text(500) }),
  responses: {
    200: z.strictObject({ batchId: ids.dealBatch, restored: z.int(), exceptions }).meta({ id: 'DealBatchSuperseded' }),
  },
});
