import { z } from 'zod';
import { ids, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dealParams, dealWritten } from './deals.js';
import { dryRunQuery } from './shared.js';

const step = { service: 'commission', method: 'post', tag: 'Deals', idempotent: true, dryRun: true, query: dryRunQuery } as const;
const params = z.strictObject({ dealId: ids.deal, version: z.coerce.number().int().positive() });
const body = z.strictObject({ note: text(500).optional() });
const responses = { 200: dealWritten };

export const proposeDealVersion = defineRoute({
  id: 'proposeDealVersion',
  ...step,
  path: '/api/v1/deals/:dealId/versions/:version/propose',
  permission: 'deal:write',
  summary: 'Put a draft up for acceptance',
  params,
  body,
  responses,
});
export const acceptDealVersion = defineRoute({
  id: 'acceptDealVersion',
  ...step,
  path: '/api/v1/deals/:dealId/versions/:version/accept',
  permission: 'deal:approve',
  summary: 'Accept a proposed version; not by its author',
  params,
  body,
  responses,
});
export const activateDealVersion = defineRoute({
  id: 'activateDealVersion',
  ...step,
  path: '/api/v1/deals/:dealId/versions/:version/activate',
  permission: 'deal:write',
  summary: 'Put a draft or an accepted version into force: it counts from its effectiveFrom on',
  params,
  body,
  responses,
});
export const declineDealVersion = defineRoute({
  id: 'declineDealVersion',
  ...step,
  path: '/api/v1/deals/:dealId/versions/:version/decline',
  permission: 'deal:approve',
  summary: 'Decline a version that does not count yet: it never will',
  params,
  body,
  responses,
});

export const compareDealVersions = defineRoute({
  id: 'compareDealVersions',
  service: 'commission',
  method: 'get',
  path: '/api/v1/deals/:dealId/diff',
  permission: 'deal:read',
  tag: 'Deals',
  summary: 'What two versions of a deal say differently, by JSON pointer into their terms',
  params: dealParams,
  query: z.strictObject({ from: z.coerce.number().int().positive(), to: z.coerce.number().int().positive() }),
  responses: {
    200: z
      .strictObject({
        dealId: ids.deal,
        from: z.int(),
        to: z.int(),
        /** Without `before`: it was not there; without `after`: it is gone. */
        differences: z.array(z.strictObject({ pointer: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
      })
      .meta({ id: 'DealDiff' }),
  },
});
