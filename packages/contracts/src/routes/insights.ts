import { z } from 'zod';
import { currency, ids, minorAmount } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

export const activityRow = z
  .strictObject({
    day: z.string(),
    brandId: ids.brand,
    partnerId: ids.partner.nullable(),
    currency: currency.nullable(),
    clicks: z.int(),
    conversions: z.int(),
    refunds: z.int(),
    accrued: minorAmount,
    approved: minorAmount,
    paid: minorAmount,
  })
  .meta({ id: 'Activity' });
export const getActivity = defineRoute({
  id: 'getActivity',
  service: 'insights',
  method: 'get',
  path: '/api/v1/insights/activity',
  permission: 'insight:read',
  tag: 'Insights',
  summary: 'Counters by day, brand and partner',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    by: z.enum(['partner', 'brand']).default('brand'),
  }),
  responses: { 200: listOf(activityRow) },
});
export const getOutcomeCounts = defineRoute({
  id: 'getOutcomeCounts',
  service: 'insights',
  method: 'get',
  path: '/api/v1/insights/outcomes',
  permission: 'insight:read',
  tag: 'Insights',
  summary: 'How many conversions ended in which outcome',
  query: z.strictObject({ brandId: ids.brand.optional() }),
  responses: { 200: z.strictObject({ conversions: z.int(), outcomes: z.record(z.string(), z.int()) }) },
});
