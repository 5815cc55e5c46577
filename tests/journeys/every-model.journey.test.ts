import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '@tributary/evidence';
import { eventually } from '@tributary/testkit';
import { freePort } from '../../scripts/lib/processes.mjs';
import { type Client, client, type Json } from './client.js';
import { type Made, makeTree, reportFirstMonth, reportSecondMonth } from './every-model-walk.js';
import { type Started, startProgram } from './processes.js';

const adminKey = 'trib_journey_every_model';
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-every-model-'));
let platform: Started;
let admin: Client;
let manager: Client;
let finance: Client;
let made: Made;
let payouts: Json[];

beforeAll(async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = {
    PORT: new URL(url).port,
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    AMQP_URL: '',
  };
  platform = await startProgram('services/standalone/dist/main.js', [], env, url);
  admin = client(url, adminKey);
  const keyOf = async (role: string) =>
    client(url, (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: role, roles: [role] })).key);
  [manager, finance] = [await keyOf('programme-manager'), await keyOf('finance-approver')];
  made = await makeTree(url, admin);
}, 150_000);
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const quiet = () => eventually('all is handled', async () => (await admin.expect(200, 'GET', '/api/v1/operations/quiet')).quiet, 30_000);
const closeMonth = async (month: string, nextMonth: string) => {
  await admin.expect(200, 'POST', '/api/v1/clock', { now: `${nextMonth}-02T12:00:00.000Z` });
  await quiet();
  return admin.expect(200, 'POST', `/api/v1/periods/${month}/close`, { brandId: made.brandId });
};

test('two months of a tree of three partners over every kind of model', async () => {
  const [first, second, third] = made.months;
  await eventually('the recruit is paid for', async () => {
    const { data } = await admin.expect(200, 'GET', `/api/v1/commissions?partnerId=${made.above}`);
    return data.some(({ component }: Json) => component === 'recruit');
  });
  await reportFirstMonth(admin, made, quiet);
  await quiet();
  expect(await closeMonth(first, second)).toMatchObject({ statements: 1 });
  await reportSecondMonth(admin, made);
  await quiet();
  await closeMonth(second, third);
  const { partnerId, brandId } = { partnerId: made.middle, brandId: made.brandId };
  await admin.expect(201, 'POST', '/api/v1/adjustments', { partnerId, brandId, amount: 50, currency: 'EUR', reason: 'best of the month' });
  await quiet();
  const { data: waiting } = await admin.expect(200, 'GET', '/api/v1/approvals?status=waiting');
  expect(waiting).toMatchObject([{ amount: 50 }]);
  await manager.expect(200, 'POST', `/api/v1/approvals/${waiting[0].id}/decision`, { decision: 'approve' });
  await quiet();
  const { data: entries } = await admin.expect(200, 'GET', `/api/v1/commissions?partnerId=${made.middle}&limit=100`);
  const nets: Record<string, number> = {};
  for (const { component, amount } of entries) nets[component] = (nets[component] ?? 0) + amount;
  expect(nets).toEqual({ sale: 5800, 'master-funding': -580, lead: 400, override: 60, play: 4200, adjustment: 50 });
  expect(new Set(entries.map(({ reason }: Json) => reason))).toEqual(
    new Set(['accrual', 're-rating', 'refund', 'statement', 'adjustment']),
  );
}, 60_000);

test('what all three earned is paid in one run, and the terms of each balance add up', async () => {
  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [made.brandId], currency: 'EUR' });
  await finance.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  await eventually(
    'every payout is settled',
    async () => {
      payouts = (await admin.expect(200, 'GET', `/api/v1/payouts?runId=${run.id}`)).data;
      return payouts.length === 3 && payouts.every(({ status }) => status === 'settled');
    },
    30_000,
  );
  const paid = Object.fromEntries(payouts.map(({ partnerId, amount }) => [partnerId, amount]));
  expect(paid).toEqual({ [made.above]: 2580, [made.middle]: 9930, [made.below]: 600 });
  await quiet();
  for (const [partnerId, amount] of Object.entries(paid)) {
    const { balances } = await admin.expect(200, 'GET', `/api/v1/partners/${partnerId}/balance`);
    const [balance] = balances;
    const { accrued, reversed, rejected, pending, held, approved, payable, inPayout, receivable, writtenOff } = balance;
    expect(balances).toMatchObject([{ paid: amount, pending: 0, payable: 0, receivable: 0 }]);
    expect(accrued - reversed - rejected).toBe(pending + held + approved + payable + inPayout + balance.paid - receivable + writtenOff);
  }
}, 60_000);

test('T-32 P-18 D-01 every cent of it is proved offline, and a changed amount is found', async () => {
  const { keys } = await admin.expect(200, 'GET', '/api/v1/evidence-keys');
  const publicKey = keys[0].publicKeyPem;
  for (const { id, amount, partnerId } of payouts) {
    const bundle = await eventually('the archive has all that the evidence needs', async () => {
      const answer = await finance.call('GET', `/api/v1/payouts/${id}/evidence`);
      if (answer.status === 409) throw new Error(answer.text);
      return answer.text;
    });
    const verdict = verifyBundle(Buffer.from(bundle), { publicKey });
    expect(verdict).toMatchObject({ holds: true, problems: [], amount, currency: 'EUR' });
    expect(verifyBundle(Buffer.from(bundle.replace(`"amount":${amount}`, `"amount":${amount + 1}`)), { publicKey }).holds).toBe(false);
    if (partnerId === made.middle) {
      expect(verdict.records).toMatchObject({ 'deal-version': 3, statement: 1, 'month-events': 1 });
      expect(verdict.notes).toContain('meters are stated, not proved: recalculation proves them');
    }
  }
}, 60_000);

test('P-18 the trace of the one in the middle goes down to a click, to what others brought, and to the month', async () => {
  const { id } = payouts.find(({ partnerId }) => partnerId === made.middle);
  const trace = await finance.expect(200, 'GET', `/api/v1/payouts/${id}/trace`);
  expect(trace).toMatchObject({ complete: true, missing: [] });
  const summaries: string[] = trace.steps.map(({ step, summary }: Json) => `${step}: ${summary}`);
  expect(summaries).toContainEqual(expect.stringMatching(/^click: on link/));
  expect(summaries).toContainEqual(expect.stringContaining(`for a conversion of ${made.below}`));
  expect(summaries).toContainEqual(`statement: revision 1 of ${made.months[1]}: 4200 EUR of 1 events`);
}, 30_000);

test('M-22 the bonus for a recruit is paid and proved with the rest; its trace begins at the enrolment', async () => {
  const { id } = payouts.find(({ partnerId }) => partnerId === made.above);
  const trace = await finance.expect(200, 'GET', `/api/v1/payouts/${id}/trace`);
  expect(trace).toMatchObject({ complete: true, missing: [] });
  const [conversion, , entry]: string[] = trace.steps.map(({ step, summary }: Json) => `${step}: ${summary}`);
  expect(conversion).toBe('conversion: enrollment recorded');
  expect(entry).toMatch(new RegExp(`^entry: accrual of 2000 EUR by version 1 .* for a conversion of ${made.middle}$`));
}, 30_000);
