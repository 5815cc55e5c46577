import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';

export const payoutReversal = z
  .strictObject({
    payoutId: ids.payout,
    reason: z.string(),
    requestedBy: z.string(),
    requestedAt: instant,
    approvedBy: z.string().nullable(),
    approvedAt: instant.nullable(),
    /** What came of it: the rail was asked and will say, or it cannot and the partner owes it. Null: nothing yet. */
    outcome: z.enum(['asked', 'receivable']).nullable(),
    /** Why the rail does not take it back. */
    detail: z.string().nullable(),
  })
  .meta({ id: 'PayoutReversal' });
const params = z.strictObject({ payoutId: ids.payout });

export const requestReversal = defineRoute({
  id: 'requestReversal',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payouts/:payoutId/reversal',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Ask for a settled payout to be taken back. A second person must approve it',
  params,
  body: z.strictObject({ reason: text(500) }),
  responses: { 200: payoutReversal },
});
export const approveReversal = defineRoute({
  id: 'approveReversal',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payouts/:payoutId/reversal/approve',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Approve a reversal: its rail is asked for the money, or where that cannot be, the partner owes it from now on',
  params,
  /** Whose request is approved: one that was made anew meanwhile is not. */
  body: z.strictObject({ requestedBy: z.string().min(1).max(200) }),
  responses: { 200: payoutReversal },
});
export const getReversal = defineRoute({
  id: 'getReversal',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payouts/:payoutId/reversal',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'The reversal of a payout, and what came of it',
  params,
  responses: { 200: payoutReversal },
});
