import { z } from 'zod';
import { currency, ids, instant, minorAmount, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { roles } from '../permissions.js';
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

export const activityRow = z
  .strictObject({
    day: z.string(),
    brandId: ids.brand,
    partnerId: ids.partner.nullable(),
    currency: currency.nullable(),
    clicks: z.int(),
    conversions: z.int(),
    refunds: z.int(),
    accrued: minorAmount,
    approved: minorAmount,
    paid: minorAmount,
  })
  .meta({ id: 'Activity' });
export const getActivity = defineRoute({
  id: 'getActivity',
  service: 'insights',
  method: 'get',
  path: '/api/v1/insights/activity',
  permission: 'insight:read',
  tag: 'Insights',
  summary: 'Counters by day, brand and partner',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
    by: z.enum(['partner', 'brand']).default('brand'),
  }),
  responses: { 200: listOf(activityRow) },
});
export const getOutcomeCounts = defineRoute({
  id: 'getOutcomeCounts',
  service: 'insights',
  method: 'get',
  path: '/api/v1/insights/outcomes',
  permission: 'insight:read',
  tag: 'Insights',
  summary: 'How many conversions ended in which outcome',
  query: z.strictObject({ brandId: ids.brand.optional() }),
  responses: { 200: z.strictObject({ conversions: z.int(), outcomes: z.record(z.string(), z.int()) }) },
});

export const apiKey = z
  .strictObject({
    id: ids.apiKey,
    name: z.string(),
    roles: z.array(z.enum(roles)),
    brandIds: z.array(ids.brand),
    partnerId: ids.partner.nullable(),
    status: z.enum(['active', 'revoked']),
    createdAt: instant,
  })
  .meta({ id: 'ApiKey' });
export const createApiKey = defineRoute({
  id: 'createApiKey',
  service: 'gateway',
  method: 'post',
  path: '/api/v1/api-keys',
  permission: 'api-key:write',
  tag: 'Access',
  idempotent: true,
  summary: 'Make a key for another program or person. It is shown once',
  body: z.strictObject({
    name: text(200),
    roles: z.array(z.enum(roles)).min(1),
    brandIds: z.array(ids.brand).max(100).optional(),
  }),
  responses: { 201: apiKey.extend({ key: z.string() }).meta({ id: 'ApiKeyWithSecret' }) },
});
export const listApiKeys = defineRoute({
  id: 'listApiKeys',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/api-keys',
  permission: 'api-key:read',
  tag: 'Access',
  summary: 'Keys, without their secrets',
  query: listQuery({}),
  responses: { 200: listOf(apiKey) },
});
export const revokeApiKey = defineRoute({
  id: 'revokeApiKey',
  service: 'gateway',
  method: 'delete',
  path: '/api/v1/api-keys/:apiKeyId',
  permission: 'api-key:write',
  tag: 'Access',
  summary: 'Revoke a key',
  params: z.strictObject({ apiKeyId: ids.apiKey }),
  responses: { 200: apiKey },
});
export const moveClock = defineRoute({
  id: 'moveClock',
  service: 'gateway',
  method: 'post',
  path: '/api/v1/clock',
  permission: 'clock:write',
  tag: 'Sandbox',
  summary: 'Move the simulated clock (sandbox and tests only)',
  body: z.strictObject({ now: instant }),
  responses: { 200: z.strictObject({ now: instant, simulated: z.boolean() }) },
});
export const getClock = defineRoute({
  id: 'getClock',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/clock',
  permission: 'brand:read',
  tag: 'Sandbox',
  summary: "The time by the platform's clock",
  responses: { 200: z.strictObject({ now: instant, simulated: z.boolean() }) },
});
export const getMe = defineRoute({
  id: 'getMe',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/me',
  permission: 'brand:read',
  tag: 'Access',
  summary: 'Who you are and what you may do',
  responses: {
    200: z.strictObject({
      actorId: z.string(),
      actorKind: z.string(),
      roles: z.array(z.string()),
      brandIds: z.array(z.string()),
      permissions: z.array(z.string()),
    }),
  },
});

const parkedMessage = z
  .strictObject({
    service: z.string(),
    eventId: z.string(),
    type: z.string(),
    status: z.string(),
    reason: z.string(),
    attempts: z.int(),
    receivedAt: instant,
    lane: z.string(),
  })
  .meta({ id: 'ParkedMessage' });
const parkedParams = z.strictObject({ service: z.string(), eventId: z.string() });
export const listParked = defineRoute({
  id: 'listParked',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/operations/parked',
  permission: 'operations:read',
  tag: 'Operations',
  summary: 'Messages set aside, over all services',
  query: listQuery({ service: z.string().optional() }),
  responses: {
    200: z.strictObject({
      data: z.array(parkedMessage),
      nextCursor: z.string().nullable(),
      unavailable: z.array(z.string()),
    }),
  },
});
export const showParked = defineRoute({
  id: 'showParked',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/operations/parked/:service/:eventId',
  permission: 'operations:read',
  tag: 'Operations',
  summary: 'A parked message in full',
  params: parkedParams,
  responses: { 200: parkedMessage.extend({ event: z.unknown() }) },
});
export const replayParked = defineRoute({
  id: 'replayParked',
  service: 'gateway',
  method: 'post',
  path: '/api/v1/operations/parked/:service/:eventId/replay',
  permission: 'operations:write',
  tag: 'Operations',
  summary: 'Try a parked message again',
  params: parkedParams,
  responses: { 200: parkedMessage },
});
export const discardParked = defineRoute({
  id: 'discardParked',
  service: 'gateway',
  method: 'post',
  path: '/api/v1/operations/parked/:service/:eventId/discard',
  permission: 'operations:write',
  tag: 'Operations',
  summary: 'Give a parked message up, with a reason',
  params: parkedParams,
  body: z.strictObject({ reason: text(500) }),
  responses: { 200: parkedMessage },
});
export const getQuiet = defineRoute({
  id: 'getQuiet',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/operations/quiet',
  permission: 'operations:read',
  tag: 'Operations',
  summary: 'Whether every service has handled all it has accepted',
  responses: {
    200: z.strictObject({
      quiet: z.boolean(),
      services: z.array(
        z.strictObject({
          service: z.string(),
          quiet: z.boolean(),
          unpublished: z.int(),
          pending: z.int(),
          parked: z.int(),
        }),
      ),
    }),
  },
});
export const replayArchive = defineRoute({
  id: 'replayArchive',
  service: 'audit',
  method: 'post',
  path: '/api/v1/operations/replays',
  permission: 'operations:write',
  tag: 'Operations',
  summary: 'Send the archive from an instant on to one service again, at a limited rate',
  body: z.strictObject({
    service: z.string(),
    from: instant,
    eventsPerSecond: z.int().min(1).max(20000).optional(),
    rebuild: z.boolean().optional(),
  }),
  responses: { 202: z.strictObject({ service: z.string(), from: instant, sent: z.int() }) },
});
