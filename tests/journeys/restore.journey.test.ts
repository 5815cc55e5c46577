import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startLocalPostgres, withDatabase } from '@tributary/local-postgres';
import { eventually } from '@tributary/testkit';
import pg from 'pg';
import { freePort } from '../../scripts/lib/processes.mjs';
import { ProviderDouble } from '../../services/payouts/test/provider-double.js';
import { type Client, client, type Json } from './client.js';
import { type Started, startProgram } from './processes.js';

// All services in one process, each with its database; the provider keeps its own books, outside of all of them.

const adminKey = 'trib_journey_first_operator';
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-restore-'));
const double = new ProviderDouble();
let postgres: Awaited<ReturnType<typeof startLocalPostgres>>;
let platform: Started;
let url: string;
let doubleUrl: string;
let admin: Client;
let finance: Client;

async function start(): Promise<void> {
  const env = {
    PORT: new URL(url).port,
    TRIBUTARY_DATA_DIR: path.join(folder, 'data'),
    TRIBUTARY_ADMIN_KEY: adminKey,
    TRIBUTARY_CLOCK: 'simulated',
    TRIBUTARY_POSTGRES_URL: postgres.url,
    TRIBUTARY_STRIPE_URL: doubleUrl,
    TRIBUTARY_PAYPAL_URL: doubleUrl,
    AMQP_URL: '',
  };
  platform = await startProgram('services/standalone/dist/main.js', [], env, url);
}

