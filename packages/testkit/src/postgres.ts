import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startLocalPostgres } from '@tributary/local-postgres';

export interface TestPostgres {
  /** The superuser's URL of the maintenance database. */
  url: string;
  stop(): Promise<void>;
}

/** Set to the URL of a running server's superuser to use that one instead of starting one. */
export const reuseVariable = 'TRIBUTARY_TEST_DATABASE_URL';

/** Nothing outlives a test run, so nothing is synced; several compositions of nine services may be connected at once. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '400' };

/** One PostgreSQL for a test run, in a temporary folder on a free port, or the one that runs already. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const running = process.env[reuseVariable];
  if (running) return { url: running, stop: async () => undefined };
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-test-'));
  const server = await startLocalPostgres({ folder, settings });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
