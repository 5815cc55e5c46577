import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { camt053 } from './bank-files.js';
import {
  accrued,
  addMethod,
  aPartner,
  approved,
  approver,
  balanceOf,
  builder,
  buildRun,
  cleared,
  earned,
  enrolled,
  later,
  type Owed,
  sendOut,
  start,
  verifyMethod,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const ibans = ['SE45 5000 0000 0583 9825 7466', 'PL61 1090 1014 0000 0712 1981 2874', 'DE89 3704 0044 0532 0130 00'] as const;
const account = (index: 0 | 1) => ({ kind: 'bank-account', account: { name: 'Åsa Öberg', iban: ibans[index] } });
const enter = (owed: Owed, index: 0 | 1, as: object = {}) =>
  s.request(as).post(`/api/v1/partners/${owed.partnerId}/payout-methods`).send(account(index));
const disable = (methodId: string, as: object = approver) =>
  s.request(as).post(`/api/v1/payout-methods/${methodId}/disable`).send({ reason: 'the partner does not know it' });

/** A partner of a brand that pays by bank file. */
async function live(): Promise<Owed> {
  const owed = await aPartner(s);
  const pot = { rail: 'bank-file', account: { name: 'Pot', iban: ibans[2] } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  return owed;
}
const ask = (owed: Owed) =>
  s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [owed.brandId] });
const whyNot = async (owed: Owed) => (await ask(owed).expect(422)).body.errors.map(({ rule }: { rule: string }) => rule);
const methodsPaid = async (run: { id: string }) =>
  (await s.sql<{ method_id: string }>('SELECT method_id FROM payout WHERE run_id = $1', [run.id])).map(({ method_id }) => method_id);

test('SEC19 an account is paid only once another person than who entered it has verified it', async () => {
  const owed = await live();
  await earned(s, owed, 500);
  const method = (await enter(owed, 0, { actorId: 'usr_one', roles: ['finance-approver'] }).expect(201)).body;
  expect(method).toMatchObject({ verification: 'waiting', verifiedBy: null, createdBy: 'usr_one' });
  expect(await whyNot(owed)).toEqual(['payout-method-not-verified']);
  const one = { actorId: 'usr_one', roles: ['finance-approver'] } as const;
  expect((await verifyMethod(s, method.id, { ...one, roles: [...one.roles] }).expect(403)).body.code).toBe('four-eyes');
  await verifyMethod(s, method.id, { ...builder }).expect(403);
  expect((await verifyMethod(s, method.id).expect(200)).body).toMatchObject({ verification: 'verified', verifiedBy: approver.actorId });
  expect((await verifyMethod(s, method.id).expect(409)).body.code).toBe('method-state-forbids');
  expect(await methodsPaid(await buildRun(s, { brandIds: [owed.brandId] }))).toEqual([method.id]);
});

test('SEC19 a changed account cools for 72 hours, verified or not: at 71:59 the old one is paid, at 72:01 the new one', async () => {
  const owed = await live();
  const old = await addMethod(s, owed.partnerId, account(0));
  await later(s, 3_600_000);
  const changed = await addMethod(s, owed.partnerId, account(1));
  expect(Date.parse(changed.usableFrom) - Date.parse(changed.createdAt)).toBe(72 * 3_600_000);
  await s.moveClock(new Date(Date.parse(changed.usableFrom) - 60_000));
  await earned(s, owed, 500);
  expect(await methodsPaid(await buildRun(s, { brandIds: [owed.brandId] }))).toEqual([old.id]);
  await s.moveClock(new Date(Date.parse(changed.usableFrom) + 60_000));
  await earned(s, owed, 600);
  expect(await methodsPaid(await buildRun(s, { brandIds: [owed.brandId] }))).toEqual([changed.id]);
});

test('SEC19 an account taken over: the change is told at once, frozen by one call, and nothing is paid to it', async () => {
  const owed = await live();
  const old = await addMethod(s, owed.partnerId, account(0));
  const stolen = await addMethod(s, owed.partnerId, account(1));
  const told = (await s.published('payouts.payout-method.changed.v1')).filter(({ data }) => data.payoutMethodId === stolen.id);
  expect(told.map(({ data, sequence }) => [data.change, sequence])).toEqual([
    ['entered', 1],
    ['verified', 2],
  ]);
  expect(JSON.stringify(told)).not.toContain('1090');
  expect((await disable(stolen.id).expect(200)).body).toMatchObject({ status: 'disabled', disabledReason: 'the partner does not know it' });
  await disable(stolen.id).expect(409);
  await s.moveClock(new Date(Date.parse(stolen.usableFrom) + 60_000));
  await earned(s, owed, 500);
  expect(await methodsPaid(await buildRun(s, { brandIds: [owed.brandId] }))).toEqual([old.id]);
});

