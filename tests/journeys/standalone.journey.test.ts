import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../scripts/lib/processes.mjs';
import { client } from './client.js';
import { type Walked, walkGoldenPath } from './golden-path.js';
import { mailCatcher } from './mail-catcher.js';
import { type Started, startProgram } from './processes.js';
import { expectEvidenceHolds } from './verify.js';

const adminKey = 'trib_journey_first_operator';
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-standalone-'));
let mail: Awaited<ReturnType<typeof mailCatcher>>;
let platform: Started;
let url: string;
let walked: Walked;

const start = async () => {
  const env = {
    PORT: new URL(url).port,
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    SMTP_URL: mail.url,
    AMQP_URL: '',
  };
  return startProgram('services/standalone/dist/main.js', [], env, url);
};

beforeAll(async () => {
  mail = await mailCatcher();
  url = `http://127.0.0.1:${await freePort()}`;
  platform = await start();
}, 150_000);
afterAll(async () => {
  await platform?.stop();
  await mail?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test('P-18 T-32 D-01 the golden path, in one process', async () => {
  walked = await walkGoldenPath({ url, adminKey, mails: mail.mails });
}, 180_000);

test('the evidence of the payout verifies offline, and a changed amount is found', async () => {
  await expectEvidenceHolds(walked, folder);
}, 60_000);

test('it stops cleanly on SIGTERM and keeps its data for the next start', async () => {
  expect(await platform.stop()).toBe(0);
  platform = await start();
  const payout = await client(url, adminKey).expect(200, 'GET', `/api/v1/payouts/${walked.payoutId}`);
  expect(payout).toMatchObject({ status: 'settled', amount: 27_900 });
}, 180_000);
