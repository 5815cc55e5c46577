import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

const rule = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens')
  .max(64);

export const riskHit = z
  .strictObject({
    id: ids.riskHit,
    brandId: ids.brand,
    conversionId: ids.conversion,
    rule: z.string(),
    detail: z.string(),
    /** Who reported it, and so cannot approve what it holds. */
    reportedBy: z.string(),
    createdAt: instant,
    /** False of a flag: it is seen, and holds nothing. */
    holds: z.boolean(),
    /** Ids of what it rests on: conversions, customers, partners, clicks, signals. */
    evidence: z.array(z.string()),
    /** The approvals that it holds or has held; grows while entries of the conversion still arrive. */
    held: z.array(ids.approval),
    /** The approvals that it leaves as they are: rejected before it came, or approved and taking back. */
    decided: z.array(ids.approval),
  })
  .meta({ id: 'RiskHit' });

export const reportRiskHit = defineRoute({
  id: 'reportRiskHit',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/risk-hits',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Hold what a conversion earns until a person decides. The same rule again changes nothing',
  body: z.strictObject({
    brandId: ids.brand,
    /** May be one whose commissions have not been worked out yet. */
    conversionId: ids.conversion,
    rule,
    /** What was found, without personal data. */
    detail: text(500),
  }),
  responses: { 201: riskHit },
});
export const listRiskHits = defineRoute({
  id: 'listRiskHits',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/risk-hits',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'Risk hits with what they hold, newest first',
  query: listQuery({ brandId: ids.brand.optional(), conversionId: ids.conversion.optional() }),
  responses: { 200: listOf(riskHit) },
});