test('FF11 INV-R4 changed in the middle of a run: the run pays the account that it was built with; frozen in the middle: nothing goes out', async () => {
  const owed = await live();
  const old = await addMethod(s, owed.partnerId, account(0));
  await earned(s, owed, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await addMethod(s, owed.partnerId, account(1));
  await sendOut(s, run);
  expect(await methodsPaid(run)).toEqual([old.id]);
  const file = await s.request(approver).get(`/api/v1/payout-runs/${run.id}/bank-file`).expect(200);
  expect(file.text ?? String(file.body)).toContain('SE4550000000058398257466');

  await earned(s, owed, 700);
  const second = await buildRun(s, { brandIds: [owed.brandId] });
  await s.request(approver).post(`/api/v1/payout-runs/${second.id}/approve`).send({}).expect(200);
  await s.deliver(cleared(second.id, second.contentHash));
  await disable(old.id).expect(200);
  await s.request(approver).post(`/api/v1/payout-runs/${second.id}/submit`).send({}).expect(202);
  await s.service.runDueJobs();
  const [payout] = (await s.request().get(`/api/v1/payout-runs/${second.id}`).expect(200)).body.payouts;
  expect(payout).toMatchObject({ status: 'failed', reason: 'the payout method is disabled', amount: 700 });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 700, inPayout: 500 });
});

test('INV-R5 who entered an account does not approve a run that pays it, for a week; the database refuses it too', async () => {
  const owed = await live();
  const maker = { actorId: 'usr_maker', roles: ['finance-approver' as const] };
  const method = (await enter(owed, 0, maker).expect(201)).body;
  await verifyMethod(s, method.id).expect(200);
  await earned(s, owed, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const approve = () => s.request(maker).post(`/api/v1/payout-runs/${run.id}/approve`).send({});
  expect((await approve().expect(403)).body.code).toBe('four-eyes');
  const seal = s.sql(`UPDATE payout_run SET status = 'sealed', approved_by = 'usr_maker', sealed_at = $2 WHERE id = $1`, [
    run.id,
    s.clock.now(),
  ]);
  await expect(seal).rejects.toMatchObject({ code: '23514' });
  await later(s, 7 * 86_400_000);
  await approve().expect(200);
});

test('SEC19 SEC20 the database refuses by itself: a maker who verifies, an account rewritten, a payout to what may not be paid', async () => {
  const owed = await live();
  const other = await live();
  const usable = await addMethod(s, owed.partnerId, account(0));
  const foreign = await addMethod(s, other.partnerId, account(0));
  const cooling = await addMethod(s, owed.partnerId, account(1));
  const waiting = (await enter(owed, 1).expect(201)).body;
  await earned(s, owed, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const payoutId = run.payouts[0]?.id;

  const method = (sql: string, id: string) => s.sql(`UPDATE payout_method SET ${sql} WHERE id = $1`, [id]);
  await expect(method(`verified_by = created_by, verified_at = now(), verified_by_means = 'x'`, waiting.id)).rejects.toMatchObject({
    code: '23514',
  });
  await expect(method(`verified_by = 'x'`, waiting.id)).rejects.toMatchObject({ code: '23514' });
  for (const change of [
    `account = (SELECT account FROM payout_method WHERE id = '${foreign.id}')`,
    `account_hmac = 'x'`,
    `created_by = 'x'`,
    `partner_id = '${other.partnerId}'`,
    `usable_from = usable_from - interval '1 hour'`,
    `verified_by = 'somebody'`,
  ])
    await expect(method(change, cooling.id)).rejects.toMatchObject({ code: '42501' });
  await expect(s.sql('DELETE FROM payout_method WHERE id = $1', [cooling.id])).rejects.toMatchObject({ code: '42501' });

  const columns = 'run_id, partner_id, brand_id, amount, currency, status, sandbox, rail, line_count, lines_hash, created_at';
  const pay = (methodId: string | null) =>
    s.sql(
      `INSERT INTO payout (id, rail_key, method_id, account_hmac, ${columns})
       SELECT 'pyt_x', 'pyt_x', $2, coalesce((SELECT account_hmac FROM payout_method WHERE id = $2), ''), ${columns} FROM payout WHERE id = $1`,
      [payoutId, methodId],
    );
  for (const methodId of [waiting.id, cooling.id, foreign.id, 'pm_none', null])
    await expect(pay(methodId)).rejects.toMatchObject({ code: '23514' });
  for (const change of [
    `method_id = '${cooling.id}'`,
    `account_hmac = 'x'`,
    'amount = amount + 1',
    `partner_id = '${other.partnerId}'`,
    'sandbox = true',
  ])
    await expect(s.sql(`UPDATE payout SET ${change} WHERE id = $1`, [payoutId])).rejects.toMatchObject({ code: '23514' });
  await disable(usable.id).expect(200);
  await expect(pay(usable.id)).rejects.toMatchObject({ code: '23514' });
  await expect(s.sql('UPDATE payout SET attempted_at = now() WHERE id = $1', [payoutId])).rejects.toMatchObject({ code: '23514' });
  await expect(method(`status = 'active'`, usable.id)).rejects.toMatchObject({ code: '42501' });
});

test('who sees a method, and who may do something with it, is bound to brands and to the partner', async () => {
  const owed = await live();
  await s.deliver(enrolled(owed.partnerId, owed.brandId));
  const method = (await enter(owed, 0).expect(201)).body;
  const path = `/api/v1/partners/${owed.partnerId}/payout-methods`;
  const listed = await s
    .request({ ...approver, brandIds: [owed.brandId] })
    .get(path)
    .expect(200);
  expect(listed.body).toEqual({ data: [method], nextCursor: null });
  const elsewhere = { ...approver, brandIds: [newId('brand')] };
  await s.request(elsewhere).get(path).expect(404);
  await verifyMethod(s, method.id, elsewhere).expect(404);
  await disable(method.id, elsewhere).expect(404);
  await s
    .request({ actorKind: 'partner', partnerId: newId('partner'), brandIds: [] })
    .get(path)
    .expect(404);
  const simulated = await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test' } });
  expect(simulated).toMatchObject({ verification: 'not-needed' });
  await verifyMethod(s, simulated.id).expect(409);
});

const american = { name: 'Åsa Öberg', routingNumber: '021000021', accountNumber: '1234567890678', type: 'checking', holder: 'person' };
const company = {
  name: 'Brand Inc',
  routingNumber: '011000015',
  accountNumber: '9988776655',
  bankName: 'First Bank',
  companyId: '1234567890',
};
const paypal = { name: 'Brand', clientId: 'client-123456', clientSecret: 'secret-123456', webhookId: 'WH-123456' };
const stripe = { name: 'Brand', secretKey: 'sk_test_123456', webhookSecret: 'whsec_123456' };

/** Accounts of every other kind, a file for an American bank, and a statement that a bank has sent. */
async function otherAccounts(): Promise<void> {
  const owed = await live();
  for (const [rail, of] of Object.entries({ 'nacha-file': company, paypal, stripe }))
    await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send({ rail, account: of }).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'paypal', account: { name: 'Åsa Öberg', email: 'asa.oberg@example.com' } });
  await addMethod(s, owed.partnerId, { kind: 'stripe', account: { name: 'Åsa Öberg', accountId: 'acct_1AsaOberg' } });
  // The newest is the one that is paid.
  await addMethod(s, owed.partnerId, { kind: 'us-bank-account', account: american });
  const dollars = accrued(owed.partnerId, owed.brandId, 500, { currency: 'USD' });
  await s.deliver(dollars, approved(dollars));
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(run.payouts).toMatchObject([{ rail: 'nacha-file' }]);
  await sendOut(s, run);
  await s
    .request(approver)
    .post(`/api/v1/brands/${owed.brandId}/bank-reports`)
    .set('content-type', 'application/xml')
    .send(camt053([{ id: run.payouts[0]?.id ?? '', amount: 500, reference: 'B1', currency: 'USD' }], { of: ibans[2].replaceAll(' ', '') }))
    .expect(201);
}
const plain = [american.accountNumber, company.accountNumber, 'asa.oberg@', 'acct_1AsaOberg'];
const keys = [paypal.clientSecret, paypal.webhookId, stripe.secretKey, stripe.webhookSecret];

