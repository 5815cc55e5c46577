import { z } from 'zod';
import { currency, ids, instant, minorAmount, period, sha256Hex } from '../common.js';
import { defineEvent } from '../define-event.js';
import { dealTerms } from '../terms.js';

export const dealVersioned = defineEvent({
  type: 'commission.deal.versioned.v1',
  kind: 'fact',
  lane: 'control',
  rank: 4,
  producer: 'commission',
  consumers: ['insights'],
  summary: 'A new version of a deal was written. Versions are never changed.',
  schema: z.strictObject({
    dealId: ids.deal,
    version: z.int().positive(),
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    status: z.enum(['draft', 'active', 'ended']),
    effectiveFrom: instant,
    recordedAt: instant,
    terms: dealTerms,
    reason: z.string().nullable(),
    authorId: z.string(),
    /** SHA-256 of the canonical terms document. */
    documentHash: sha256Hex,
    /** What it was made from; null for a deal without a template. */
    templateId: ids.dealTemplate.nullable().optional(),
    templateVersion: z.int().positive().nullable().optional(),
    /** The bulk amendment that wrote it. */
    batchId: ids.dealBatch.nullable().optional(),
  }),
});

export const dealStatusChanged = defineEvent({
  type: 'commission.deal.status-changed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 6,
  producer: 'commission',
  consumers: ['insights'],
  summary: 'A version of a deal was proposed, accepted, declined, or put into force after it had been written.',
  schema: z.strictObject({
    dealId: ids.deal,
    version: z.int().positive(),
    partnerId: ids.partner,
    brandId: ids.brand,
    status: z.enum(['proposed', 'accepted', 'active', 'declined']),
    at: instant,
    actorId: z.string(),
    note: z.string().nullable(),
  }),
});

export const entryAccrued = defineEvent({
  type: 'commission.entry.accrued.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 20,
  producer: 'commission',
  consumers: ['approvals', 'payouts', 'insights'],
  summary: 'A posting of the commission journal: signed, never edited.',
  schema: z.strictObject({
    entryId: ids.entry,
    scope: z.string(),
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    /** Null, with the version and the conversion, for an adjustment: nothing was rated. */
    dealId: ids.deal.nullable(),
    dealVersion: z.int().positive().nullable(),
    /** Who wrote that deal version: the maker of an automatic commission. Of an adjustment: who made it. */
    dealAuthorId: z.string(),
    engineVersion: z.string(),
    /** The conversion whose scope this is (the original, for refunds too); null for what is rated by the month. */
    conversionId: ids.conversion.nullable(),
    /** The fact that made this posting: the conversion itself, a refund of it, or null for an amendment. */
    causeConversionId: ids.conversion.nullable(),
    /** Whose conversion it is, when that is known; never of what is rated by the month or made by hand. */
    customerId: ids.customer.nullable().optional(),
    component: z.string(),
    amount: minorAmount,
    currency,
    reason: z.enum(['accrual', 'refund', 'chargeback', 'amendment', 're-rating', 'late-fact', 'reattribution', 'statement', 'adjustment']),
    /** Of what is rated by the month: the statement that it was posted with, whose revisions are told apart. */
    statementId: ids.statement.nullable().optional(),
    /** The posting that this one corrects. */
    adjusts: ids.entry.nullable(),
    occurredAt: instant,
    recordedAt: instant,
    /** When the holding period ends: from then on it may be paid, once approved. */
    maturesAt: instant,
    period,
    /** SHA-256 of the canonical explanation document. */
    explanationHash: sha256Hex,
    /** The explanation itself: inputs, rules tried, steps, rounding. Recomputes to the same cents. */
    explanation: z.unknown(),
    traceparent: z.string().nullable(),
  }),
});

export const conversionRated = defineEvent({
  type: 'commission.conversion.rated.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 21,
  producer: 'commission',
  consumers: ['insights'],
  summary: 'The one outcome of a conversion as of now. A later one for the same conversion (late fact, amendment) replaces it.',
  schema: z.strictObject({
    conversionId: ids.conversion,
    brandId: ids.brand,
    partnerId: ids.partner.nullable(),
    outcome: z.enum(['commission', 'zero-commission', 'held', 'rejected', 'reversal']),
    reason: z.string().nullable(),
    /** Times this conversion has been rated: the highest holds. */
    rating: z.int().positive(),
    ratedAt: instant,
  }),
});

export const periodClosed = defineEvent({
  type: 'commission.period.closed.v1',
  kind: 'fact',
  lane: 'control',
  rank: 5,
  producer: 'commission',
  consumers: ['insights'],
  summary: 'A month of a brand was closed: differences to it post into the open one from now on.',
  schema: z.strictObject({ brandId: ids.brand, period, closedAt: instant, closedBy: z.string() }),
});
