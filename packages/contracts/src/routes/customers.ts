import { z } from 'zod';
import { ids, instant, slug, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { customerChanged } from '../events/tracking.js';
import { customer } from './tracking.js';

const { tags, country, kycVerifiedAt, excludedFrom, assignments } = customerChanged.schema.shape;
const customerParams = z.strictObject({ customerId: ids.customer });
const from = instant.optional();

/** One thing that was recorded of a customer. Nothing is ever changed: what is recorded later holds. */
const customerChange = z.strictObject({
  number: z.int().positive(),
  change: z.enum(['tag-set', 'tag-ended', 'key-added', 'verified', 'excluded', 'reassigned']),
  /** The tag, the kind of verification or the partner; null for a key, of which only an HMAC is kept. */
  value: z.string().nullable(),
  effectiveFrom: instant,
  reason: z.string().nullable(),
  recordedAt: instant,
  recordedBy: z.string(),
});
/** A customer with all that was recorded of him, oldest first. */
export const customerRecord = z
  .strictObject({
    ...customer.shape,
    tags,
    country,
    kycVerifiedAt,
    excludedFrom,
    assignments,
    history: z.array(customerChange),
  })
  .meta({ id: 'CustomerRecord' });

/** The same after a reassignment, with what it did to conversions that had occurred before. */
const customerReassigned = z
  .strictObject({
    ...customerRecord.shape,
    effect: z.strictObject({
      /** Those that are the new partner's already, their refunds and chargebacks among them. */
      conversions: z.int().nonnegative(),
      /** Of very many the rest follows in the background. */
      rest: z.enum(['none', 'in-background']),
    }),
  })
  .meta({ id: 'CustomerReassigned' });

const shared = { service: 'tracking', tag: 'Events', params: customerParams } as const;
const change = { ...shared, permission: 'customer:write', responses: { 201: customerRecord } } as const;

export const getCustomer = defineRoute({
  ...shared,
  id: 'getCustomer',
  method: 'get',
  path: '/api/v1/customers/:customerId',
  permission: 'conversion:read',
  summary: 'A customer and his history',
  responses: { 200: customerRecord },
});
export const addCustomerTag = defineRoute({
  ...change,
  id: 'addCustomerTag',
  method: 'post',
  path: '/api/v1/customers/:customerId/tags',
  idempotent: true,
  summary: 'Set a tag of a customer from an instant on',
  body: z.strictObject({ tag: slug, effectiveFrom: from }),
});
export const removeCustomerTag = defineRoute({
  ...shared,
  id: 'removeCustomerTag',
  method: 'delete',
  path: '/api/v1/customers/:customerId/tags',
  permission: 'customer:write',
  summary: 'End a tag of a customer from an instant on',
  body: z.strictObject({ tag: slug, effectiveFrom: from }),
  responses: { 200: customerRecord },
});
export const addCustomerKey = defineRoute({
  ...change,
  id: 'addCustomerKey',
  method: 'post',
  path: '/api/v1/customers/:customerId/keys',
  idempotent: true,
  summary: 'Give a customer a new key; events under the old ones find him still',
  body: z.strictObject({ key: z.string().min(1).max(200), effectiveFrom: from }),
});
export const verifyCustomer = defineRoute({
  ...change,
  id: 'verifyCustomer',
  method: 'post',
  path: '/api/v1/customers/:customerId/verifications',
  idempotent: true,
  summary: 'Record that a customer was verified; the earliest time holds',
  body: z.strictObject({ kind: z.literal('kyc'), verifiedAt: instant }),
});
export const excludeCustomer = defineRoute({
  ...change,
  id: 'excludeCustomer',
  method: 'post',
  path: '/api/v1/customers/:customerId/exclusions',
  idempotent: true,
  summary: 'Record that a customer excluded himself; the earliest time holds',
  body: z.strictObject({ from: instant }),
});
export const reassignCustomer = defineRoute({
  ...change,
  id: 'reassignCustomer',
  method: 'post',
  path: '/api/v1/customers/:customerId/reassignments',
  idempotent: true,
  summary: 'Give a customer to another partner: what occurred from an instant on is his, recorded already or not',
  body: z.strictObject({ partnerId: ids.partner, effectiveFrom: instant, reason: text(500) }),
  responses: { 201: customerReassigned },
});
