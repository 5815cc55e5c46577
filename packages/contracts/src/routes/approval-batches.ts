import { z } from 'zod';
import { currency, ids, instant, minorAmount, positiveAmount, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

/** Why a batch left an approval to somebody who looks at it by itself. */
export const exceptionCode = z.enum([
  'risk-hit',
  'held',
  'four-eyes',
  'above-your-threshold',
  'approval-content-changed',
  'approval-already-decided',
  'approval-follows-original',
  'not-found',
]);
const batch = {
  id: ids.approvalBatch,
  brandId: ids.brand,
  decision: z.enum(['approve', 'reject', 'hold']),
  reason: z.string().nullable(),
  decidedBy: z.string(),
  decidedAt: instant,
  asked: z.int(),
  /** How many are decided now, how many have passed a stage and wait for the next, and how many were left. */
  decided: z.int(),
  stagesPassed: z.int(),
  exceptions: z.int(),
  /** Sums of the lines that are decided now, by currency. */
  totals: z.array(z.strictObject({ amount: minorAmount, currency })),
};
export const approvalBatchSummary = z.strictObject(batch).meta({ id: 'ApprovalBatchSummary' });
export const approvalBatch = z
  .strictObject({
    ...batch,
    /** One for each approval asked for, in that order. */
    rows: z.array(
      z.strictObject({
        approvalId: ids.approval,
        outcome: z.enum(['decided', 'stage-passed', 'exception']),
        code: exceptionCode.nullable(),
        /** Null for what is not there to be seen. */
        amount: minorAmount.nullable(),
        currency: currency.nullable(),
      }),
    ),
  })
  .meta({ id: 'ApprovalBatch' });

export const decideApprovalBatch = defineRoute({
  id: 'decideApprovalBatch',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/approvals/batch-decisions',
  permission: 'approval:decide',
  tag: 'Approvals',
  idempotent: true,
  dryRun: true,
  bodyLimitBytes: 2 * 1024 * 1024,
  summary:
    'Decide on many approvals of a brand at once: what is flagged, or not yours to decide, is left as an exception, the rest proceeds',
  query: dryRunQuery,
  body: z
    .strictObject({
      brandId: ids.brand,
      decision: z.enum(['approve', 'reject', 'hold']),
      reason: text(500).optional(),
      items: z
        .array(z.strictObject({ approvalId: ids.approval, contentHash: sha256Hex.optional() }))
        .min(1)
        .max(5000)
        .refine((items) => new Set(items.map(({ approvalId }) => approvalId)).size === items.length, 'must name each approval once')
        .optional(),
      /** Instead of items: all that wait or are held now, of the partner, the currency, and up to the amount. At most 5,000. */
      filter: z
        .strictObject({ partnerId: ids.partner.optional(), currency: currency.optional(), amountUpTo: positiveAmount.optional() })
        .optional(),
    })
    .refine(({ items, filter }) => (items === undefined) !== (filter === undefined), 'needs either items or filter'),
  responses: { 200: approvalBatch },
});
export const getApprovalBatch = defineRoute({
  id: 'getApprovalBatch',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/approval-batches/:batchId',
  permission: 'approval:read',
  tag: 'Approvals',
  summary: 'What became of each approval of a batch',
  params: z.strictObject({ batchId: ids.approvalBatch }),
  responses: { 200: approvalBatch },
});
export const listApprovalBatches = defineRoute({
  id: 'listApprovalBatches',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/approval-batches',
  permission: 'approval:read',
  tag: 'Approvals',
  summary: 'Batches of decisions, newest first',
  query: listQuery({ brandId: ids.brand.optional() }),
  responses: { 200: listOf(approvalBatchSummary) },
});
