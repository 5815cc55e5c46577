import { z } from 'zod';
import { ids, instant, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { routedKind, routingRow } from '../routing-row.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const routingPolicy = z
  .strictObject({
    brandId: ids.brand,
    appliesTo: routedKind,
    /** Counted over all tables of the brand. */
    version: z.int().positive(),
    /** It counts from then on, but not before it was accepted. */
    effectiveFrom: instant,
    rows: z.array(routingRow),
    reason: z.string(),
    /** SHA-256 of the canonical rows. */
    documentHash: sha256Hex,
    authorId: z.string(),
    recordedAt: instant,
    /** Null while nobody has accepted it: it does not count. */
    acceptedBy: z.string().nullable(),
    acceptedAt: instant.nullable(),
  })
  .meta({ id: 'RoutingPolicy' });

const ofBrand = { service: 'approvals', tag: 'Approvals', params: z.strictObject({ brandId: ids.brand }) } as const;

export const createRoutingPolicy = defineRoute({
  ...ofBrand,
  id: 'createRoutingPolicy',
  method: 'post',
  path: '/api/v1/brands/:brandId/routing-policies',
  permission: 'routing:write',
  idempotent: true,
  dryRun: true,
  summary: 'Write who decides on what: a table whose first matching row decides. It counts once another person has accepted it',
  query: dryRunQuery,
  body: z.strictObject({
    appliesTo: routedKind.default('commissions'),
    /** Now, when left out. */
    effectiveFrom: instant.optional(),
    rows: z.array(routingRow).min(1).max(50),
    reason: text(500),
  }),
  responses: { 201: routingPolicy },
});
export const acceptRoutingPolicy = defineRoute({
  ...ofBrand,
  id: 'acceptRoutingPolicy',
  method: 'post',
  path: '/api/v1/brands/:brandId/routing-policies/:version/accept',
  permission: 'routing:accept',
  idempotent: true,
  dryRun: true,
  summary: 'Accept a version of the routing table; not by its author',
  query: dryRunQuery,
  params: z.strictObject({ brandId: ids.brand, version: z.coerce.number().int().positive() }),
  body: z.strictObject({}),
  responses: { 200: routingPolicy },
});
export const listRoutingPolicies = defineRoute({
  ...ofBrand,
  id: 'listRoutingPolicies',
  method: 'get',
  path: '/api/v1/brands/:brandId/routing-policies',
  permission: 'approval:read',
  summary: 'Every version of the routing table of a brand, newest first',
  query: listQuery({}),
  responses: { 200: listOf(routingPolicy) },
});
export const getRoutingTable = defineRoute({
  ...ofBrand,
  id: 'getRoutingTable',
  method: 'get',
  path: '/api/v1/brands/:brandId/routing-table',
  permission: 'approval:read',
  summary: 'The rows that decide now, or did at `asOf`: those of a version, else those that the limits of the brand make',
  query: z.strictObject({ asOf: instant.optional(), appliesTo: routedKind.default('commissions') }),
  responses: {
    200: z
      .strictObject({
        brandId: ids.brand,
        appliesTo: routedKind,
        /** Null: the brand has no version that counts, and its limits make the table. */
        policyVersion: z.int().nullable(),
        rows: z.array(routingRow),
      })
      .meta({ id: 'RoutingTable' }),
  },
});