test('SEC24 a dump of the database holds no account, no name of a holder and no key of a provider, in whatever schema', async () => {
  await otherAccounts();
  const tables = await s.sql<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  expect(tables.length).toBeGreaterThan(20);
  expect((await s.sql<{ n: number }>('SELECT count(*)::int AS n FROM bank_file'))[0]?.n).toBeGreaterThan(0);
  // What is looked for is found where it does lie: the hint does.
  const hint = await s.sql(`SELECT 1 FROM payout_method AS row WHERE position('**** 7466' IN row::text) > 0`);
  expect(hint.length).toBeGreaterThan(0);
  const secrets = [...ibans.flatMap((iban) => [iban, iban.replaceAll(' ', '')]), 'Öberg', 'Oberg', ...plain, ...keys];
  for (const { name } of tables) {
    const found = await s.sql(
      `SELECT 1 FROM ${name} AS row WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS secret WHERE position(secret IN row::text) > 0)`,
      [secrets],
    );
    expect([name, found]).toEqual([name, []]);
  }
});

test('SEC19 a node whose clock is behind leaves out what another has just verified or entered, and does not break', async () => {
  const [owed, played] = [await live(), await aPartner(s)];
  await earned(s, owed, 500);
  await earned(s, played, 300);
  const verified = (await enter(owed, 0).expect(201)).body;
  const entered = await addMethod(s, played.partnerId, { kind: 'simulated', account: { name: 'test' } });
  // What the other node writes by its own clock.
  const ahead = new Date(s.clock.now().getTime() + 60_000);
  await s.sql(`UPDATE payout_method SET verified_by = 'usr_other', verified_by_means = 'prenote', verified_at = $2 WHERE id = $1`, [
    verified.id,
    ahead,
  ]);
  await s.sql('UPDATE payout_method SET usable_from = $2 WHERE id = $1', [entered.id, ahead]);
  expect([await whyNot(owed), await whyNot(played)]).toEqual([['payout-method-not-verified'], ['payout-method-cooling']]);
  await later(s, 60_000);
  expect(await ask(owed)).toMatchObject({ status: 201 });
  expect(await ask(played)).toMatchObject({ status: 201 });
});
