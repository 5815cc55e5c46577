import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { createVault } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import { currentContentHash } from '../src/runs/run-content-store.js';
import { camt053 } from './bank-files.js';
import {
  answersTo,
  askFor,
  byFile,
  canary,
  erase,
  finance,
  lastAnswer,
  mayLook,
  paidByFile,
  register,
  report,
  subjectErased,
  tablesWith,
} from './erasure-world.js';
import { expectSoundBooks } from './sound-books.js';
import { download, pagesOf } from './statement-readers.js';
import { earnedIn, verifiedForm, w9 } from './tax-world.js';
import { addMethod, aPartner, balanceOf, builder, buildRun, earned, payRun, sendOut, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(async () => {
  await expectSoundBooks(s);
  await s.stop();
});

const opened = (subject: string, sealed: string) => s.db.tx(everyBrand, (tx) => createVault(s.environment.keys).open(tx, subject, sealed));
const sealedIn = async (table: string, where: string, column = 'content') =>
  (await s.sql<{ sealed: string }>(`SELECT ${column} AS sealed FROM ${table} WHERE ${where} LIMIT 1`))[0]?.sealed ?? '';
const statusAndCode = async (asked: PromiseLike<{ status: number; body: { code?: string } }>) => {
  const { status, body } = await asked;
  return [status, body.code];
};

test('FG10 C-09 C-10 INV-A4 what is held of a partner is gone, what the law asks for is locked away, and books, hashes and seals stay whole', async () => {
  const paid = await paidByFile(s);
  const { partnerId, brandId, run } = paid;
  // Answers that are kept for who asks again hold it too.
  const again = { kind: 'bank-account', account: { name: canary.name, iban: canary.iban } };
  const key = { 'idempotency-key': `key-${partnerId}` };
  const path = `/api/v1/partners/${partnerId}/payout-methods`;
  await s.request().post(path).set(key).send(again).expect(201);
  expect(await tablesWith(s, canary.hint)).toEqual(['kit.idempotency', 'public.payout_method']);
  for (const text of [canary.name, canary.iban, canary.taxName, canary.vatName]) expect(await tablesWith(s, text)).toEqual([]);

  const account = await sealedIn('payout_method', `partner_id = '${partnerId}'`, 'account');
  expect(await opened(partnerId, account)).toContain(canary.iban);
  const hmac = await sealedIn('payout_method', `partner_id = '${partnerId}'`, 'account_hmac');
  const before = {
    balances: await s.sql('SELECT * FROM balance ORDER BY 1, 2, 3'),
    journal: await s.sql('SELECT * FROM ledger_transaction ORDER BY id'),
    content: await s.db.tx(everyBrand, (tx) => currentContentHash(tx, run.id, () => undefined)),
  };
  expect(before.content).toBe(run.contentHash);
  const pdf = await s.request().get(`/api/v1/payouts/${paid.payoutId}/statement/pdf`).expect(200);
  expect(pdf.body.length).toBeGreaterThan(0);

  const erasureId = await erase(s, paid);
  const retained = [
    { kind: 'tax-records', until: '2037-01-01T12:00:00.000Z' },
    { kind: 'payment-records', until: '2037-01-01T12:00:00.000Z' },
  ];
  expect(await answersTo(s, erasureId)).toMatchObject([{ answer: 'clear' }, { answer: 'erased', waitingFor: [], retained }]);

  // Nothing is found of it in any table, nor opened by the vault.
  for (const text of [canary.name, canary.iban, canary.hint, canary.taxName, canary.vatName]) expect(await tablesWith(s, text)).toEqual([]);
  // The keyed hash of the account is in what was sealed: without it the seal of the run would not hold.
  expect(await tablesWith(s, hmac)).toEqual(['messaging.outbox', 'public.payout']);
  expect(await opened(partnerId, account)).toBeUndefined();
  expect(await s.sql('SELECT 1 FROM kit.subject_key WHERE subject_id = $1', [partnerId])).toEqual([]);
  expect(await opened(`tax:${partnerId}`, await sealedIn('tax_form', `partner_id = '${partnerId}'`))).toContain(canary.taxName);
  expect(await opened(run.id, await sealedIn('bank_file_piece', `run_id = '${run.id}'`))).toContain(canary.iban);
  expect((await s.request().post(path).set(key).send(again)).body.code).toBe('idempotency-key-reused');

  // The books are what they were.
  expect({
    balances: await s.sql('SELECT * FROM balance ORDER BY 1, 2, 3'),
    journal: await s.sql('SELECT * FROM ledger_transaction ORDER BY id'),
    content: await s.db.tx(everyBrand, (tx) => currentContentHash(tx, run.id, () => undefined)),
  }).toEqual(before);

  // What is shown names nobody, and answers.
  const { body: methods } = await s.request().get(path).expect(200);
  expect(methods.data).toHaveLength(2);
  for (const method of methods.data) expect(method).toMatchObject({ status: 'disabled', accountHint: 'erased', disabledReason: 'erased' });
  const { body: statement } = await s.request().get(`/api/v1/payouts/${paid.payoutId}/statement`).expect(200);
  expect(statement).toMatchObject({ partnerId, accountHint: null, amount: run.payouts[0]?.amount });
  await s.request().get(`/api/v1/payouts/${paid.payoutId}/statement/pdf`).expect(200);
  expect((await s.request(finance).get(`/api/v1/payout-runs/${run.id}`).expect(200)).body.contentHash).toBe(run.contentHash);
  await s.request().get(`/api/v1/account-statements?partnerId=${partnerId}`).expect(200);

  // What is kept is shown to who may look into it, and to nobody else.
  const [invoice] = (await s.request(finance).get(`/api/v1/self-billed-invoices?partnerId=${partnerId}`).expect(200)).body.data;
  const kept = [
    `/api/v1/partners/${partnerId}/tax-forms`,
    `/api/v1/partners/${partnerId}/tax-standing`,
    `/api/v1/partners/${partnerId}/vat-registrations`,
    `/api/v1/self-billed-invoices/${invoice.id}`,
    `/api/v1/self-billed-invoices/${invoice.id}/text`,
    `/api/v1/payout-runs/${run.id}/bank-file`,
    `/api/v1/payout-runs/${run.id}/payment-files/bank-file?brandId=${brandId}`,
  ];
  for (const url of kept) {
    expect([url, ...(await statusAndCode(s.request(finance).get(url)))]).toEqual([url, 403, 'retained-restricted']);
    expect([url, (await s.request(mayLook).get(url)).status]).toEqual([url, 200]);
  }
  expect((await s.request(mayLook).get(kept[4] ?? '')).text).toContain(canary.vatName);
  const file = await s
    .request(mayLook)
    .get(kept[5] ?? '')
    .buffer(true)
    .parse((res, done) => {
      let text = '';
      res.on('data', (chunk: Buffer) => (text += chunk.toString()));
      res.on('end', () => done(null, text));
    });
  expect(file.body).toContain(canary.iban);
});

test('FG10 C-10 of a run of two brands the file that names the erased is locked away, and not the other', async () => {
  const [gone, other] = [await byFile(s), await byFile(s)];
  for (const owed of [gone, other]) await earned(s, owed, 1000);
  const run = await buildRun(s, { brandIds: [gone.brandId, other.brandId] });
  await sendOut(s, run);
  await report(s, run, 'settled');
  await erase(s, gone);
  const asked = (path: string) => statusAndCode(s.request(finance).get(`/api/v1/payout-runs/${run.id}/${path}`));
  expect(await asked(`payment-files/bank-file?brandId=${gone.brandId}`)).toEqual([403, 'retained-restricted']);
  expect(await asked('bank-file')).toEqual([403, 'retained-restricted']);
  expect((await asked(`payment-files/bank-file?brandId=${other.brandId}`))[0]).toBe(200);
  expect((await asked(`bank-file?brandId=${other.brandId}`))[0]).toBe(200);
});

test('FG10 C-10 the 1099 report of a year is still built; who was erased is named in it to those alone who may look into what is kept', async () => {
  const owed = await aPartner(s);
  const pot = { rail: 'simulated-api', account: { name: 'Pot' } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test' } });
  await verifiedForm(s, owed, { ...w9, name: 'Necessary Name' });
  await earnedIn(s, owed, 'USD', 300_000);
  await payRun(s, owed.brandId);
  await settle(s);
  const url = `/api/v1/brands/${owed.brandId}/tax/1099?year=2026`;
  const { body: before } = await s.request(finance).get(url).expect(200);
  expect(before.rows).toMatchObject([{ name: 'Necessary Name', tin: expect.any(String), gross: 300_000 }]);
  await erase(s, owed);
  const { body: after } = await s.request(finance).get(url).expect(200);
  expect(after.rows).toEqual([{ ...before.rows[0], name: null, tin: null }]);
  expect((await s.request(mayLook).get(url).expect(200)).body).toEqual(before);
});

test('FG10 money that comes back after the erasure is booked and stays, and a bank may report it', async () => {
  const paid = await paidByFile(s);
  const erasureId = await erase(s, paid, 'pay-first');
  const { run, partnerId, brandId, payoutId } = paid;
  const entry = { id: payoutId, amount: run.payouts[0]?.amount ?? 0, side: 'CRDT' as const, returned: 'AC04' };
  const uploaded = await s
    .request()
    .post(`/api/v1/brands/${brandId}/bank-reports`)
    .set('content-type', 'application/xml')
    .send(camt053([entry]));
  expect([uploaded.status, uploaded.body.code]).toEqual([201, undefined]);
  expect((await s.request().get(`/api/v1/payouts/${payoutId}`)).body.status).toBe('returned');
  expect(await balanceOf(s, partnerId)).toMatchObject({ payable: 100_000, paid: 0 });
  const refused = await s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [brandId] });
  expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining('partner-erased')]);
  // The invoice is taken back under the name that is kept, and no account is left to be warned of.
  const { data } = (await s.request(finance).get(`/api/v1/self-billed-invoices?partnerId=${partnerId}`).expect(200)).body;
  expect(data.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['credit-note', 'invoice']);
  expect(await tablesWith(s, canary.name)).toEqual([]);
  expect((await lastAnswer(s, erasureId))?.answer).toBe('erased');
});

