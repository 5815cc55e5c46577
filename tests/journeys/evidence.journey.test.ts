import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBundle } from '@tributary/evidence';
import { eventually } from '@tributary/testkit';
import { freePort } from '../../scripts/lib/processes.mjs';
import { type Client, client, type Json } from './client.js';
import { mutations } from './mutate-evidence.js';
import { type Started, startProgram } from './processes.js';

const adminKey = 'trib_journey_first_operator';
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-evidence-'));
let platform: Started;
let admin: Client;
let manager: Client;
let finance: Client;

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
  const keyOf = async (...roles: string[]) => (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: roles[0], roles })).key;
  manager = client(url, await keyOf('programme-manager'));
  finance = client(url, await keyOf('finance-approver'));
}, 150_000);
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 0 };

/** A brand whose table asks for two persons for what is big, and a partner with a sale that is. */
async function aBigSale(): Promise<Json> {
  const brand = await admin.expect(201, 'POST', '/api/v1/brands', {
    name: 'Acme',
    slug: 'acme',
    currency: 'EUR',
    timeZone: 'UTC',
    policy: { minimumPayout: 0 },
  });
  const rows = [
    {
      name: 'big',
      when: { combinator: 'and', rules: [{ field: 'amount', operator: '>=', value: 10_000 }] },
      outcome: 'manager-and-finance',
    },
    { name: 'rest', outcome: 'auto' },
  ];
  const table = await admin.expect(201, 'POST', `/api/v1/brands/${brand.id}/routing-policies`, { rows, reason: 'two look at big ones' });
  await finance.expect(200, 'POST', `/api/v1/brands/${brand.id}/routing-policies/${table.version}/accept`, {});
  const partner = await admin.expect(201, 'POST', '/api/v1/partners', {
    name: 'Ada',
    email: 'ada@example.com',
    country: 'GB',
    type: 'affiliate',
  });
  await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/enrollments`, { brandId: brand.id });
  await admin.expect(201, 'POST', '/api/v1/deals', { partnerId: partner.id, brandId: brand.id, terms });
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  const base = { brandId: brand.id, partnerId: partner.id, type: 'sale', occurredAt: now, currency: 'EUR' };
  await admin.expect(202, 'POST', '/api/v1/events', { ...base, eventId: 'big', amount: 300_000 });
  await admin.expect(202, 'POST', '/api/v1/events', { ...base, eventId: 'small', amount: 50_000 });
  return { brandId: brand.id, partnerId: partner.id };
}

/** Held by one person, released by the manager's approval, and approved by finance; then paid. */
async function decideAndPay({ brandId, partnerId }: Json): Promise<string> {
  let approval: Json;
  await eventually(
    'the big sale waits for two persons',
    async () => {
      [approval] = (await admin.expect(200, 'GET', `/api/v1/approvals?status=waiting&partnerId=${partnerId}`)).data;
      return approval?.needs === 'manager-and-finance';
    },
    30_000,
  );
  const decide = (who: Client, decision: string, reason: string) =>
    who.expect(200, 'POST', `/api/v1/approvals/${approval.id}/decision`, { decision, reason });
  await decide(manager, 'hold', 'is the customer real?');
  await decide(manager, 'approve', 'he is');
  await decide(finance, 'approve', 'seen');
  await eventually(
    'both are payable',
    async () => {
      const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
      await admin.expect(200, 'POST', '/api/v1/clock', { now: new Date(Date.parse(now) + 1000).toISOString() });
      const { balances } = await admin.expect(200, 'GET', `/api/v1/partners/${partnerId}/balance`);
      return balances[0]?.payable === 35_000;
    },
    60_000,
  );
  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [brandId] });
  await finance.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  return run.payouts[0].id;
}

test('D-01 evidence of a real payout covers routing, hold, decisions, run, rail answer and settlement; 1,000 changes to it are all found', async () => {
  const payoutId = await decideAndPay(await aBigSale());
  const { text } = await eventually(
    'the archive has all that the evidence needs',
    async () => {
      const answer = await finance.call('GET', `/api/v1/payouts/${payoutId}/evidence`);
      if (answer.status !== 200) throw new Error(answer.text);
      return answer;
    },
    60_000,
  );
  const { keys } = await admin.expect(200, 'GET', '/api/v1/evidence-keys');
  const publicKey: string = keys[0].publicKeyPem;
  const verify = (bundle: string) => verifyBundle(Buffer.from(bundle), { publicKey });
  expect(verify(text)).toMatchObject({ holds: true, problems: [], payoutId, amount: 35_000 });

  const told = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Json]));
  const data = (kind: string) =>
    told.filter((one) => one.kind === kind).map(({ body }) => [body.event.type, body.event.data] as [string, Json]);
  expect(data('routing-policy').map(([, policy]) => policy.rows.map(({ name }: Json) => name))).toEqual([['big', 'rest']]);
  const decisions = data('approval');
  expect(decisions.map(([type]) => type).sort()).toEqual([
    'approvals.commission.approved.v1',
    'approvals.commission.approved.v1',
    'approvals.commission.held.v1',
  ]);
  const big = decisions.find(([type, { stages }]) => type.endsWith('approved.v1') && stages)?.[1];
  expect(big).toMatchObject({ routing: { policyVersion: 1, row: 'big' }, stages: [{ stage: 'manager' }, { stage: 'finance' }] });
  for (const kind of ['run-seal', 'clearance', 'submission', 'settlement', 'ledger-posting']) expect(data(kind)).not.toEqual([]);

  const undetected: string[] = [];
  const ways = new Map<string, number>();
  for (const { how, bundle } of mutations(text, 1000, Number(process.env['SEED'] ?? 20261122))) {
    ways.set(how, (ways.get(how) ?? 0) + 1);
    if (verify(bundle).holds) undetected.push(how);
  }
  expect(undetected).toEqual([]);
  expect([...ways.values()].reduce((sum, count) => sum + count, 0)).toBe(1000);
  expect(ways.size).toBeGreaterThan(20);
}, 180_000);
