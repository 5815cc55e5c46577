import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSettings, type Stack, startStack, untilReady } from '@tributary/standalone/testing';
import { eventually, type TraceCollector, traceCollector } from '@tributary/testkit';
import { mailCatcher } from './mail-catcher.js';
import { brokenHops, hops, without } from './trace-graph.js';
import { walkOneSale } from './trace-walk.js';

const adminKey = 'trib_journey_first_operator';
const amqpUrl = process.env['AMQP_URL'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-trace-stack-'));
let mail: Awaited<ReturnType<typeof mailCatcher>>;
let collector: TraceCollector;
let stack: Stack;

// Without a broker there is nothing to stand on: npm test says so and how to have one.
const onBroker = amqpUrl ? test : test.skip;
if (!amqpUrl) process.stderr.write('skipped: traces across processes need a broker: AMQP_URL=amqp://… npm test\n');

beforeAll(async () => {
  if (!amqpUrl) return;
  mail = await mailCatcher();
  collector = await traceCollector();
  const settings = readSettings({
    ...process.env,
    PORT: '0',
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    LOG_LEVEL: 'info',
  });
  const env = { SMTP_URL: mail.url, TRIBUTARY_BUS_PREFIX: `trace-${process.pid}.`, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  stack = await startStack({ settings, amqpUrl, env });
  await untilReady(stack, 150_000);
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await mail?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

onBroker(
  'Q-10 every hop from the click to the mail is in the traces, across processes and queues, and a lost one is found',
  async () => {
    await walkOneSale(stack.url, adminKey, mail.mails);
    let broken: string[] = [];
    const complete = () => {
      broken = brokenHops(collector.spans());
      return broken.length === 0;
    };
    await eventually('all hops have been exported', complete, 60_000).catch(() => undefined);
    expect(broken).toEqual([]);
    const spans = collector.spans();
    for (const hop of hops) expect(brokenHops(without(spans, hop))).toContain(hop.name);
  },
  300_000,
);