beforeAll(async () => {
  postgres = await startLocalPostgres({ folder: path.join(folder, 'postgres') });
  doubleUrl = await double.start();
  url = `http://127.0.0.1:${await freePort()}`;
  await start();
  admin = client(url, adminKey);
  finance = client(url, (await admin.expect(201, 'POST', '/api/v1/api-keys', { name: 'Fin', roles: ['finance-approver'] })).key);
}, 180_000);
afterAll(async () => {
  await platform?.stop();
  await double.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

async function onServer(...statements: string[]): Promise<void> {
  const server = new pg.Client({ connectionString: postgres.url });
  await server.connect();
  for (const statement of statements) await server.query(statement);
  await server.end();
}
/** A copy of one database, at this moment; its service loses its connections for it, as in an outage. */
const backUp = (service: string) =>
  onServer(
    `ALTER DATABASE ${service} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${service}'`,
    `CREATE DATABASE ${service}_backup TEMPLATE ${service} OWNER ${service}_migrator`,
    `ALTER DATABASE ${service} ALLOW_CONNECTIONS true`,
  );
/** While nothing runs. */
const restore = (service: string) =>
  onServer(`DROP DATABASE ${service} WITH (FORCE)`, `ALTER DATABASE ${service}_backup RENAME TO ${service}`);

const iban = 'DE89370400440532013000';
const secrets = [iban, 'acct_1Restored', 'Ada Restored', 'sk_test_restored', 'whsec_restored'];
let brandId: string;

async function aPartner(name: string): Promise<string> {
  const partner = await admin.expect(201, 'POST', '/api/v1/partners', {
    name,
    email: `${name}@example.com`,
    country: 'DE',
    type: 'affiliate',
  });
  await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/enrollments`, { brandId });
  const terms = { components: [{ on: 'sale', model: 'percentage', rate: '0.10' }], holdDays: 0 };
  await admin.expect(201, 'POST', '/api/v1/deals', { partnerId: partner.id, brandId, terms });
  for (const [kind, account] of [
    ['bank-account', { name: 'Ada Restored', iban }],
    ['stripe', { name: 'Ada Restored', accountId: `acct_1Restored${name}` }],
  ] as const) {
    const method = await admin.expect(201, 'POST', `/api/v1/partners/${partner.id}/payout-methods`, { kind, account });
    await finance.expect(200, 'POST', `/api/v1/payout-methods/${method.id}/verify`, { means: 'prenote' });
  }
  return partner.id;
}

const balanceOf = async (partnerId: string): Promise<Json> =>
  (await admin.expect(200, 'GET', `/api/v1/partners/${partnerId}/balance`)).balances[0];
const reaches = (partnerId: string, wanted: Record<string, number>) =>
  eventually(
    `a balance of ${JSON.stringify(wanted)}`,
    async () => {
      const found = await balanceOf(partnerId);
      return found && Object.entries(wanted).every(([term, amount]) => found[term] === amount);
    },
    60_000,
  );

let sold = 0;
async function earns(partnerId: string, commission: number): Promise<void> {
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  const sale = { type: 'sale', eventId: `sale-${++sold}`, brandId, partnerId, occurredAt: now, amount: commission * 10, currency: 'EUR' };
  await admin.expect(202, 'POST', '/api/v1/events', sale);
  await reaches(partnerId, { accrued: commission });
  await pass(1000);
  await reaches(partnerId, { payable: commission });
}
const pass = async (ms: number) => {
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  await admin.expect(200, 'POST', '/api/v1/clock', { now: new Date(Date.parse(now) + ms).toISOString() });
};
async function approvedRun(partnerId: string): Promise<string> {
  const run = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [brandId], include: [partnerId] });
  await finance.expect(200, 'POST', `/api/v1/payout-runs/${run.id}/approve`);
  await eventually(
    'the run is cleared',
    async () => (await admin.expect(200, 'GET', `/api/v1/payout-runs/${run.id}`)).status === 'cleared',
  );
  return run.id;
}
const payoutOf = async (partnerId: string): Promise<Json> =>
  (await admin.expect(200, 'GET', `/api/v1/payouts?partnerId=${partnerId}`)).data[0];

test('FC11 databases restored to different moments: payouts freeze, the provider is asked, two people release, and nothing is paid twice', async () => {
  brandId = (
    await admin.expect(201, 'POST', '/api/v1/brands', {
      name: 'Acme',
      slug: 'acme',
      currency: 'EUR',
      timeZone: 'UTC',
      policy: { autoApproveUpTo: 1_000_000, financeThreshold: 2_000_000, minimumPayout: 0 },
    })
  ).id;
  const pot = { name: 'Acme', secretKey: 'sk_test_restored', webhookSecret: 'whsec_restored' };
  await admin.expect(201, 'POST', `/api/v1/brands/${brandId}/funding-accounts`, { rail: 'stripe', account: pot });
  const [ada, bea, cy, dee] = [await aPartner('ada'), await aPartner('bea'), await aPartner('cy'), await aPartner('dee')];
  await earns(ada, 1000);
  const waiting = await approvedRun(ada);
  await earns(bea, 2000);

  // Three moments: payouts before anything went out, approvals between two runs, the rest when the machine is lost.
  await backUp('payouts');
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${waiting}/submit`);
  await reaches(ada, { paid: 1000 });
  await backUp('approvals');
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${await approvedRun(bea)}/submit`);
  await reaches(bea, { paid: 2000 });
  await earns(cy, 3000);
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${await approvedRun(cy)}/submit`);
  await reaches(cy, { paid: 3000 });
  await earns(dee, 4000);
  const before = double.moneyOut.map(({ payoutId }) => payoutId);
  expect(before).toHaveLength(3);
  double.forgetKeys();
  expect(await platform.stop()).toBe(0);

  for (const service of ['payouts', 'approvals']) await restore(service);
  await start();
  expect((await admin.expect(409, 'POST', '/api/v1/payout-runs', { brandIds: [brandId] })).code).toBe('payouts-frozen');
  expect((await finance.expect(409, 'POST', `/api/v1/payout-runs/${waiting}/submit`)).code).toBe('payouts-frozen');
  const from = new Date(Date.now() - 3_600_000).toISOString();
  for (const service of ['approvals', 'payouts']) await admin.expect(202, 'POST', '/api/v1/operations/replays', { service, from });
  let freeze: Json;
  await eventually(
    'what was sent is in the books',
    async () => {
      await pass(5000);
      [freeze] = (await admin.expect(200, 'GET', '/api/v1/payout-freezes')).data;
      const said = freeze.findings.map(({ amount, kind, detail }: Json) => `${amount} ${kind}: ${detail}`);
      if (said.length < 3 || !freeze.findings.every(({ kind }: Json) => kind === 'was-sent' || kind === 'taken-up'))
        throw new Error(`checked at ${freeze.checkedAt}: ${said.join('; ')}`);
      return true;
    },
    60_000,
  );
  expect(freeze.findings.map(({ amount, kind }: Json) => `${amount} ${kind}`).sort()).toEqual([
    '1000 was-sent',
    '2000 taken-up',
    '3000 taken-up',
  ]);
  await reaches(dee, { payable: 4000 });

  const { findingsHash } = freeze;
  const proposed = await admin.expect(200, 'POST', `/api/v1/payout-freezes/${freeze.id}/release`, { reason: 'compared', findingsHash });
  const confirm = { findingsHash, proposedBy: proposed.proposedBy };
  await admin.expect(403, 'POST', `/api/v1/payout-freezes/${freeze.id}/release/confirm`, confirm);
  await finance.expect(200, 'POST', `/api/v1/payout-freezes/${freeze.id}/release/confirm`, confirm);
  const next = await admin.expect(201, 'POST', '/api/v1/payout-runs', { brandIds: [brandId] });
  expect(next.payouts.map(({ partnerId, amount }: Json) => [partnerId, amount])).toEqual([[dee, 4000]]);
  await finance.expect(200, 'POST', `/api/v1/payout-runs/${next.id}/approve`);
  await finance.expect(202, 'POST', `/api/v1/payout-runs/${next.id}/submit`);
  await reaches(dee, { paid: 4000 });
  for (let round = 0; round < 3; round++) await pass(3_600_000);
  for (const [partnerId, paid] of [
    [ada, 1000],
    [bea, 2000],
    [cy, 3000],
  ] as const)
    await reaches(partnerId, { paid, payable: 0, inPayout: 0 });
  const out = double.moneyOut.map(({ payoutId, amount }) => [payoutId, Number(amount)]);
  expect(out.map(([, amount]) => amount)).toEqual([1000, 2000, 3000, 4000]);
  expect(out.map(([payoutId]) => payoutId)).toEqual([...before, next.payouts[0].id]);
  expect((await payoutOf(bea)).id).toBe(before[1]);
}, 240_000);

test('SEC24 no database holds an account, a name of its holder or a key of a provider', async () => {
  const services = (await databases()).filter((name) => name !== 'postgres');
  expect(services.length).toBeGreaterThanOrEqual(9);
  const found: string[] = [];
  for (const service of services) {
    const database = new pg.Client({ connectionString: withDatabase(postgres.url, service) });
    await database.connect();
    const { rows: tables } = await database.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rowCount } = await database.query(
        `SELECT 1 FROM ${name} AS row WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS secret WHERE position(secret IN row::text) > 0) LIMIT 1`,
        [secrets],
      );
      if (rowCount) found.push(`${service} ${name}`);
    }
    await database.end();
  }
  expect(found).toEqual([]);
}, 60_000);

async function databases(): Promise<string[]> {
  const server = new pg.Client({ connectionString: postgres.url });
  await server.connect();
  const { rows } = await server.query<{ datname: string }>('SELECT datname FROM pg_database WHERE NOT datistemplate');
  await server.end();
  return rows.map(({ datname }) => datname);
}
