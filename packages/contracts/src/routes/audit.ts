import { z } from 'zod';
import { ids, instant } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

const payoutParams = z.strictObject({ payoutId: ids.payout });
export const traceStep = z.strictObject({
  step: z.string(),
  at: instant,
  id: z.string(),
  service: z.string(),
  eventId: z.string().nullable(),
  causationId: z.string().nullable(),
  traceId: z.string().nullable(),
  traceUrl: z.string().nullable(),
  summary: z.string(),
});

export const getPayoutTrace = defineRoute({
  id: 'getPayoutTrace',
  service: 'audit',
  method: 'get',
  path: '/api/v1/payouts/:payoutId/trace',
  permission: 'payout:read',
  tag: 'Audit',
  summary: 'The way of a payout from click to settlement, built from the archive alone',
  params: payoutParams,
  responses: {
    200: z
      .strictObject({
        payoutId: ids.payout,
        complete: z.boolean(),
        missing: z.array(z.string()),
        /** Lines whose steps are left out because the payout has more than fit; `missing` speaks of all. */
        omittedLines: z.int(),
        steps: z.array(traceStep),
      })
      .meta({ id: 'PayoutTrace' }),
  },
});
export const getEvidence = defineRoute({
  id: 'getEvidence',
  service: 'audit',
  method: 'get',
  path: '/api/v1/payouts/:payoutId/evidence',
  permission: 'evidence:read',
  tag: 'Audit',
  summary: 'Signed evidence, NDJSON. Verify it offline with `npm run verify`',
  params: payoutParams,
  produces: 'application/x-ndjson',
  responses: { 200: z.string() },
});
export const verifyChain = defineRoute({
  id: 'verifyChain',
  service: 'audit',
  method: 'get',
  path: '/api/v1/audit/verification',
  permission: 'audit:read',
  tag: 'Audit',
  summary: 'Verify the hash chain from its first record',
  responses: {
    200: z
      .strictObject({
        valid: z.boolean(),
        records: z.int(),
        firstBroken: z.int().nullable(),
        reason: z.string().nullable(),
        head: z.string(),
        anchors: z.int(),
      })
      .meta({ id: 'ChainVerification' }),
  },
});
export const listAuditRecords = defineRoute({
  id: 'listAuditRecords',
  service: 'audit',
  method: 'get',
  path: '/api/v1/audit/records',
  permission: 'audit:read',
  tag: 'Audit',
  summary: 'The archive of every event',
  query: listQuery({
    type: z.string().optional(),
    subject: z.string().optional(),
    partnerId: ids.partner.optional(),
    brandId: ids.brand.optional(),
  }),
  responses: {
    200: listOf(
      z
        .strictObject({
          sequence: z.int(),
          hash: z.string(),
          previousHash: z.string(),
          recordedAt: instant,
          event: z.unknown(),
        })
        .meta({ id: 'AuditRecord' }),
    ),
  },
});
export const getEvidenceKey = defineRoute({
  id: 'getEvidenceKey',
  service: 'audit',
  method: 'get',
  path: '/api/v1/evidence-keys',
  permission: 'public',
  tag: 'Audit',
  summary: 'Public keys that evidence is signed with (PEM)',
  responses: {
    200: z.strictObject({
      keys: z.array(z.strictObject({ keyId: z.string(), publicKeyPem: z.string(), createdAt: instant, active: z.boolean() })),
    }),
  },
});
