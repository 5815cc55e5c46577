import { z } from 'zod';
import { currency, ids, instant, minorAmount, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { exceptionCode } from './approval-batches.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const approval = z
  .strictObject({
    id: ids.approval,
    entryId: ids.entry,
    partnerId: ids.partner,
    brandId: ids.brand,
    /** Null for an adjustment. */
    dealId: ids.deal.nullable(),
    /** The conversion that earned it; null for an adjustment and for what is rated by the month. */
    conversionId: ids.conversion.nullable(),
    amount: minorAmount,
    currency,
    status: z.enum(['waiting', 'approved', 'held', 'rejected']),
    /** Whose decision it needs: nobody's (automatic), a manager's, finance's, or that of one after the other. */
    needs: z.enum(['nobody', 'manager', 'finance', 'manager-and-finance']),
    /** The sentence that routed it. */
    route: z.string(),
    /** The row that matched, with the facts that were looked at; null for what was routed before tables were. */
    routing: z
      .strictObject({
        /** Version of the brand's routing table; null: the table that its limits make. */
        policyVersion: z.int().nullable(),
        row: z.string(),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])),
        decideWithinHours: z.int().optional(),
      })
      .nullable(),
    riskLevel: z.enum(['low', 'medium', 'high', 'unknown']),
    makerId: z.string(),
    decidedBy: z.string().nullable(),
    reason: z.string().nullable(),
    createdAt: instant,
    decidedAt: instant.nullable(),
    decisions: z.int(),
    /** What is decided on: the entry, its money, the risk hits that hold it and the corrections that follow it. Of an approved one, what it was approved on. */
    contentHash: sha256Hex,
    /** The stages it goes through in order, each decided by another person; null until decided on just this content. */
    stages: z.array(
      z.strictObject({
        stage: z.enum(['manager', 'finance']),
        decidedBy: z.string().nullable(),
        onBehalfOf: z.string().nullable(),
        decidedAt: instant.nullable(),
      }),
    ),
    /** By when the stage that is due is to be decided; null: no deadline. */
    dueAt: instant.nullable(),
    /** Since when that is known to be late. An escalation decides nothing. */
    escalatedAt: instant.nullable(),
    /** A batch left it, and nobody has decided since. */
    exception: z.strictObject({ batchId: ids.approvalBatch, code: exceptionCode, at: instant }).nullable(),
  })
  .meta({ id: 'Approval' });

export const listApprovals = defineRoute({
  id: 'listApprovals',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/approvals',
  permission: 'approval:read',
  tag: 'Approvals',
  summary: 'The queue, and what was decided',
  query: listQuery({
    status: z.enum(['waiting', 'approved', 'held', 'rejected']).optional(),
    partnerId: ids.partner.optional(),
    brandId: ids.brand.optional(),
    entryId: ids.entry.optional(),
    conversionId: ids.conversion.optional(),
    /** `true`: the exception queue, what a batch left and nobody has decided since. */
    exception: z.enum(['true', 'false']).optional(),
    /** `true`: open and past its deadline. */
    escalated: z.enum(['true', 'false']).optional(),
  }),
  responses: { 200: listOf(approval) },
});
export const getApproval = defineRoute({
  id: 'getApproval',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/approvals/:approvalId',
  permission: 'approval:read',
  tag: 'Approvals',
  summary: 'An approval',
  params: z.strictObject({ approvalId: ids.approval }),
  responses: { 200: approval },
});
export const decideApproval = defineRoute({
  id: 'decideApproval',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/approvals/:approvalId/decision',
  permission: 'approval:decide',
  tag: 'Approvals',
  idempotent: true,
  dryRun: true,
  summary:
    'Approve, reject or hold. Who wrote the deal version, or reported a risk hit, does not approve what it earns or holds; two stages need two persons',
  query: dryRunQuery,
  params: z.strictObject({ approvalId: ids.approval }),
  body: z.strictObject({
    decision: z.enum(['approve', 'reject', 'hold']),
    reason: text(500).optional(),
    /** What the decider has seen: when it is not what stands, nothing is decided. */
    contentHash: sha256Hex.optional(),
    /** In whose name: needs a delegation of that person to you. Four eyes count both. */
    onBehalfOf: text(200).optional(),
  }),
  responses: { 200: approval },
});
