import { z } from 'zod';
import { currency, ids, instant, minorAmount, sha256Hex, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { dryRunQuery, listOf, listQuery } from './shared.js';

/** What may be found of a payout while payouts are frozen. */
export const freezeFindingKinds = [
  /** The rail has it, and the books did not know it: they do now. */
  'taken-up',
  /** The books held it for unsent; it was sent. */
  'was-sent',
  /** It was sent, and cannot be taken up yet: an entry of it is not known here, or lies in another run. */
  'waiting',
  /** The rail could not be asked. */
  'not-asked',
] as const;

export const payoutFreeze = z
  .strictObject({
    id: ids.payoutFreeze,
    status: z.enum(['frozen', 'release-proposed', 'released']),
    reason: z.string(),
    frozenBy: z.string(),
    frozenAt: instant,
    /** When rails and books were last compared; null before that. */
    checkedAt: instant.nullable(),
    findings: z.array(
      z.strictObject({
        payoutId: ids.payout,
        brandId: ids.brand,
        kind: z.enum(freezeFindingKinds),
        rail: z.string(),
        amount: minorAmount,
        currency,
        detail: z.string(),
      }),
    ),
    /** SHA-256 of the findings: a release is of what was seen. */
    findingsHash: sha256Hex.nullable(),
    releaseReason: z.string().nullable(),
    proposedBy: z.string().nullable(),
    proposedAt: instant.nullable(),
    releasedBy: z.string().nullable(),
    releasedAt: instant.nullable(),
  })
  .meta({ id: 'PayoutFreeze' });
const params = z.strictObject({ freezeId: ids.payoutFreeze });

export const listPayoutFreezes = defineRoute({
  id: 'listPayoutFreezes',
  service: 'payouts',
  method: 'get',
  path: '/api/v1/payout-freezes',
  permission: 'payout:read',
  tag: 'Payouts',
  summary: 'Freezes of all payouts, newest first, with what was found: for callers who see every brand',
  query: listQuery({}),
  responses: { 200: listOf(payoutFreeze) },
});
export const freezePayouts = defineRoute({
  id: 'freezePayouts',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-freezes',
  permission: 'payout:approve',
  tag: 'Payouts',
  dryRun: true,
  summary: 'Freeze all payouts: nothing is built, approved or sent, and every rail is asked what it has',
  query: dryRunQuery,
  body: z.strictObject({ reason: text(500) }),
  responses: { 201: payoutFreeze },
});
export const proposeRelease = defineRoute({
  id: 'proposeRelease',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-freezes/:freezeId/release',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Propose to release payouts, for what was found. A second person must confirm it',
  params,
  body: z.strictObject({ reason: text(500), findingsHash: sha256Hex }),
  responses: { 200: payoutFreeze },
});
export const confirmRelease = defineRoute({
  id: 'confirmRelease',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-freezes/:freezeId/release/confirm',
  permission: 'payout:approve',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Release payouts, as somebody else proposed',
  params,
  /** What is confirmed: when more was found meanwhile, it is not. */
  body: z.strictObject({ findingsHash: sha256Hex, proposedBy: z.string().min(1).max(200) }),
  responses: { 200: payoutFreeze },
});
