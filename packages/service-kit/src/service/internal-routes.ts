import { envelopeSchema } from '@tributary/contracts';
import type { Messaging } from '@tributary/messaging';
import { z } from 'zod';
import { decodeIdCursor, page } from '../http/pages.js';
import { ok, reject } from '../http/rejection.js';
import { command, query } from '../http/route.js';
import type { Clock, Route } from '../types.js';
import type { ClockKeeper } from './clock-keeper.js';

const eventId = z.strictObject({ eventId: z.uuid() });
const status = z.enum(['parked', 'pending', 'discarded']);

const contracts = {
  moveClock: {
    id: 'internalMoveClock',
    method: 'post',
    path: '/internal/clock',
    permission: 'internal',
    body: z.strictObject({ now: z.iso.datetime() }),
  },
  listParked: {
    id: 'internalListParked',
    method: 'get',
    path: '/internal/parked',
    permission: 'internal',
    query: z.strictObject({
      status: status.optional(),
      type: z.string().optional(),
      cursor: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
  },
  showParked: { id: 'internalShowParked', method: 'get', path: '/internal/parked/:eventId', permission: 'internal', params: eventId },
  replayParked: {
    id: 'internalReplayParked',
    method: 'post',
    path: '/internal/parked/:eventId/replay',
    permission: 'internal',
    params: eventId,
  },
  discardParked: {
    id: 'internalDiscardParked',
    method: 'post',
    path: '/internal/parked/:eventId/discard',
    permission: 'internal',
    params: eventId,
    body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
  },
  replayAllParked: {
    id: 'internalReplayAllParked',
    method: 'post',
    path: '/internal/parked-replays',
    permission: 'internal',
    body: z.strictObject({ type: z.string().optional() }),
  },
  replay: {
    id: 'internalReplay',
    method: 'post',
    path: '/internal/replay',
    permission: 'internal',
    body: z.strictObject({ lane: z.enum(['facts', 'control']), events: z.array(envelopeSchema).min(1).max(1000) }),
    bodyLimitBytes: 32 * 1024 * 1024,
  },
  outboxLag: { id: 'internalOutboxLag', method: 'get', path: '/internal/outbox-lag', permission: 'internal' },
  quiet: { id: 'internalQuiet', method: 'get', path: '/internal/quiet', permission: 'internal' },
} as const;

export interface InternalParts {
  messaging: Messaging;
  clock: Clock;
  keeper: ClockKeeper;
  runDueJobs: () => Promise<void>;
}

/** Routes that every service has for its siblings and operators; only a system principal may use them. */
export function internalRoutes({ messaging, clock, keeper, runDueJobs }: InternalParts): Route[] {
  return [
    query({ ...contracts.quiet }, async () => ok(await quietness(messaging))),
    query({ ...contracts.outboxLag }, async () => ok((await messaging.health()).outbox)),
    query({ ...contracts.listParked }, async ({ query: asked }) => {
      const after = decodeIdCursor(asked.cursor);
      const rows = await messaging.parked.list({
        limit: asked.limit + 1,
        ...(asked.status ? { status: asked.status } : {}),
        ...(asked.type ? { type: asked.type } : {}),
        ...(after ? { after } : {}),
      });
      return ok(page(rows, asked.limit, (row) => row.id));
    }),
    query({ ...contracts.showParked }, async ({ params }) => {
      const found = await messaging.parked.show(params.eventId);
      return found ? ok(found) : reject('parked-not-found');
    }),
    command({ ...contracts.replayParked }, async ({ params, principal }) =>
      (await messaging.parked.replay(params.eventId, principal.actorId))
        ? ok({ eventId: params.eventId, status: 'pending' })
        : reject('parked-not-found'),
    ),
    command({ ...contracts.discardParked }, async ({ params, body, principal }) =>
      (await messaging.parked.discard(params.eventId, principal.actorId, body.reason))
        ? ok({ eventId: params.eventId, status: 'discarded' })
        : reject('parked-not-found'),
    ),
    command({ ...contracts.replayAllParked }, async ({ body, principal }) =>
      ok({ replayed: await messaging.parked.replayAll(principal.actorId, body.type ? { type: body.type } : {}) }),
    ),
    command({ ...contracts.replay }, async ({ body }) => {
      await messaging.receive(
        body.lane,
        body.events.map((content) => ({ content })),
      );
      return ok({ received: body.events.length });
    }),
    command({ ...contracts.moveClock }, async ({ body }) => {
      await keeper.move(new Date(body.now));
      await runDueJobs();
      return ok({ now: clock.now().toISOString() });
    }),
  ];
}

async function quietness(messaging: Messaging) {
  const [quiet, health] = await Promise.all([messaging.quiet(), messaging.health()]);
  return { quiet, unpublished: health.outbox.waiting, pending: health.inbox.pending, parked: health.inbox.parked };
}
