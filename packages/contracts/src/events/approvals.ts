import { z } from 'zod';
import { currency, ids, instant, minorAmount, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';

const decision = z.strictObject({
  approvalId: ids.approval,
  entryId: ids.entry,
  partnerId: ids.partner,
  brandId: ids.brand,
  amount: minorAmount,
  currency,
  /** `automatic`, or who decided. */
  decidedBy: z.string(),
  automatic: z.boolean(),
  /** The policy sentence that routed it, readable. */
  route: z.string(),
  reason: z.string().nullable(),
  decidedAt: instant,
  /** Counts the decisions on this approval: the highest holds. */
  decision: z.int().positive(),
});

export const commissionApproved = defineEvent({
  type: 'approvals.commission.approved.v1',
  kind: 'fact',
  lane: 'control',
  rank: 30,
  producer: 'approvals',
  consumers: ['payouts', 'commission', 'insights'],
  summary: 'A commission entry may be paid once matured.',
  schema: decision,
});
export const commissionHeld = defineEvent({
  type: 'approvals.commission.held.v1',
  kind: 'fact',
  lane: 'control',
  rank: 30,
  producer: 'approvals',
  consumers: ['payouts', 'commission', 'insights'],
  summary: 'A commission entry is held back until somebody decides.',
  schema: decision,
});
export const commissionRejected = defineEvent({
  type: 'approvals.commission.rejected.v1',
  kind: 'fact',
  lane: 'control',
  rank: 30,
  producer: 'approvals',
  consumers: ['payouts', 'commission', 'insights'],
  summary: 'A commission entry will not be paid.',
  schema: decision,
});

export const runCleared = defineEvent({
  type: 'approvals.run.cleared.v1',
  kind: 'fact',
  lane: 'control',
  rank: 41,
  producer: 'approvals',
  consumers: ['payouts'],
  summary: 'The sealed content of a payout run passed the last risk check. Valid for exactly this content hash.',
  schema: z.strictObject({
    clearanceId: ids.clearance,
    runId: ids.run,
    contentHash: sha256Hex,
    checks: z.array(z.strictObject({ check: z.string(), outcome: z.string() })),
    clearedAt: instant,
  }),
});
export const runRefused = defineEvent({
  type: 'approvals.run.refused.v1',
  kind: 'fact',
  lane: 'control',
  rank: 41,
  producer: 'approvals',
  consumers: ['payouts'],
  summary: 'The sealed content of a payout run must not go out.',
  schema: z.strictObject({
    runId: ids.run,
    contentHash: sha256Hex,
    reason: z.string(),
    entryIds: z.array(ids.entry),
    refusedAt: instant,
  }),
});

export const caseEscalated = defineEvent({
  type: 'approvals.case.escalated.v1',
  kind: 'fact',
  lane: 'control',
  rank: 46,
  producer: 'approvals',
  consumers: [],
  summary: 'A risk case was not resolved by its deadline. What it holds stays held.',
  schema: z.strictObject({
    caseId: ids.case,
    brandId: ids.brand,
    partnerId: ids.partner.nullable(),
    rule: z.string(),
    assignedTo: z.string().nullable(),
    dueAt: instant,
    escalatedAt: instant,
  }),
});

export const runRecalled = defineEvent({
  type: 'approvals.run.recalled.v1',
  kind: 'fact',
  lane: 'control',
  rank: 41,
  producer: 'approvals',
  consumers: ['payouts'],
  summary: 'After a run was cleared, a risk hit held entries of it again. Their payouts must not go out; what went out is to be looked at.',
  schema: z.strictObject({
    runId: ids.run,
    /** Of the content that was cleared. */
    contentHash: sha256Hex,
    payoutIds: z.array(ids.payout).min(1),
    entryIds: z.array(ids.entry).min(1),
    hitIds: z.array(ids.riskHit).min(1),
    recalledAt: instant,
  }),
});

export const partnerBanned = defineEvent({
  type: 'approvals.partner.banned.v1',
  kind: 'fact',
  lane: 'control',
  rank: 46,
  producer: 'approvals',
  consumers: [],
  summary: 'A ban of a partner, by a brand itself or by another one, took effect at a brand, as that brand chose.',
  schema: z.strictObject({
    banId: ids.networkBan,
    partnerId: ids.partner,
    /** Where it took effect. */
    brandId: ids.brand,
    /** Whose ban it is. */
    sourceBrandId: ids.brand,
    effect: z.enum(['ban', 'hold', 'notify']),
    at: instant,
  }),
});
