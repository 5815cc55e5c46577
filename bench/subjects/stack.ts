import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readSettings, startStack, untilReady } from '@tributary/standalone/testing';
import { stopping } from '../measure/cleanup.js';
import { type BenchPostgres, startPostgres } from './postgres.js';
import { adminKey } from './standalone.js';
import { type Api, makeWorld, type World } from './world.js';

export interface Subject {
  api: Api;
  world: World;
  postgres: BenchPostgres;
  /** Whose CPU time is looked at. */
  processes(): Record<string, number | undefined>;
  stop(): Promise<void>;
}

/** As docs/run-modes.md advises for a server of its own, and commit timestamps for the latencies. */
export const pipelinePostgres = {
  max_connections: '200',
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  min_wal_size: '2GB',
  checkpoint_timeout: '30min',
  track_commit_timestamp: 'on',
};

/** Every service as a process of its own, on a PostgreSQL of its own and on the given broker. */
export async function startBenchStack(
  folder: string,
  broker: { url: string; pid: number | undefined },
  options: { partners: number; env: NodeJS.ProcessEnv; prefix: string },
): Promise<Subject> {
  mkdirSync(folder, { recursive: true });
  const postgres = await startPostgres(folder, pipelinePostgres);
  const settings = readSettings({
    ...process.env,
    PORT: '0',
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_POSTGRES_URL: postgres.url,
    TRIBUTARY_ADMIN_KEY: adminKey,
  });
  const stack = await startStack({ settings, amqpUrl: broker.url, env: { TRIBUTARY_BUS_PREFIX: options.prefix, ...options.env } }).catch(
    async (error: unknown) => {
      await postgres.stop();
      throw error;
    },
  );
  const stop = stopping(async () => {
    await stack.stop();
    await postgres.stop();
  });
  try {
    await untilReady(stack, 180_000);
    const api = { url: stack.url.replace('localhost', '127.0.0.1'), key: adminKey };
    const world = await makeWorld(api, { partners: options.partners, deals: true });
    const processes = () => ({
      ...Object.fromEntries([...stack.services].map(([name, service]) => [name, service.pid])),
      postgresql: postgres.pid,
      rabbitmq: broker.pid,
    });
    return { api, world, postgres, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