test('FG10 an erasure that restored books have never heard of is done all the same, once, and outranks what they have forgotten', async () => {
  const owed = await aPartner(s);
  await addMethod(s, owed.partnerId, { kind: 'paypal', account: { name: 'Forgotten', email: 'forgotten.canary@example.com' } });
  const erasureId = newId('erasure');
  await s.deliver(subjectErased(owed.partnerId, erasureId));
  const all = await answersTo(s, erasureId);
  expect(all).toMatchObject([{ answer: 'erased', retained: [], sequence: 1_000_001 }]);
  expect(await tablesWith(s, 'f***@example.com')).toEqual([]);
  const rows = await s.sql('SELECT * FROM partner_erasure WHERE erasure_id = $1', [erasureId]);
  const methods = await s.sql('SELECT * FROM payout_method WHERE partner_id = $1', [owed.partnerId]);
  await s.deliver(subjectErased(owed.partnerId, erasureId));
  await askFor(s, owed).then((other) => s.deliver(subjectErased(owed.partnerId, other)));
  expect(await s.sql('SELECT * FROM partner_erasure WHERE erasure_id = $1', [erasureId])).toEqual(rows);
  expect(await s.sql('SELECT * FROM payout_method WHERE partner_id = $1', [owed.partnerId])).toEqual(methods);
  expect(await answersTo(s, erasureId)).toEqual(all);
});

