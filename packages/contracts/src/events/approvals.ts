import { z } from 'zod';
import { countryCode, currency, ids, instant, minorAmount, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';
import { networkKinds } from '../risk-parameters.js';
import { routedKind, routingRow } from '../routing-row.js';

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
  /** The row of the routing table that matched; `policyVersion` null: the table that the brand's limits make. */
  routing: z.strictObject({ policyVersion: z.int().nullable(), row: z.string() }).optional(),
  reason: z.string().nullable(),
  decidedAt: instant,
  /** Counts the decisions on this approval: the highest holds. */
  decision: z.int().positive(),
  /** What a person decided on, and who approved which stage of it. Absent for automatic decisions. */
  contentHash: sha256Hex.optional(),
  /** In whose name a delegate decided. */
  onBehalfOf: z.string().optional(),
  stages: z
    .array(z.strictObject({ stage: z.enum(['manager', 'finance']), decidedBy: z.string(), onBehalfOf: z.string().optional() }))
    .optional(),
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

export const commissionEscalated = defineEvent({
  type: 'approvals.commission.escalated.v1',
  kind: 'fact',
  lane: 'control',
  rank: 30,
  producer: 'approvals',
  consumers: [],
  summary: 'A stage of an approval is past its deadline and still open. It decides nothing.',
  schema: z.strictObject({
    approvalId: ids.approval,
    entryId: ids.entry,
    partnerId: ids.partner,
    brandId: ids.brand,
    amount: minorAmount,
    currency,
    stage: z.enum(['manager', 'finance']),
    dueAt: instant,
    escalatedAt: instant,
  }),
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

export const routingPolicyAccepted = defineEvent({
  type: 'approvals.routing-policy.accepted.v1',
  kind: 'fact',
  lane: 'control',
  rank: 2,
  producer: 'approvals',
  consumers: ['payouts'],
  summary: "A version of a brand's routing table counts: who decides on what, from an instant on.",
  schema: z.strictObject({
    brandId: ids.brand,
    /** Absent: commissions. */
    appliesTo: routedKind.optional(),
    version: z.int().positive(),
    effectiveFrom: instant,
    rows: z.array(routingRow),
    reason: z.string(),
    documentHash: sha256Hex,
    authorId: z.string(),
    acceptedBy: z.string(),
    acceptedAt: instant,
  }),
});

export const delegationChanged = defineEvent({
  type: 'approvals.delegation.changed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 2,
  producer: 'approvals',
  consumers: [],
  summary: 'A person lets another decide in his name for a time, or has taken that back.',
  schema: z.strictObject({
    delegationId: ids.delegation,
    brandId: ids.brand,
    giverId: z.string(),
    delegateId: z.string(),
    validFrom: instant,
    validUntil: instant,
    reason: z.string(),
    aboveThreshold: z.boolean(),
    createdAt: instant,
    revokedBy: z.string().nullable(),
    revokedAt: instant.nullable(),
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

export const networkVerdictRecorded = defineEvent({
  type: 'approvals.network-verdict.recorded.v1',
  kind: 'fact',
  lane: 'control',
  rank: 9,
  producer: 'approvals',
  consumers: ['commission'],
  summary: 'From what kind of network a conversion, or a customer, came: as an adapter said of the address, which is kept nowhere.',
  schema: z.strictObject({
    signalId: ids.riskSignal,
    brandId: ids.brand,
    subjectId: z.union([ids.conversion, ids.customer]),
    /** Counts the verdicts on the subject. */
    verdict: z.int().positive(),
    /** `unknown`: the adapter could not be asked. That is a verdict on nobody. */
    network: z.enum([...networkKinds, 'unknown']),
    country: countryCode.nullable(),
    /** When the address was seen. */
    seenAt: instant,
    recordedAt: instant,
  }),
});
