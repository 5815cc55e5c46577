import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../../scripts/lib/processes.mjs';
import { client } from '../client.js';
import { startProgram } from '../processes.js';
import { startVerdictService } from './verdict-service.js';
import type { Platform } from './world.js';

const adminKey = 'trib_examples_first_operator';

/** The whole platform in one process of its own, its simulated clock set to when every example has happened. */
export async function startPlatform(name: string, now: string): Promise<Platform & { stop(): Promise<void> }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), `tributary-${name}-`));
  const verdicts = await startVerdictService();
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    PORT: new URL(url).port,
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    AMQP_URL: '',
    TRIBUTARY_NETWORK_VERDICTS_URL: verdicts.url,
  };
  const started = await startProgram('services/standalone/dist/main.js', [], env, url);
  const admin = client(url, adminKey);
  await admin.expect(200, 'POST', '/api/v1/clock', { now });
  return {
    url,
    admin,
    async stop() {
      await started.stop();
      await verdicts.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
