import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

export const approvalDelegation = z
  .strictObject({
    id: ids.delegation,
    brandId: ids.brand,
    /** In whose name. */
    giverId: z.string(),
    delegateId: z.string(),
    validFrom: instant,
    validUntil: instant,
    reason: z.string(),
    /** Whether the giver could decide above the finance threshold when he gave it. */
    aboveThreshold: z.boolean(),
    createdAt: instant,
    revokedBy: z.string().nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'ApprovalDelegation' });

const delegations = { service: 'approvals', tag: 'Approvals', path: '/api/v1/approval-delegations' } as const;

export const createApprovalDelegation = defineRoute({
  ...delegations,
  id: 'createApprovalDelegation',
  method: 'post',
  permission: 'approval:decide',
  idempotent: true,
  summary: 'Let another person decide approvals of a brand in your name, for a time and within what both of you may',
  body: z.strictObject({
    brandId: ids.brand,
    delegateId: text(200),
    /** Now, when left out. */
    validFrom: instant.optional(),
    /** It holds before this instant. */
    validUntil: instant,
    reason: text(500),
  }),
  responses: { 201: approvalDelegation },
});
export const revokeApprovalDelegation = defineRoute({
  ...delegations,
  id: 'revokeApprovalDelegation',
  method: 'post',
  path: '/api/v1/approval-delegations/:delegationId/revoke',
  permission: 'approval:decide',
  idempotent: true,
  summary: 'Take a delegation back: who gave it, or an administrator. What was decided by it stays decided',
  params: z.strictObject({ delegationId: ids.delegation }),
  body: z.strictObject({}),
  responses: { 200: approvalDelegation },
});
export const listApprovalDelegations = defineRoute({
  ...delegations,
  id: 'listApprovalDelegations',
  method: 'get',
  permission: 'approval:read',
  summary: 'Delegations, newest first',
  query: listQuery({ brandId: ids.brand.optional(), giverId: text(200).optional(), delegateId: text(200).optional() }),
  responses: { 200: listOf(approvalDelegation) },
});
