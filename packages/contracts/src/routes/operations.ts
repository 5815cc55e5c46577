import { z } from 'zod';
import { instant, text } from '../common.js';
import { defineRoute } from '../define-route.js';
import { listQuery } from './shared.js';

const parkedMessage = z
  .strictObject({
    service: z.string(),
    eventId: z.string(),
    type: z.string(),
    status: z.string(),
    reason: z.string(),
    attempts: z.int(),
    receivedAt: instant,
    lane: z.string(),
  })
  .meta({ id: 'ParkedMessage' });
const parkedParams = z.strictObject({ service: z.string(), eventId: z.string() });
export const listParked = defineRoute({
  id: 'listParked',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/operations/parked',
  permission: 'operations:read',
  tag: 'Operations',
  summary: 'Messages set aside, over all services',
  query: listQuery({ service: z.string().optional() }),
  responses: {
    200: z.strictObject({
      data: z.array(parkedMessage),
      nextCursor: z.string().nullable(),
      unavailable: z.array(z.string()),
    }),
  },
});
export const showParked = defineRoute({
  id: 'showParked',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/operations/parked/:service/:eventId',
  permission: 'operations:read',
  tag: 'Operations',
  summary: 'A parked message in full',
  params: parkedParams,
  responses: { 200: parkedMessage.extend({ event: z.unknown() }) },
});
export const replayParked = defineRoute({
  id: 'replayParked',
  service: 'gateway',
  method: 'post',
  path: '/api/v1/operations/parked/:service/:eventId/replay',
  permission: 'operations:write',
  tag: 'Operations',
  summary: 'Try a parked message again',
  params: parkedParams,
  responses: { 200: parkedMessage },
});
export const discardParked = defineRoute({
  id: 'discardParked',
  service: 'gateway',
  method: 'post',
  path: '/api/v1/operations/parked/:service/:eventId/discard',
  permission: 'operations:write',
  tag: 'Operations',
  summary: 'Give a parked message up, with a reason',
  params: parkedParams,
  body: z.strictObject({ reason: text(500) }),
  responses: { 200: parkedMessage },
});
export const getQuiet = defineRoute({
  id: 'getQuiet',
  service: 'gateway',
  method: 'get',
  path: '/api/v1/operations/quiet',
  permission: 'operations:read',
  tag: 'Operations',
  summary: 'Whether every service has handled all it has accepted',
  responses: {
    200: z.strictObject({
      quiet: z.boolean(),
      services: z.array(
        z.strictObject({
          service: z.string(),
          quiet: z.boolean(),
          unpublished: z.int(),
          pending: z.int(),
          parked: z.int(),
        }),
      ),
    }),
  },
});
export const replayArchive = defineRoute({
  id: 'replayArchive',
  service: 'audit',
  method: 'post',
  path: '/api/v1/operations/replays',
  permission: 'operations:write',
  tag: 'Operations',
  summary: 'Send the archive from an instant on to one service again, at a limited rate',
  body: z.strictObject({
    service: z.string(),
    from: instant,
    eventsPerSecond: z.int().min(1).max(20000).optional(),
    rebuild: z.boolean().optional(),
  }),
  responses: { 202: z.strictObject({ service: z.string(), from: instant, sent: z.int() }) },
});
