import path from 'node:path';
import { execute, type LocalPostgres, startLocalPostgres } from '@tributary/local-postgres';
import pg from 'pg';
import { stopping } from '../measure/cleanup.js';

/** Without these, confirmed writes can be lost, and the figures would be of something else. */
const mustBeOn = ['fsync', 'synchronous_commit', 'full_page_writes'];

export interface BenchPostgres extends LocalPostgres {
  /** Rows of a statement on one of its databases. */
  rows<R>(database: string, sql: string): Promise<R[]>;
  count(database: string, sql: string): Promise<number>;
}

/** A PostgreSQL of our own in a folder. @throws when it does not run durably. */
export async function startPostgres(folder: string, settings: Record<string, string> = {}): Promise<BenchPostgres> {
  const server = await startLocalPostgres({ folder: path.join(folder, 'postgres'), settings });
  const found = await Promise.all(mustBeOn.map((name) => execute(server.url, `SHOW ${name}`)));
  const off = mustBeOn.filter((name, index) => found[index]?.rows[0]?.[name] !== 'on');
  if (off.length > 0) {
    await server.stop();
    throw new Error(`the benchmark refuses to run: PostgreSQL has ${off.join(', ')} not on`);
  }
  const clients = new Map<string, pg.Client>();
  const clientOf = async (database: string): Promise<pg.Client> => {
    const known = clients.get(database);
    if (known) return known;
    const url = new URL(server.url);
    url.pathname = `/${database}`;
    const client = new pg.Client({ connectionString: url.toString() });
    clients.set(database, client);
    client.on('error', () => clients.delete(database));
    await client.connect();
    return client;
  };
  const rows = async <R>(database: string, sql: string) => (await (await clientOf(database)).query(sql)).rows as R[];
  return {
    ...server,
    rows,
    count: async (database, sql) => Number(Object.values((await rows<Record<string, unknown>>(database, sql))[0] ?? {})[0]),
    stop: stopping(async () => {
      await Promise.all([...clients.values()].map((client) => client.end().catch(() => undefined)));
      await server.stop();
    }),
  };
}

/** Telemetry must be as it is by default: made, and neither sampled away nor switched off. @throws when it is not. */
export function refuseWithoutTelemetry(env: NodeJS.ProcessEnv): void {
  const changed = Object.keys(env).filter((name) => name.startsWith('OTEL_') && env[name] !== '');
  if (changed.length > 0) throw new Error(`the benchmark refuses to run: telemetry is not as by default (${changed.join(', ')} is set)`);
}
