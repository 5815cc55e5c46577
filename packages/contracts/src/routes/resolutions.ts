import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';

const outcome = z.enum(['settled', 'failed']);
export const payoutResolution = z
  .strictObject({
    payoutId: ids.payout,
    outcome,
    /** Where it was found out. */
    reason: z.string(),
    reference: z.string().nullable(),
    proposedBy: z.string(),
    proposedAt: instant,
    confirmedBy: z.string().nullable(),
    confirmedAt: instant.nullable(),
  })
  .meta({ id: 'PayoutResolution' });
const params = z.strictObject({ payoutId: ids.payout });

export const proposeResolution = defineRoute({
  id: 'proposeResolution',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payouts/:payoutId/resolution',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Say what became of a payout that its provider cannot be asked about safely any more. A second person must confirm it',
  params,
  body: z.strictObject({ outcome, reason: text(500), reference: text(200).optional() }),
  responses: { 200: payoutResolution },
});
export const confirmResolution = defineRoute({
  id: 'confirmResolution',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payouts/:payoutId/resolution/confirm',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Confirm what somebody else found out about a payout: then it counts',
  params,
  /** What is confirmed: a proposal that was changed meanwhile is not. */
  body: z.strictObject({ outcome, proposedBy: z.string().min(1).max(200) }),
  responses: { 200: payoutResolution },
});
export const getResolution = defineRoute({
  id: 'getResolution',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payouts/:payoutId/resolution',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'What people found out about a payout',
  params,
  responses: { 200: payoutResolution },
});
