import { z } from 'zod';
import { ids, instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';

export const setPartnerContact = defineRoute({
  id: 'setPartnerContact',
  service: 'directory',
  method: 'post',
  path: '/api/v1/partners/:partnerId/contact',
  permission: 'partner:write',
  tag: 'Partners',
  idempotent: true,
  summary: 'Say under which name and address a partner is written to. The former address is told of it, and of accounts entered soon after',
  params: z.strictObject({ partnerId: ids.partner }),
  body: z.strictObject({ name: text(200).optional(), email: z.email().max(254) }),
  responses: { 201: z.strictObject({ partnerId: ids.partner, contactChangedAt: instant }) },
});

export const freezePayoutMethod = defineRoute({
  id: 'freezePayoutMethod',
  service: 'payouts',
  method: 'post',
  path: '/api/v1/payout-method-freezes',
  permission: 'public',
  tag: 'Payouts',
  idempotent: true,
  summary: 'Freeze the account of which a partner was told, by the word in that message: nothing goes there any more',
  body: z.strictObject({ token: z.string().min(1).max(200) }),
  responses: { 200: z.strictObject({ payoutMethodId: ids.payoutMethod, status: z.enum(['disabled']) }) },
});
