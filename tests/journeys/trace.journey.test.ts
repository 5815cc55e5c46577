import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CollectedSpan, eventually, type TraceCollector, traceCollector } from '@tributary/testkit';
import { freePort } from '../../scripts/lib/processes.mjs';
import type { Json } from './client.js';
import { mailCatcher } from './mail-catcher.js';
import { expectPlatformMetrics } from './metrics.js';
import { type Started, startProgram } from './processes.js';
import { brokenHops, hops, orphans, without } from './trace-graph.js';
import { type TracedWalk, walkOneSale } from './trace-walk.js';

const adminKey = 'trib_journey_first_operator';
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-trace-'));
let mail: Awaited<ReturnType<typeof mailCatcher>>;
let collector: TraceCollector;
let platform: Started;
let url: string;
let walked: TracedWalk;
let spans: CollectedSpan[] = [];

beforeAll(async () => {
  mail = await mailCatcher();
  collector = await traceCollector();
  url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    PORT: new URL(url).port,
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    SMTP_URL: mail.url,
    AMQP_URL: '',
  };
  platform = await startProgram('services/standalone/dist/main.js', [], env, url);
  walked = await walkOneSale(url, adminKey, mail.mails);
}, 300_000);
afterAll(async () => {
  await platform?.stop();
  await mail?.close();
  await collector?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('Q-10 D-13 every hop from the click to the mail about the payout is in the traces', async () => {
  let broken: string[] = [];
  const complete = () => {
    spans = collector.spans();
    broken = brokenHops(spans);
    return broken.length === 0;
  };
  await eventually('all hops have been exported', complete, 30_000).catch((error: unknown) => {
    throw new Error(`these hops are broken: ${broken.join('; ')}; spans: ${[...new Set(spans.map(({ name }) => name))].join(', ')}`, {
      cause: error,
    });
  });
}, 60_000);

test.each(hops.map((hop) => [hop.name, hop] as const))('Q-10 a lost context is found: %s', (name, hop) => {
  expect(brokenHops(spans)).not.toContain(name);
  expect(brokenHops(without(spans, hop))).toContain(name);
});

test('Q-10 Q-09 metrics say what went in and out, what was rejected and why, and where the money is', async () => {
  await expectPlatformMetrics(url, walked.admin);
}, 90_000);

test('Q-10 no span is an orphan, none carries a name, an address or a key, and each names its correlation where it has one', async () => {
  // What was open is sent when the platform stops.
  expect(await platform.stop()).toBe(0);
  const all = collector.spans();
  expect(orphans(all)).toEqual([]);
  const said = JSON.stringify(all.map(({ name, attributes, resource }) => [name, attributes, resource]));
  for (const secret of [walked.partnerName, walked.partnerEmail, 'Hopper', '@example.com', adminKey, 'Bearer', 'trib_'])
    expect(said).not.toContain(secret);
  const uncorrelated = all.filter(
    ({ name, attributes }) =>
      /^(POST |rail submit|payouts (create|submit|settled)|notifications mail)/.test(name) && !attributes['tributary.correlation_id'],
  );
  expect(uncorrelated).toEqual([]);
  for (const span of all) expect(span.links.length).toBeLessThanOrEqual(128);
}, 60_000);

test('Q-10 D-13 without a collector the way of the payout is told all the same, each step with its trace', async () => {
  const env = {
    PORT: new URL(url).port,
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    TRIBUTARY_TRACE_URL: 'https://traces.example/trace/{traceId}',
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    SMTP_URL: mail.url,
    AMQP_URL: '',
  };
  platform = await startProgram('services/standalone/dist/main.js', [], env, url);
  await collector.close();
  const second = await walkOneSale(url, adminKey, mail.mails);
  for (const payoutId of [walked.payoutId, second.payoutId]) {
    let trace: Json;
    const isComplete = async () => {
      trace = await second.admin.expect(200, 'GET', `/api/v1/payouts/${payoutId}/trace`);
      return trace.complete === true && trace.steps.some(({ step }: Json) => step === 'message-sent');
    };
    await eventually('the way is complete', isComplete, 30_000);
    const wanted = ['click', 'conversion', 'rated', 'entry', 'approval', 'payout-created', 'run-sealed', 'run-cleared'];
    const steps = new Set(trace.steps.map(({ step }: Json) => step));
    for (const step of [...wanted, 'payout-submitted', 'payout-settled', 'message-sent']) expect(steps).toContain(step);
    for (const { traceId, traceUrl } of trace.steps) {
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(traceUrl).toBe(`https://traces.example/trace/${traceId}`);
    }
  }
}, 240_000);
