import { z } from 'zod';
import { currency, ids, instant, largestReportedAmount, minorAmount, period, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const adjustmentKinds = ['bonus', 'correction', 'retainer', 'bounty'] as const;

export const adjustment = z
  .strictObject({
    id: ids.adjustment,
    /** The commission that it made; its status is that of the adjustment. */
    entryId: ids.entry,
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    kind: z.enum(adjustmentKinds),
    amount: minorAmount,
    currency,
    reason: z.string(),
    /** Who made it, and so cannot approve it. */
    makerId: z.string(),
    status: z.enum(['pending', 'held', 'approved', 'rejected', 'payable', 'in-payout', 'paid', 'reversed', 'written-off']),
    occurredAt: instant,
    recordedAt: instant,
    maturesAt: instant,
    period,
  })
  .meta({ id: 'Adjustment' });

export const createAdjustment = defineRoute({
  id: 'createAdjustment',
  service: 'commission',
  method: 'post',
  path: '/api/v1/adjustments',
  permission: 'adjustment:write',
  tag: 'Commissions',
  idempotent: true,
  dryRun: true,
  summary: 'Add to a commission by hand, or take from it; another person approves',
  query: dryRunQuery,
  body: z.strictObject({
    partnerId: ids.partner,
    brandId: ids.brand,
    /** Minor units; negative takes back. */
    amount: z.int().min(-largestReportedAmount).max(largestReportedAmount),
    currency,
    reason: text(500),
    kind: z.enum(adjustmentKinds).default('correction'),
    /** Full days in the brand's zone until it may be paid, once approved; 0: at once. */
    holdDays: z.int().min(0).max(365).default(0),
    /** For which time it is; now, when left out. In a closed month it posts into the next open one. */
    occurredAt: instant.optional(),
  }),
  responses: { 201: adjustment },
});
export const listAdjustments = defineRoute({
  id: 'listAdjustments',
  service: 'commission',
  method: 'get',
  path: '/api/v1/adjustments',
  permission: 'commission:read',
  tag: 'Commissions',
  summary: 'Adjustments, newest first',
  query: listQuery({ partnerId: ids.partner.optional(), brandId: ids.brand.optional() }),
  responses: { 200: listOf(adjustment) },
});
