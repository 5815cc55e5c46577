import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listOf, listQuery } from './shared.js';

const banEffect = z.enum(['ban', 'hold', 'notify']);

export const networkBan = z
  .strictObject({
    id: ids.networkBan,
    brandId: ids.brand,
    partnerId: ids.partner,
    reason: z.string(),
    /** The case that it rests on, if any. */
    caseId: ids.case.nullable(),
    /** The brand whose ban made this one, by the brand's own policy; null when people of this brand made it. */
    sourceBrandId: ids.brand.nullable(),
    status: z.enum(['proposed', 'active', 'lifted']),
    proposedBy: z.string(),
    proposedAt: instant,
    confirmedBy: z.string().nullable(),
    liftedBy: z.string().nullable(),
  })
  .meta({ id: 'NetworkBan' });

export const proposeNetworkBan = defineRoute({
  id: 'proposeNetworkBan',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/network-bans',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Propose to ban a partner for fraud. Another person confirms it; then every brand acts on it by its own policy',
  body: z.strictObject({ brandId: ids.brand, partnerId: ids.partner, reason: text(500), caseId: ids.case.optional() }),
  responses: { 201: networkBan },
});
export const decideNetworkBan = defineRoute({
  id: 'decideNetworkBan',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/network-bans/:banId/decision',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'Confirm a ban, or lift it. Who proposed it can do neither. What it held stays held until it is decided',
  params: z.strictObject({ banId: ids.networkBan }),
  body: z.strictObject({ decision: z.enum(['confirm', 'lift']), reason: text(500) }),
  responses: { 200: networkBan },
});
export const listNetworkBans = defineRoute({
  id: 'listNetworkBans',
  service: 'approvals',
  method: 'get',
  path: '/api/v1/network-bans',
  permission: 'risk:read',
  tag: 'Risk',
  summary: 'The bans of the brands that one sees, newest first',
  query: listQuery({ brandId: ids.brand.optional(), partnerId: ids.partner.optional() }),
  responses: { 200: listOf(networkBan) },
});

export const networkBanPolicy = z
  .strictObject({ brandId: ids.brand, version: z.int().positive(), onBan: banEffect, writtenBy: z.string(), writtenAt: instant })
  .meta({ id: 'NetworkBanPolicy' });
export const setNetworkBanPolicy = defineRoute({
  id: 'setNetworkBanPolicy',
  service: 'approvals',
  method: 'post',
  path: '/api/v1/brands/:brandId/network-ban-policies',
  permission: 'risk:write',
  tag: 'Risk',
  idempotent: true,
  summary: 'What becomes of a partner here whom another brand has banned: banned and held, held, or only told of. Until said: held',
  params: z.strictObject({ brandId: ids.brand }),
  body: z.strictObject({ onBan: banEffect }),
  responses: { 201: networkBanPolicy },
});
