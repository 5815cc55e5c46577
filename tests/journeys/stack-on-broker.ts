import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readSettings, type Stack, startStack, untilReady } from '@tributary/standalone/testing';
import { mailCatcher } from './mail-catcher.js';

const amqpUrl = process.env['AMQP_URL'];

/** Without a broker there is nothing to stand on: npm test says so and how to have one. */
export const hasBroker = Boolean(amqpUrl);

export interface StackOnBroker extends Stack {
  adminKey: string;
  folder: string;
  mails: string[];
}

/** Every service a process of its own on the broker of AMQP_URL, with a simulated clock and a mailbox. Undefined without a broker. */
export async function startStackOnBroker(name: string, env: Record<string, string> = {}): Promise<StackOnBroker | undefined> {
  if (!amqpUrl) return undefined;
  const adminKey = 'trib_journey_first_operator';
  const folder = mkdtempSync(path.join(os.tmpdir(), `tributary-${name}-`));
  const mail = await mailCatcher();
  const clean = async () => {
    await mail.close();
    rmSync(folder, { recursive: true, force: true });
  };
  let stack: Stack | undefined;
  try {
    const settings = readSettings({
      ...process.env,
      PORT: '0',
      TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
      TRIBUTARY_ADMIN_KEY: adminKey,
      TRIBUTARY_CLOCK: 'simulated',
      LOG_LEVEL: 'info',
    });
    const own = { SMTP_URL: mail.url, TRIBUTARY_BUS_PREFIX: `${name}-${process.pid}.` };
    const started = await startStack({ settings, amqpUrl, env: { ...own, ...env } });
    stack = started;
    await untilReady(started, 150_000);
    const stop = async () => {
      await started.stop();
      await clean();
    };
    return { ...started, adminKey, folder, mails: mail.mails, stop };
  } catch (error) {
    await stack?.stop();
    await clean();
    throw error;
  }
}
