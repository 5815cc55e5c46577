import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSettings, type Stack, startStack, untilReady } from '@tributary/standalone/testing';
import { type Walked, walkGoldenPath } from './golden-path.js';
import { mailCatcher } from './mail-catcher.js';
import { expectEvidenceHolds } from './verify.js';

const adminKey = 'trib_journey_first_operator';
const amqpUrl = process.env['AMQP_URL'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-stack-'));
let mail: Awaited<ReturnType<typeof mailCatcher>>;
let stack: Stack;
let walked: Walked;

// Without a broker there is nothing to stand on: npm test says so and how to have one.
const onBroker = amqpUrl ? test : test.skip;

beforeAll(async () => {
  if (!amqpUrl) return;
  mail = await mailCatcher();
  const settings = readSettings({
    ...process.env,
    PORT: '0',
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    LOG_LEVEL: 'info',
  });
  stack = await startStack({ settings, amqpUrl, env: { SMTP_URL: mail.url, TRIBUTARY_BUS_PREFIX: `journey-${process.pid}.` } });
  await untilReady(stack, 150_000);
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await mail?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

onBroker(
  'P-18 T-32 D-01 the golden path, with every service a process of its own on RabbitMQ',
  async () => {
    walked = await walkGoldenPath({ url: stack.url, adminKey, mails: mail.mails });
  },
  240_000,
);

onBroker(
  'the evidence of the payout verifies offline, and a changed amount is found',
  async () => {
    await expectEvidenceHolds(walked, folder);
  },
  60_000,
);

onBroker('no service had to be started twice', () => {
  expect([...stack.services.values()].map((service) => service.starts)).toEqual(Array.from(stack.services, () => 1));
});
