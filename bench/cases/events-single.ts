import path from 'node:path';
import type { Context } from '../measure/context.js';
import type { Request } from '../measure/load.js';
import type { Finding } from '../measure/result.js';
import { startProgram, until } from '../subjects/programs.js';
import { intakeServices, type Standalone, startStandalone } from '../subjects/standalone.js';
import { jsonHeaders, saleTemplate } from '../subjects/world.js';
import { compareServers } from './http-case.js';

const connections = 32;

/** Accepted single events, each durable with its outbox row before the answer, against an Express that stores nothing. */
export async function measureEventsSingle(context: Context): Promise<Finding> {
  const ours = await startStandalone(path.join(context.folder, 'events-single'), { partners: 20, services: intakeServices });
  const reference = await startProgram('bench/reference/express-events.mjs', {}, { readyPath: '/' });
  try {
    const requests = requestsOf(ours);
    const { summary, answered } = await compareServers(
      context,
      {
        order: { url: ours.api.url, connections, requests, eventIds: { prefix: 's-', from: 0 } },
        wanted: 202,
        processes: { platform: ours.program.pid, postgresql: ours.postgres.pid },
        settle: () => relayed(ours),
      },
      {
        order: { url: reference.url, connections, requests, eventIds: { prefix: 's-', from: 0 } },
        wanted: 202,
        processes: { express: reference.pid },
      },
    );
    const verified = await checkStored(ours, answered);
    return {
      id: 'events-single',
      goal: 1,
      unit: 'events/s',
      ...summary,
      what: {
        ours: "gateway, directory and tracking on standalone's port in one process: key checked, event attributed, stored with its outbox row",
        reference: "plain Express 5, express.json, the product's zod schema, nothing stored",
      },
      verified,
      notes: ['the services behind tracking do not run here: what they cost is measured by `pipeline`'],
    };
  } finally {
    await reference.stop();
    await ours.stop();
  }
}

function requestsOf({ api, world }: Standalone): Request[] {
  return world.clickIds.map((_, index) => ({
    method: 'POST',
    path: '/api/v1/events',
    headers: jsonHeaders(api),
    body: saleTemplate(world, index),
  }));
}

/** The outbox is relayed beside the intake; what is left of it must not disturb the other side. */
export const relayed = ({ postgres }: Standalone): Promise<void> =>
  until('the outbox is empty', 120_000, async () => (await postgres.count('tracking', 'SELECT count(*) FROM messaging.unpublished')) === 0);

/** Every accepted event is one attributed conversion and one published event. */
export async function checkStored({ postgres }: Standalone, accepted: number): Promise<string> {
  const stored = await postgres.count('tracking', 'SELECT count(*) FROM conversions WHERE partner_id IS NOT NULL');
  const published = await postgres.count(
    'tracking',
    `SELECT count(*) FROM messaging.outbox LEFT JOIN messaging.unpublished u USING (created_at, id)
     WHERE type = 'tracking.conversion.recorded.v1' AND u.id IS NULL`,
  );
  if (stored !== accepted || published !== accepted)
    throw new Error(`${accepted} events were accepted, ${stored} conversions stored and attributed, ${published} published`);
  return `${accepted} events accepted = ${stored} attributed conversions stored = ${published} events published`;
}
