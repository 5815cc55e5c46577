import { z } from 'zod';
import { countryCode, currency, ids, instant, slug, text, timeZone } from '../common.js';
import { defineEvent } from '../define-event.js';
import { termDefaults } from '../terms.js';

/** What a brand lays down for everything that leaves it out. */
export const brandPolicy = z.strictObject({
  attributionWindowDays: z.int().min(0).max(730),
  holdDays: z.int().min(0).max(365),
  /** Commissions up to this amount of a low-risk partner approve themselves (minor units of the brand's currency). */
  autoApproveUpTo: z.int().nonnegative(),
  /** Above this amount a programme manager's decision is not enough: a finance approver decides. */
  financeThreshold: z.int().nonnegative(),
  /** Payouts below this stay in the balance. */
  minimumPayout: z.int().nonnegative(),
  /** For how many full days after the payment a commission may still be taken back. Null or absent: without end. */
  clawbackDays: z.int().min(0).max(3650).nullable().optional(),
  /** With which brands debts of a partner are offset: none (`brand`, also when absent), those of the same `licence`, or all of the operator. Both must say so. */
  offsetScope: z.enum(['brand', 'licence', 'operator']).optional(),
  /** The licence that the brand runs under. */
  licence: text(64).nullable().optional(),
  /** Each unique click of a person becomes a conversion of kind `click`, so that deals can pay for it. Absent: false. */
  clicksAreEvents: z.boolean().optional(),
  /** Each enrolment approved while this holds becomes a conversion of kind `enrollment`, so that deals can pay for recruits. Absent: false. */
  enrollmentsAreEvents: z.boolean().optional(),
  /** What the brand chooses for every policy that its deals leave open, and its margin guard; see docs/deal-terms.md. */
  terms: termDefaults.optional(),
});

export const brandChanged = defineEvent({
  type: 'directory.brand.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 0,
  producer: 'directory',
  consumers: ['tracking', 'commission', 'approvals', 'payouts', 'notifications', 'insights', 'gateway'],
  summary: 'A brand as it stands now, with its default programme and policy.',
  schema: z.strictObject({
    brandId: ids.brand,
    name: z.string(),
    slug,
    currency,
    timeZone,
    status: z.enum(['active', 'archived']),
    defaultProgramId: ids.program,
    programIds: z.array(ids.program),
    policy: brandPolicy,
    changedAt: instant,
  }),
});

export const partnerChanged = defineEvent({
  type: 'directory.partner.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 1,
  producer: 'directory',
  consumers: ['tracking', 'commission', 'approvals', 'payouts', 'notifications', 'insights'],
  summary: 'A partner as it stands now. Name and e-mail never travel: who needs them asks the directory at the time of use.',
  schema: z.strictObject({
    partnerId: ids.partner,
    type: z.string(),
    country: countryCode.nullable(),
    status: z.enum(['active', 'suspended', 'archived']),
    riskLevel: z.enum(['low', 'medium', 'high']),
    parentId: ids.partner.nullable(),
    tags: z.array(
      z.strictObject({
        tag: z.string(),
        effectiveFrom: instant,
        effectiveTo: instant.nullable(),
        /** When this span was written, or its end was. Absent in what was written before it was told. */
        recordedAt: instant.optional(),
      }),
    ),
    /** Effective-dated and appended only. At an instant, of the spans from then or before, the one recorded last holds. */
    tiers: z.array(z.strictObject({ tier: z.string().nullable(), effectiveFrom: instant, recordedAt: instant })).optional(),
    /** As tiers. `parentId` is the one that holds now. */
    parents: z.array(z.strictObject({ parentId: ids.partner.nullable(), effectiveFrom: instant, recordedAt: instant })).optional(),
    /** As tiers. */
    managers: z.array(z.strictObject({ managerId: z.string().nullable(), effectiveFrom: instant, recordedAt: instant })).optional(),
    /** Commitment (salted HMAC) of name and e-mail, so that a change of them leaves a trace without being readable. */
    contactCommitment: z.string(),
    /** When name or e-mail were changed last. Absent: never, or not told. */
    contactChangedAt: instant.optional(),
    changedAt: instant,
  }),
});

export const enrollmentChanged = defineEvent({
  type: 'directory.enrollment.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 2,
  producer: 'directory',
  consumers: ['tracking', 'commission', 'payouts', 'insights'],
  summary: 'The enrolment of a partner in a programme of a brand.',
  schema: z.strictObject({
    enrollmentId: ids.enrollment,
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    status: z.enum(['active', 'suspended', 'ended']),
    /** When it was approved, that is became active for the first time. Stays the same, whatever becomes of it. */
    enrolledAt: instant,
    changedAt: instant,
  }),
});
