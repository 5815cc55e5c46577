import { z } from 'zod';
import { currency, freeAttributes, ids, instant, largestReportedAmount, positiveAmount, text } from '../common.js';
import { detailFields, quantity } from '../conversion-details.js';
import { defineRoute } from '../define-route.js';
import { conversion } from '../events/tracking.js';
import { conversionKind } from '../terms.js';
import { listOf, listQuery } from './shared.js';

const subIds = z.strictObject({
  sub1: z.string().max(200).optional(),
  sub2: z.string().max(200).optional(),
  sub3: z.string().max(200).optional(),
  sub4: z.string().max(200).optional(),
  sub5: z.string().max(200).optional(),
});
export const link = z
  .strictObject({
    id: ids.link,
    code: z.string(),
    url: z.string(),
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program,
    destinationUrl: z.string(),
    subIds,
    status: z.enum(['active', 'disabled']),
    createdAt: instant,
  })
  .meta({ id: 'Link' });
export const click = z
  .strictObject({
    id: ids.click,
    linkId: ids.link,
    partnerId: ids.partner,
    brandId: ids.brand,
    clickedAt: instant,
    subIds,
    isUnique: z.boolean(),
  })
  .meta({ id: 'Click' });
export const customer = z
  .strictObject({
    id: ids.customer,
    brandId: ids.brand,
    partnerId: ids.partner.nullable(),
    boundAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Customer' });

/** One event as a sender reports it. What refers to what is checked by tracking's domain, with named reasons. */
export const trackingEvent = z
  .strictObject({
    type: conversionKind,
    /** The sender's own key. Required unless `allowUnkeyed` is true: without one an event cannot be told from its repetition. */
    eventId: z.string().min(1).max(200).optional(),
    allowUnkeyed: z.boolean().optional(),
    brandId: ids.brand,
    programId: ids.program.optional(),
    clickId: z.string().max(200).optional(),
    customerKey: z.string().min(1).max(200).optional(),
    couponCode: z.string().min(1).max(100).optional(),
    partnerId: ids.partner.optional(),
    originalEventId: z.string().min(1).max(200).optional(),
    occurredAt: instant,
    amount: positiveAmount.max(largestReportedAmount).optional(),
    currency: currency.optional(),
    quantity: quantity.optional(),
    /** The quantity of a trade: instead of `quantity`, not beside it. */
    lots: quantity.optional(),
    ...detailFields,
    attributes: freeAttributes.optional(),
  })
  .meta({ id: 'TrackingEvent' });
export type TrackingEventBody = z.infer<typeof trackingEvent>;

export const eventOutcome = z
  .discriminatedUnion('outcome', [
    z.strictObject({
      outcome: z.literal('accepted'),
      eventId: z.string(),
      conversionId: ids.conversion,
      partnerId: ids.partner.nullable(),
    }),
    z.strictObject({ outcome: z.literal('duplicate'), eventId: z.string(), duplicateOf: ids.conversion }),
    z.strictObject({
      outcome: z.literal('rejected'),
      eventId: z.string().nullable(),
      code: z.string(),
      why: z.string(),
      errors: z.array(z.strictObject({ pointer: z.string(), rule: z.string() })).optional(),
    }),
  ])
  .meta({ id: 'EventOutcome' });

export const createLink = defineRoute({
  id: 'createLink',
  service: 'tracking',
  method: 'post',
  path: '/api/v1/links',
  permission: 'link:write',
  tag: 'Links',
  idempotent: true,
  summary: 'Make a tracking link',
  body: z.strictObject({
    partnerId: ids.partner,
    brandId: ids.brand,
    programId: ids.program.optional(),
    destinationUrl: z.url().max(2000),
    code: z
      .string()
      .regex(/^[A-Za-z0-9_-]{3,64}$/)
      .optional(),
    subIds: subIds.optional(),
  }),
  responses: { 201: link },
});
export const listLinks = defineRoute({
  id: 'listLinks',
  service: 'tracking',
  method: 'get',
  path: '/api/v1/links',
  permission: 'link:read',
  tag: 'Links',
  summary: 'Tracking links',
  query: listQuery({ partnerId: ids.partner.optional(), brandId: ids.brand.optional() }),
  responses: { 200: listOf(link) },
});
export const followLink = defineRoute({
  id: 'followLink',
  service: 'tracking',
  method: 'get',
  path: '/c/:code',
  permission: 'public',
  tag: 'Tracking',
  summary: 'Record a click and go on to the destination',
  params: z.strictObject({ code: z.string() }),
  responses: { 302: z.null() },
});
export const postEvents = defineRoute({
  id: 'postEvents',
  service: 'tracking',
  method: 'post',
  path: '/api/v1/events',
  permission: 'event:write',
  tag: 'Events',
  bodyLimitBytes: 8 * 1024 * 1024,
  summary: 'Report one event, or up to 1,000. Idempotent by eventId',
  body: z.union([trackingEvent, z.strictObject({ events: z.array(z.unknown()).min(1).max(1000) })]),
  responses: {
    202: z.union([
      eventOutcome,
      z.strictObject({ outcomes: z.array(eventOutcome), accepted: z.int(), duplicates: z.int(), rejected: z.int() }),
    ]),
  },
});
export const postback = defineRoute({
  id: 'postback',
  service: 'tracking',
  method: 'get',
  path: '/postback',
  permission: 'public',
  tag: 'Tracking',
  summary: 'Server-to-server postback. The event id is pb:{click_id}:{event}:{txid}',
  query: z.looseObject({
    click_id: text(200),
    event: conversionKind,
    txid: z.string().max(200).optional(),
    amount: z.string().max(40).optional(),
    currency: currency.optional(),
    signature: z.string().max(200).optional(),
  }),
  responses: { 200: eventOutcome },
});
export const listConversions = defineRoute({
  id: 'listConversions',
  service: 'tracking',
  method: 'get',
  path: '/api/v1/conversions',
  permission: 'conversion:read',
  tag: 'Events',
  summary: 'Conversions',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    eventId: z.string().optional(),
    customerId: ids.customer.optional(),
    kind: conversionKind.optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  responses: { 200: listOf(conversion.meta({ id: 'Conversion' })) },
});
export const listClicks = defineRoute({
  id: 'listClicks',
  service: 'tracking',
  method: 'get',
  path: '/api/v1/clicks',
  permission: 'conversion:read',
  tag: 'Tracking',
  summary: 'Clicks',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    linkId: ids.link.optional(),
    clickId: z.string().optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  responses: { 200: listOf(click) },
});
export const listCustomers = defineRoute({
  id: 'listCustomers',
  service: 'tracking',
  method: 'get',
  path: '/api/v1/customers',
  permission: 'conversion:read',
  tag: 'Events',
  summary: 'Customers',
  query: listQuery({
    brandId: ids.brand.optional(),
    partnerId: ids.partner.optional(),
    customerKey: z.string().optional(),
  }),
  responses: { 200: listOf(customer) },
});
