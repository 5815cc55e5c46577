import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { riskRuleUse } from '../risk-parameters.js';
import { listOf, listQuery } from './shared.js';

const ruleSetParams = z.strictObject({ brandId: ids.brand });

export const riskRuleSet = z
  .strictObject({
    brandId: ids.brand,
    version: z.int().positive(),
    rules: z.array(riskRuleUse),
    reason: z.string(),
    writtenBy: z.string(),
    writtenAt: instant,
    /** Null until another person switches it on. */
    activatedBy: z.string().nullable(),
    /** From when on it is the one that judges; until one that holds from later. */
    activeFrom: instant.nullable(),
  })
  .meta({ id: 'RiskRuleSet' });

export const listRiskRules = defineRoute({
  id: 'listRiskRules',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/risk-rules',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'The risk rules that there are, with their parameters as JSON Schema',
  query: z.strictObject({}),
  responses: {
    200: z.strictObject({
      data: z.array(z.strictObject({ rule: z.string(), summary: z.string(), needs: z.array(z.string()), parameters: z.unknown() })),
    }),
  },
});
export const writeRiskRuleSet = defineRoute({
  id: 'writeRiskRuleSet',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/brands/:brandId/risk-rule-sets',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Write the next version of a brand’s risk rules. It judges nothing before another person switches it on',
  params: ruleSetParams,
  body: z.strictObject({ rules: z.array(riskRuleUse).max(50), reason: text(500) }),
  responses: { 201: riskRuleSet },
});
export const activateRiskRuleSet = defineRoute({
  id: 'activateRiskRuleSet',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/brands/:brandId/risk-rule-sets/:version/activation',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Switch a version of a brand’s risk rules on, from now or later. Who wrote it cannot',
  params: z.strictObject({ brandId: ids.brand, version: z.coerce.number().int().positive() }),
  body: z.strictObject({ from: instant.optional() }),
  responses: { 201: riskRuleSet },
});
export const listRiskRuleSets = defineRoute({
  id: 'listRiskRuleSets',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/brands/:brandId/risk-rule-sets',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'All versions of a brand’s risk rules, newest first',
  params: ruleSetParams,
  query: listQuery({}),
  responses: { 200: listOf(riskRuleSet) },
});

const opaque = z.string().trim().min(1).max(500);
/** Names of the parameters that advertisements add to addresses, and of campaigns. */
const parameters = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), z.string().max(200));

export const recordRiskSignal = defineRoute({
  id: 'recordRiskSignal',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/risk-signals',
  permission: 'event:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Tell what risk rules compare: kept as keyed hashes and verdicts only, never as given',
  body: z.strictObject({
    brandId: ids.brand,
    /** What it is about. */
    subjectId: z.union([ids.conversion, ids.customer, ids.partner]),
    email: opaque.optional(),
    device: opaque.optional(),
    /** An account that money came from: an IBAN, as written anywhere. */
    account: opaque.optional(),
    postalAddress: opaque.optional(),
    /** Address of the network that the click or the event came from; asked for its kind and country. */
    ip: z.union([z.ipv4(), z.ipv6()]).optional(),
    /** When it came from there; left out: now. Deals that refuse networks go by it. */
    seenAt: instant.optional(),
    /** Of the address that was landed on. Empty: it had none. */
    landingParameters: parameters.optional(),
  }),
  responses: {
    201: z
      .strictObject({
        id: ids.riskSignal,
        brandId: ids.brand,
        subjectId: z.string(),
        /** Which kinds of signals are kept of it now, never their values. */
        kinds: z.array(z.string()),
        recordedBy: z.string(),
        createdAt: instant,
      })
      .meta({ id: 'RiskSignal' }),
  },
});
