import { z } from 'zod';
import { currency, ids, instant, minorAmount, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

export const writeOff = z
  .strictObject({
    id: ids.writeOff,
    partnerId: ids.partner,
    brandId: ids.brand,
    currency,
    /** What the partner does not owe any more. */
    amount: minorAmount,
    entryIds: z.array(ids.entry),
    reason: z.string(),
    status: z.enum(['proposed', 'approved', 'declined']),
    proposedBy: z.string(),
    proposedAt: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'WriteOff' });

const params = z.strictObject({ writeOffId: ids.writeOff });

export const proposeWriteOff = defineRoute({
  id: 'proposeWriteOff',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/partners/:partnerId/write-offs',
  permission: 'payout:build',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Propose to write off what a partner owes: entries that take something back, named, and their sum',
  params: z.strictObject({ partnerId: ids.partner }),
  query: dryRunQuery,
  body: z.strictObject({
    brandId: ids.brand,
    entryIds: z.array(ids.entry).min(1).max(100),
    /** Their sum, without its sign: what the proposer believes to forgive. */
    amount: z.int().positive(),
    reason: text(500),
  }),
  responses: { 201: writeOff },
});
export const decideWriteOff = defineRoute({
  id: 'decideWriteOff',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/write-offs/:writeOffId/decide',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  dryRun: true,
  summary: 'Approve or decline a write-off that somebody else has proposed',
  params,
  query: dryRunQuery,
  body: z.strictObject({ decision: z.enum(['approve', 'decline']) }),
  responses: { 200: writeOff },
});
export const getWriteOff = defineRoute({
  id: 'getWriteOff',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/write-offs/:writeOffId',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'A write-off',
  params,
  responses: { 200: writeOff },
});
export const listWriteOffs = defineRoute({
  id: 'listWriteOffs',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/write-offs',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'Write-offs, newest first',
  query: listQuery({ brandId: ids.brand.optional(), partnerId: ids.partner.optional() }),
  responses: { 200: listOf(writeOff) },
});
