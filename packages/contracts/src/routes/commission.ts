import { z } from 'zod';
import { currency, ids, instant, minorAmount, period } from '../common.js';
import { defineRoute } from '../define-route.js';
import { writeOffChanged } from '../events/payouts.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

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
    status: z.enum(['pending', 'held', 'approved', 'rejected', 'payable', 'in-payout', 'paid', 'reversed', 'written-off']),
    reason: z.string(),
    occurredAt: instant,
    recordedAt: instant,
    maturesAt: instant,
    adjusts: ids.entry.nullable(),
    /** Of a reversal that takes nothing back: why, and until when it could have. */
    writtenOff: writeOffChanged.schema.shape.writtenOff,
  })
  .meta({ id: 'Commission' });
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
    status: z.enum(['pending', 'held', 'approved', 'rejected', 'payable', 'in-payout', 'paid', 'reversed', 'written-off']).optional(),
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
