import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

const caseParams = z.strictObject({ caseId: ids.case });
const resolution = z.enum(['fraud', 'clear']);

export const riskCase = z
  .strictObject({
    id: ids.case,
    brandId: ids.brand,
    /** Null while nobody has said whose conversion it is. */
    partnerId: ids.partner.nullable(),
    rule: z.string(),
    status: z.enum(['open', 'assigned', 'resolved']),
    assignedTo: z.string().nullable(),
    openedAt: instant,
    /** When it is to be decided. Nothing happens by itself then but an escalation: what it holds stays held. */
    dueAt: instant,
    escalatedAt: instant.nullable(),
    resolution: resolution.nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: instant.nullable(),
    /** How many risk hits it groups. */
    hits: z.int(),
  })
  .meta({ id: 'RiskCase' });
const caseInFull = z
  .strictObject({
    ...riskCase.shape,
    hitIds: z.array(ids.riskHit),
    /** The approvals that its hits hold or have held. */
    approvalIds: z.array(ids.approval),
    history: z.array(
      z.strictObject({
        number: z.int().positive(),
        action: z.enum(['opened', 'hit', 'assigned', 'note', 'escalated', 'resolved']),
        actorId: z.string(),
        note: z.string().nullable(),
        evidence: z.array(z.string()),
        at: instant,
      }),
    ),
  })
  .meta({ id: 'RiskCaseInFull' });

export const listRiskCases = defineRoute({
  id: 'listRiskCases',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/risk-cases',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'Risk hits grouped by partner and rule, newest case first',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    status: z.enum(['open', 'assigned', 'resolved']).optional(),
  }),
  responses: { 200: listOf(riskCase) },
});
export const getRiskCase = defineRoute({
  id: 'getRiskCase',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/risk-cases/:caseId',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'A case with its hits, what they hold, and all that was done',
  params: caseParams,
  responses: { 200: caseInFull },
});
export const assignRiskCase = defineRoute({
  id: 'assignRiskCase',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/risk-cases/:caseId/assignment',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Say who looks into a case',
  params: caseParams,
  body: z.strictObject({ assigneeId: text(100), note: text(2000).optional() }),
  responses: { 200: riskCase },
});
export const noteRiskCase = defineRoute({
  id: 'noteRiskCase',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/risk-cases/:caseId/notes',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Add what was found, with ids of what it rests on, without personal data',
  params: caseParams,
  body: z.strictObject({ note: text(2000), evidence: z.array(text(100)).max(100).default([]) }),
  responses: { 201: riskCase },
});
export const resolveRiskCase = defineRoute({
  id: 'resolveRiskCase',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/risk-cases/:caseId/resolution',
  permission: 'approval:decide',
  tag: 'Risk',
  idempotent: true,
  summary: 'Fraud rejects what the case holds; clear lets it be decided, and is for another person than who reported a hit',
  params: caseParams,
  body: z.strictObject({ resolution, reason: text(500) }),
  responses: { 200: riskCase },
});
