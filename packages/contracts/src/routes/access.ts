import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { roles } from '../permissions.js';
import { listOf, listQuery } from './shared.js';

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
