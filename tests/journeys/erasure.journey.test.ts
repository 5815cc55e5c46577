import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startLocalPostgres } from '@tributary/local-postgres';
import { eventually } from '@tributary/testkit';
import pg from 'pg';
import { freePort } from '../../scripts/lib/processes.mjs';
import { ProviderDouble } from '../../services/payouts/test/provider-double.js';
import { type Client, client, type Json } from './client.js';
import { type Started, startProgram } from './processes.js';
import { verifyEvidence } from './verify.js';

// All services in one process, with the mail that they send in a folder, and a provider that keeps its own books.

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-erasure-'));
const data = path.join(folder, 'data');
const double = new ProviderDouble();
let postgres: Awaited<ReturnType<typeof startLocalPostgres>>;
let platform: Started;
let admin: Client;
let second: Client;
let finance: Client;

beforeAll(async () => {
  postgres = await startLocalPostgres({ folder: path.join(folder, 'postgres') });
  const providers = await double.start();
  const port = String(await freePort());
  const env = {
    PORT: port,
    TRIBUTARY_DATA_DIR: data,
    TRIBUTARY_ADMIN_KEY: 'trib_journey_first_operator',
    TRIBUTARY_CLOCK: 'simulated',
    TRIBUTARY_POSTGRES_URL: postgres.url,
    TRIBUTARY_STRIPE_URL: providers,
    TRIBUTARY_PAYPAL_URL: providers,
    AMQP_URL: '',
  };
  const url = `http://127.0.0.1:${port}`;
  platform = await startProgram('services/standalone/dist/main.js', [], env, url);
  admin = client(url, env.TRIBUTARY_ADMIN_KEY);
  const keyOf = async (role: string) => (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: role, roles: [role] })).key;
  second = client(url, await keyOf('administrator'));
  finance = client(url, await keyOf('finance-approver'));
}, 180_000);
afterAll(async () => {
  await platform?.stop();
  await double.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const iban = 'DE89370400440532013000';
const personal = ['canary', iban, 'acct_1Canary'];

/** Where anything of the canary stands: tables of all databases, and files of the data folder. */
async function canaries(): Promise<string[]> {
  const ask = async (database: string, sql: string) => {
    const url = new URL(postgres.url);
    url.pathname = `/${database}`;
    const reader = new pg.Client({ connectionString: url.href });
    await reader.connect();
    try {
      return (await reader.query<Record<string, string>>(sql)).rows;
    } finally {
      await reader.end();
    }
  };
  const found: string[] = [];
  for (const { name = '' } of await ask('postgres', 'SELECT datname AS name FROM pg_database WHERE NOT datistemplate')) {
    const tables = await ask(
      name,
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const pattern = personal.join('|');
    for (const table of tables)
      if ((await ask(name, `SELECT 1 AS one FROM ${table['name']} t WHERE t::text ~* '${pattern}' LIMIT 1`)).length > 0)
        found.push(`${name} ${table['name']}`);
  }
  for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && new RegExp(personal.join('|'), 'i').test(readFileSync(path.join(entry.parentPath, entry.name), 'utf8')))
      found.push(entry.name);
  return found;
}

const pass = async (ms: number) => {
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  await admin.expect(200, 'POST', '/api/v1/clock', { now: new Date(Date.parse(now) + ms).toISOString() });
};
const balancesOf = async (partnerId: string): Promise<Json> =>
  (await admin.expect(200, 'GET', `/api/v1/partners/${partnerId}/balance`)).balances;
const reaches = (partnerId: string, wanted: Record<string, number>) =>
  eventually(
    `a balance of ${JSON.stringify(wanted)}`,
    async () => {
      const [found] = await balancesOf(partnerId);
      return found && Object.entries(wanted).every(([term, amount]) => found[term] === amount);
    },
    60_000,
  );

test('FG10 C-09 INV-A4 an erasure waits for an open payout; then no plaintext is left anywhere, the ledger is unchanged, chain and evidence verify', async () => {
  const brand = await admin.expect(201, 'POST', '/api/v1/brands', {
    name: 'Acme',
    slug: 'acme',
    currency: 'EUR',
    timeZone: 'UTC',
    policy: { autoApproveUpTo: 1_000_000, financeThreshold: 2_000_000, minimumPayout: 0 },
  });
  const account = { name: 'Acme', secretKey: 'sk_test_erasure', webhookSecret: 'whsec_erasure' };
  await admin.expect(201, 'POST', `/api/v1/brands/${brand.id}/funding-accounts`, { rail: 'stripe', account });
  const body = {
    name: 'Canary Lovelace',
    email: 'canary@example.com',
    country: 'DE',
    attributes: { phone: 'canary 0123' },
    externalId: 'canary-1',
  };
  const { id: partnerId } = await admin.expect(201, 'POST', '/api/v1/partners', body);
  await admin.expect(201, 'POST', `/api/v1/partners/${partnerId}/enrollments`, { brandId: brand.id });
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 0 };
  await admin.expect(201, 'POST', '/api/v1/deals', { partnerId, brandId: brand.id, terms });
  for (const [kind, given] of [
    ['bank-account', { name: 'Canary Lovelace', iban }],
    ['stripe', { name: 'Canary Lovelace', accountId: 'acct_1Canary' }],
  ] as const) {
    const method = await admin.expect(201, 'POST', `/api/v1/partners/${partnerId}/payout-methods`, { kind, account: given });
    await finance.expect(200, 'POST', `/api/v1/payout-methods/${method.id}/verify`, { means: 'prenote' });
  }
  await admin.expect(201, 'POST', '/api/v1/risk-signals', { brandId: brand.id, subjectId: partnerId, email: 'canary@example.com' });
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  const sale = { type: 'sale', eventId: 'sale-1', brandId: brand.id, partnerId, occurredAt: now, amount: 10_000, currency: 'EUR' };
  await admin.expect(202, 'POST', '/api/v1/events', sale);
  await reaches(partnerId, { accrued: 1000 });
  await pass(1000);
  await reaches(partnerId, { payable: 1000 });
  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [brand.id], include: [partnerId] });
  await finance.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  const payoutId = run.payouts[0].id;

  const { id } = await admin.expect(201, 'POST', `/api/v1/partners/${partnerId}/erasures`, {});
  await admin.expect(403, 'POST', `/api/v1/erasures/${id}/confirm`, {});
  await second.expect(200, 'POST', `/api/v1/erasures/${id}/confirm`, {});
  const erasure = async () => admin.expect(200, 'GET', `/api/v1/erasures/${id}`);
  await eventually(
    'it waits for the payout',
    async () => (await erasure()).waitingFor.some((one: Json) => one.payoutId === payoutId),
    30_000,
  );
  expect((await erasure()).status).toBe('confirmed');
  expect(await canaries()).not.toEqual([]);

  await eventually(
    'the run is cleared',
    async () => (await admin.expect(200, 'GET', `/api/v1/payout-runs/${run.id}`)).status === 'cleared',
    30_000,
  );
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${run.id}/submit`);
  await reaches(partnerId, { paid: 1000 });
  const before = await balancesOf(partnerId);
  await eventually(
    'it is done',
    async () => {
      await pass(60_000);
      const { status, retained } = await erasure();
      return status === 'erased' && retained.length > 0;
    },
    60_000,
  );
  expect(await erasure()).toMatchObject({ waitingFor: [], retained: [{ kind: 'payment-records', until: expect.any(String) }] });
  await eventually('nothing of the canary is left', async () => (await canaries()).length === 0, 30_000).catch(async (error: unknown) => {
    throw new Error(`left in ${await canaries()}`, { cause: error });
  });

  expect(await balancesOf(partnerId)).toEqual(before);
  expect(await admin.expect(200, 'GET', '/api/v1/audit/verification')).toMatchObject({ valid: true });
  expect(double.moneyOut.map((out) => out.payoutId)).toEqual([payoutId]);
  const evidence = await admin.call('GET', `/api/v1/payouts/${payoutId}/evidence`);
  expect(evidence.status).toBe(200);
  expect(await verifyEvidence(admin, evidence.text, folder)).toMatchObject({ code: 0 });
  const statement = await admin.call('GET', `/api/v1/payouts/${payoutId}/statement`);
  expect(statement.status).toBe(200);
  for (const text of personal) expect(`${evidence.text}${statement.text}`.toLowerCase()).not.toContain(text.toLowerCase());
  const method = { kind: 'bank-account', account: { name: 'Canary Lovelace', iban } };
  expect((await admin.expect(410, 'POST', `/api/v1/partners/${partnerId}/payout-methods`, method)).code).toBe('partner-erased');
}, 240_000);