test('FG10 direct SQL neither erases who is not erased nor brings back who is', async () => {
  const owed = await aPartner(s);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test' } });
  const refused = { code: '42501' };
  const of = (change: string) => s.sql(`UPDATE payout_method SET ${change} WHERE partner_id = $1`, [owed.partnerId]);
  const wiped = `account = 'erased', account_hmac = 'erased:' || id, status = 'disabled', disabled_by = 'x', disabled_at = now(), disabled_reason = 'x'`;
  await expect(of(wiped)).rejects.toMatchObject(refused);
  await erase(s, owed);
  await expect(of(`account = 'x'`)).rejects.toMatchObject(refused);
  await expect(of(`status = 'active', disabled_by = NULL, disabled_at = NULL, disabled_reason = NULL`)).rejects.toMatchObject(refused);
  await register(s, await aPartner(s)).expect(201);
  await expect(s.sql(`UPDATE vat_registration SET content = 'erased', number_hint = 'erased'`)).rejects.toMatchObject(refused);
  for (const change of ['erased_at = now()', `status = 'clear', erased_at = NULL`])
    await expect(s.sql(`UPDATE partner_erasure SET ${change} WHERE partner_id = $1`, [owed.partnerId])).rejects.toMatchObject(refused);
});

test('FG10 on statements and their paper stands the id of who was erased instead of a name, and their numbers and hashes stay', async () => {
  const paid = await paidByFile(s);
  await s.moveClock('2026-04-02T08:00:00.000Z');
  const list = async () => (await s.request().get(`/api/v1/account-statements?partnerId=${paid.partnerId}`).expect(200)).body.data;
  const before = await list();
  expect(before).toHaveLength(1);
  const papers = [`/api/v1/account-statements/${before[0].id}/pdf`, `/api/v1/payouts/${paid.payoutId}/statement/pdf`];
  const read = async (path: string) => (await pagesOf(await download(s, path))).flat(2).join(' ');
  for (const path of papers) expect(await read(path)).toContain(`${canary.name} (${paid.partnerId})`);
  await erase(s, paid);
  expect(await list()).toEqual(before);
  for (const path of papers) {
    const text = await read(path);
    expect(text).toContain(paid.partnerId);
    for (const gone of [canary.name, canary.hint]) expect(text).not.toContain(gone);
  }
});
