import { z } from 'zod';
import { ids, instant } from '../common.js';
import { defineRoute } from '../define-route.js';
import { erasureObstacle, retainedRecord } from '../events/erasure.js';
import { listOf, listQuery } from './shared.js';

export const erasure = z
  .strictObject({
    id: ids.erasure,
    partnerId: ids.partner,
    /** `confirmed` waits for what `waitingFor` names. */
    status: z.enum(['requested', 'withdrawn', 'confirmed', 'erased']),
    balance: z.enum(['pay-first', 'waived']),
    requestedBy: z.string(),
    requestedAt: instant,
    withdrawnBy: z.string().nullable(),
    withdrawnAt: instant.nullable(),
    confirmedBy: z.string().nullable(),
    confirmedAt: instant.nullable(),
    /** Open payouts and balances, as payouts told last. */
    waitingFor: z.array(erasureObstacle),
    erasedAt: instant.nullable(),
    /** What the law has us keep, locked away, and until when. Told once payouts has erased the rest. */
    retained: z.array(retainedRecord),
  })
  .meta({ id: 'Erasure' });
const params = z.strictObject({ erasureId: ids.erasure });

export const requestErasure = defineRoute({
  id: 'requestErasure',
  service: 'directory',
  method: 'post',
  path: '/api/v1/partners/:partnerId/erasures',
  permission: 'partner:erase',
  tag: 'Partners',
  idempotent: true,
  summary: "Ask for the erasure of a partner's personal data. A second person must confirm it",
  params: z.strictObject({ partnerId: ids.partner }),
  body: z.strictObject({
    /** What becomes of money that is still owed: paid first, or waived by the partner. Open payouts are waited for in any case. */
    balance: z.enum(['pay-first', 'waived']).default('pay-first'),
  }),
  responses: { 201: erasure },
});
export const confirmErasure = defineRoute({
  id: 'confirmErasure',
  service: 'directory',
  method: 'post',
  path: '/api/v1/erasures/:erasureId/confirm',
  permission: 'partner:erase',
  tag: 'Partners',
  idempotent: true,
  summary: 'Confirm an erasure that somebody else has asked for. It cannot be taken back, and waits until nothing is open',
  params,
  body: z.strictObject({}),
  responses: { 200: erasure },
});
export const withdrawErasure = defineRoute({
  id: 'withdrawErasure',
  service: 'directory',
  method: 'post',
  path: '/api/v1/erasures/:erasureId/withdraw',
  permission: 'partner:erase',
  tag: 'Partners',
  idempotent: true,
  summary: 'Take back an erasure that nobody has confirmed yet',
  params,
  body: z.strictObject({}),
  responses: { 200: erasure },
});
export const getErasure = defineRoute({
  id: 'getErasure',
  service: 'directory',
  method: 'get',
  path: '/api/v1/erasures/:erasureId',
  permission: 'partner:erase',
  tag: 'Partners',
  summary: 'An erasure: what it waits for, and what is kept until when',
  params,
  responses: { 200: erasure },
});
export const listErasures = defineRoute({
  id: 'listErasures',
  service: 'directory',
  method: 'get',
  path: '/api/v1/erasures',
  permission: 'partner:erase',
  tag: 'Partners',
  summary: 'Erasures, newest first',
  query: listQuery({ partnerId: ids.partner.optional(), status: z.enum(['requested', 'withdrawn', 'confirmed', 'erased']).optional() }),
  responses: { 200: listOf(erasure) },
});
