import { z } from 'zod';
import { countryCode, currency, ids, instant, minorAmount, sha256Hex } from '../common.js';
import { conversionDetails } from '../conversion-details.js';
import { defineEvent } from '../define-event.js';
import { conversionKind } from '../terms.js';

export const linkChanged = defineEvent({
  type: 'tracking.link.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 3,
  producer: 'tracking',
  consumers: ['insights'],
  summary: 'A tracking link as it stands now.',
  schema: z.strictObject({
    linkId: ids.link,
    code: z.string(),
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    destinationUrl: z.string(),
    status: z.enum(['active', 'disabled']),
    createdAt: instant,
  }),
});

export const customerChanged = defineEvent({
  type: 'tracking.customer.changed.v1',
  kind: 'snapshot',
  lane: 'control',
  rank: 8,
  producer: 'tracking',
  consumers: ['commission'],
  summary:
    'A customer of whom something was recorded: a tag, a verification, an exclusion, another partner. Not told of those of whom nothing was.',
  schema: z.strictObject({
    customerId: ids.customer,
    brandId: ids.brand,
    /** Whose he is when this is told: by reassignment, else by the click that bound him. Each conversion says itself whose it is. */
    partnerId: ids.partner.nullable(),
    tags: z.array(z.strictObject({ tag: z.string(), effectiveFrom: instant, effectiveTo: instant.nullable(), recordedAt: instant })),
    /** Of his latest event that named one when this is told; a later one is not told of by itself. */
    country: countryCode.nullable(),
    kycVerifiedAt: instant.nullable(),
    /** Since when he is self-excluded: the earliest that was ever recorded. */
    excludedFrom: instant.nullable(),
    /** In the order of recording: at an instant, of those from then or before, the last one recorded holds. */
    assignments: z.array(z.strictObject({ partnerId: ids.partner, effectiveFrom: instant, recordedAt: instant, reason: z.string() })),
    changedAt: instant,
  }),
});

export const clicksCounted = defineEvent({
  type: 'tracking.clicks.counted.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 10,
  producer: 'tracking',
  consumers: ['insights'],
  summary:
    'How many clicks a link had in one minute, as counted by one flush. Several counts of one minute add up; each is a fact of its own.',
  schema: z.strictObject({
    /** Unique per count: the business key. */
    countId: z.string(),
    partnerId: ids.partner,
    brandId: ids.brand,
    linkId: ids.link,
    minute: instant,
    clicks: z.int().positive(),
    uniqueClicks: z.int().nonnegative(),
  }),
});

/** How a conversion found its partner. Subject to the field's order: reference to the original, reassignment, click, coupon, customer, named partner. */
export const attribution = z
  .strictObject({
    method: z.enum(['click', 'coupon', 'customer', 'partner', 'original', 'reassignment']),
    model: z.literal('last-click'),
    partnerId: ids.partner,
    linkId: ids.link.nullable(),
    clickId: ids.click.nullable(),
    clickedAt: instant.nullable(),
    windowDays: z.int(),
    /** W3C trace context of the click's request, kept so that the way back to it can be linked. */
    clickTraceparent: z.string().nullable(),
    touches: z.array(z.strictObject({ clickId: ids.click, linkId: ids.link, partnerId: ids.partner, clickedAt: instant })).max(50),
    decidedAt: instant,
    /** What was seen of the deciding click, without saying who clicked. Null or absent where no click was seen. */
    signals: z
      .strictObject({
        /** Host of the page that the click came from; null when it did not say. */
        referrerHost: z.string().nullable(),
        device: z.enum(['bot', 'mobile', 'tablet', 'desktop']),
        /** Keyed HMAC of address and browser. */
        visitor: z.string(),
      })
      .nullable()
      .optional(),
  })
  .meta({ id: 'Attribution' });

/** A conversion in full: every event about it carries all of it, so no consumer has to join. */
export const conversion = z.strictObject({
  conversionId: ids.conversion,
  /** The sender's key, unique per brand. */
  eventId: z.string(),
  kind: conversionKind,
  brandId: ids.brand,
  programId: ids.program,
  customerId: ids.customer.nullable(),
  occurredAt: instant,
  receivedAt: instant,
  amount: minorAmount.nullable(),
  currency: currency.nullable(),
  /** Of a refund or chargeback. The conversion id is null while the original has not arrived. */
  originalEventId: z.string().nullable(),
  originalConversionId: ids.conversion.nullable(),
  partnerId: ids.partner.nullable(),
  /** Why there is no partner, when there is none. */
  unattributedReason: z
    .enum(['no-touch', 'outside-window', 'click-unknown', 'customer-unknown', 'partner-not-enrolled', 'original-unknown', 'coupon-unknown'])
    .nullable(),
  attribution: attribution.nullable(),
  /** SHA-256 of the canonical form of what the sender sent: two events with one id but other content are told apart by it. */
  contentHash: sha256Hex,
  /** Salted commitments of free attributes (they count as personal data); plain values stay in tracking. */
  attributesCommitment: z.string().nullable(),
  /** `click`, `enrollment`: tracking made it of one, as the brand's policy `clicksAreEvents` or `enrollmentsAreEvents` asks. */
  source: z.enum(['api', 'postback', 'import', 'pixel', 'click', 'enrollment']),
  /** What was bought, traded or played; null when nothing was said of it. Absent in what was written before there were details. */
  details: conversionDetails.nullable().optional(),
  /** 0 as recorded; 1, 2, ... as attributed since. Of what is told of a conversion the highest holds. Absent: 0 when recorded, 1 when attributed. */
  revision: z.int().nonnegative().optional(),
});
export type ConversionData = z.infer<typeof conversion>;

export const conversionRecorded = defineEvent({
  type: 'tracking.conversion.recorded.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 11,
  producer: 'tracking',
  consumers: ['commission', 'approvals', 'insights'],
  summary: 'A conversion was accepted, with the attribution known at that time.',
  schema: conversion,
});

export const conversionAttributed = defineEvent({
  type: 'tracking.conversion.attributed.v1',
  kind: 'fact',
  lane: 'facts',
  rank: 12,
  producer: 'tracking',
  consumers: ['commission', 'approvals', 'insights'],
  summary:
    'A recorded conversion found its partner or its original later, or its customer was reassigned. Supersedes what lower revisions said about them.',
  schema: conversion,
});
