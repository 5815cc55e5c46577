import { z } from 'zod';
import { currency, ids, instant, minorAmount } from '../common.js';
import { defineRoute } from '../define-route.js';
import { riskRuleUse } from '../risk-parameters.js';

const money = z.array(z.strictObject({ currency, amount: minorAmount }));

export const riskBacktestReport = z
  .strictObject({
    /** Conversions of the period that the rule judged, and of those, that it would have hit, or could not judge. */
    judged: z.int(),
    hits: z.int(),
    indeterminate: z.int(),
    /** Conversions that would have been held, by the action chosen, and what they have earned. */
    held: z.int(),
    moneyHeld: money,
    /** Of the hits, those whose cases people have resolved since, by whatever rule they were found. */
    resolved: z.strictObject({ fraud: z.int(), clear: z.int() }),
    /** Fraud of all that was resolved; null while nothing was. Four decimals. */
    precision: z.string().nullable(),
    /** Conversions of the period that were resolved as fraud, and how many of them the rule would have hit. */
    knownFraud: z.strictObject({ all: z.int(), hit: z.int() }),
    /** Those most hit, at most a hundred. */
    partners: z.array(z.strictObject({ partnerId: ids.partner, hits: z.int(), moneyHeld: money })),
    /** At most a hundred. */
    samples: z.array(
      z.strictObject({ conversionId: ids.conversion, partnerId: ids.partner, detail: z.string(), evidence: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'RiskBacktestReport' });
export const riskBacktest = z
  .strictObject({
    id: ids.riskBacktest,
    brandId: ids.brand,
    from: instant,
    to: instant,
    use: riskRuleUse,
    status: z.enum(['queued', 'running', 'done', 'failed']),
    /** Partners looked at, of all. */
    progress: z.strictObject({ done: z.int(), total: z.int() }),
    failure: z.string().nullable(),
    requestedBy: z.string(),
    requestedAt: instant,
    finishedAt: instant.nullable(),
    report: riskBacktestReport.nullable(),
  })
  .meta({ id: 'RiskBacktest' });

export const createRiskBacktest = defineRoute({
  id: 'createRiskBacktest',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/risk-backtests',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Try a risk rule on what happened before switching it on: whom it would have hit, what it would have held. Changes nothing else',
  body: z.strictObject({
    brandId: ids.brand,
    /** Conversions that occurred from then on, up to `to`, day by day as they would have been judged. */
    from: instant,
    to: instant,
    use: riskRuleUse,
  }),
  responses: { 202: riskBacktest },
});
export const getRiskBacktest = defineRoute({
  id: 'getRiskBacktest',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/risk-backtests/:backtestId',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'A back-test: how far it is, and what came of it',
  params: z.strictObject({ backtestId: ids.riskBacktest }),
  responses: { 200: riskBacktest },
});
