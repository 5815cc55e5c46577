import path from 'node:path';
import type { Context } from '../measure/context.js';
import type { Request } from '../measure/load.js';
import type { Finding } from '../measure/result.js';
import { startProgram, until } from '../subjects/programs.js';
import { startStandalone } from '../subjects/standalone.js';
import { compareServers } from './http-case.js';

const connections = 32;

/** A click that is durable before its redirect is answered, against an Express that stores nothing. */
export async function measureRedirect(context: Context): Promise<Finding> {
  const ours = await startStandalone(path.join(context.folder, 'redirect'), { partners: 20 });
  const reference = await startProgram('bench/reference/express-redirect.mjs', {}, { readyPath: '/c/ready' });
  try {
    const requests: Request[] = Array.from({ length: 200 }, (_, index) => ({
      method: 'GET',
      path: ours.world.linkPaths[index % ours.world.linkPaths.length] ?? '/',
      headers: { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64; rv:${100 + index}.0) Gecko/20100101 Firefox/${100 + index}.0` },
    }));
    const before = await ours.postgres.count('tracking', 'SELECT count(*) FROM clicks');
    const { summary, answered } = await compareServers(
      context,
      {
        order: { url: ours.api.url, connections, requests },
        wanted: 302,
        processes: { platform: ours.program.pid, postgresql: ours.postgres.pid },
      },
      { order: { url: reference.url, connections, requests }, wanted: 302, processes: { express: reference.pid } },
    );
    const recorded = async () => (await ours.postgres.count('tracking', 'SELECT count(*) FROM clicks')) - before;
    await until('every click is in the database', 30_000, async () => (await recorded()) >= answered).catch(() => undefined);
    const clicks = await recorded();
    if (clicks !== answered) throw new Error(`${answered} redirects were answered, but ${clicks} clicks recorded`);
    const [traced] = await ours.postgres.rows<{ sampled: number; traces: number }>(
      'tracking',
      "SELECT count(*) FILTER (WHERE traceparent LIKE '00-%-01')::int AS sampled, count(DISTINCT traceparent)::int AS traces FROM clicks",
    );
    if (traced?.sampled !== traced?.traces || traced?.sampled === 0)
      throw new Error('the clicks carry no sampled trace: telemetry is not on');
    return {
      id: 'redirect',
      goal: 1.5,
      unit: 'redirects/s',
      ...summary,
      what: {
        ours: "standalone's port: the gateway, and tracking's path before Express, in one process with all services; click durable first",
        reference: 'plain Express 5, res.redirect, nothing stored',
      },
      verified: `${answered} redirects answered = ${clicks} clicks recorded, each with its trace`,
      notes: [],
    };
  } finally {
    await reference.stop();
    await ours.stop();
  }
}
