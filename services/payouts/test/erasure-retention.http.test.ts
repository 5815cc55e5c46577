import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createVault } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import { camt053 } from './bank-files.js';
import { answersTo, erase, lastAnswer, mayLook, paidByFile, tablesWith } from './erasure-world.js';
import { ProviderDouble } from './provider-double.js';
import { payBy } from './provider-world.js';
import { balanceOf, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start, env: { TRIBUTARY_RETENTION_YEARS: '1' } });
});
afterAll(() => s.stop());

const opened = (subject: string, sealed: string) => s.db.tx(everyBrand, (tx) => createVault(s.environment.keys).open(tx, subject, sealed));
const contentOf = async (table: string, where: string) =>
  (await s.sql<{ content: string }>(`SELECT content FROM ${table} WHERE ${where} LIMIT 1`))[0]?.content ?? '';
type Paid = Awaited<ReturnType<typeof paidByFile>>;

async function keptOf({ partnerId, brandId, run }: Paid) {
  const tax = `tax:${partnerId}`;
  const [report] = await s.sql<{ id: string }>('SELECT id FROM bank_report WHERE brand_id = $1', [brandId]);
  const sealed = [
    [tax, await contentOf('tax_form', `partner_id = '${partnerId}'`)],
    [tax, await contentOf('vat_registration', `partner_id = '${partnerId}'`)],
    [tax, await contentOf('self_billed_invoice', `partner_id = '${partnerId}'`)],
    [run.id, await contentOf('bank_file_piece', `run_id = '${run.id}'`)],
    ...(report ? [[report.id, await contentOf('bank_report', `id = '${report.id}'`)]] : []),
  ];
  return () => Promise.all(sealed.map(async ([subject = '', text = '']) => (await opened(subject, text)) !== undefined));
}
const upload = ({ brandId }: Paid, text: string) =>
  s.request().post(`/api/v1/brands/${brandId}/bank-reports`).set('content-type', 'application/xml').send(text).expect(201);
const amountOf = ({ run }: Paid) => run.payouts[0]?.amount ?? 0;

test('FG10 C-10 what the law asks for is kept to the end of its years, and goes then; what came back later is kept longer', async () => {
  const paid = await paidByFile(s);
  await upload(paid, camt053([{ id: paid.payoutId, amount: amountOf(paid) }]));
  const other = await paidByFile(s);
  const stays = await paidByFile(s);
  const [erasureId, otherId] = [await erase(s, paid), await erase(s, other)];
  const [kept, keptOther, keptStays] = [await keptOf(paid), await keptOf(other), await keptOf(stays)];
  const until = (at: string) => ['tax-records', 'payment-records'].map((kind) => ({ kind, until: at }));
  expect((await lastAnswer(s, erasureId))?.retained).toEqual(until('2028-01-01T12:00:00.000Z'));

  // In the year after, money comes back: the credit note and the report are records too.
  await s.moveClock('2027-02-01T00:00:00.000Z');
  const back = { id: other.payoutId, amount: amountOf(other), side: 'CRDT' as const, returned: 'AC04', day: '2027-02-01' };
  await upload(other, camt053([back], { to: '2027-02-01' }));

  await s.moveClock('2028-01-01T11:59:00.000Z');
  expect(await kept()).toEqual([true, true, true, true, true]);
  expect((await answersTo(s, erasureId)).map(({ answer }) => answer)).toEqual(['clear', 'erased']);
  await s.moveClock('2028-01-01T12:00:00.000Z');
  expect(await kept()).toEqual([false, false, false, false, false]);
  expect(await keptOther()).toEqual([true, true, true, true]);
  expect((await lastAnswer(s, erasureId))?.retained).toEqual([]);
  expect((await lastAnswer(s, otherId))?.retained).toEqual(until('2029-01-01T12:00:00.000Z'));
  const [form] = await s.sql(`SELECT content, tin_hint FROM tax_form WHERE partner_id = $1`, [paid.partnerId]);
  expect(form).toEqual({ content: 'erased', tin_hint: null });

  // Nothing fails for it, and who may look finds nothing any more.
  const [invoice] = (await s.request(mayLook).get(`/api/v1/self-billed-invoices?partnerId=${paid.partnerId}`).expect(200)).body.data;
  expect((await s.request(mayLook).get(`/api/v1/self-billed-invoices/${invoice.id}`).expect(200)).body.document).toBeNull();
  expect((await s.request(mayLook).get(`/api/v1/self-billed-invoices/${invoice.id}/text`).expect(410)).body.code).toBe('partner-erased');
  expect((await s.request(mayLook).get(`/api/v1/payout-runs/${paid.run.id}/bank-file`).expect(410)).body.code).toBe('partner-erased');
  await s.request(mayLook).get(`/api/v1/partners/${paid.partnerId}/tax-forms`).expect(200);

  // Money that comes back even now makes a credit note that names nobody, and no key of forgotten records.
  const late = { id: paid.payoutId, amount: amountOf(paid), side: 'CRDT' as const, returned: 'AC04', day: '2028-01-01' };
  await upload(paid, camt053([late], { to: '2028-01-01' }));
  const { data: papers } = (await s.request(mayLook).get(`/api/v1/self-billed-invoices?partnerId=${paid.partnerId}`).expect(200)).body;
  const documents = [];
  for (const { id } of papers)
    documents.push((await s.request(mayLook).get(`/api/v1/self-billed-invoices/${id}`).expect(200)).body.document);
  expect(documents.filter((document) => document !== null)).toMatchObject([{ supplier: { name: '(erased)' } }]);
  expect(documents).toHaveLength(2);
  expect(await s.sql('SELECT 1 FROM kit.subject_key WHERE subject_id = $1', [`tax:${paid.partnerId}`])).toEqual([]);

  await s.moveClock('2029-01-01T12:00:00.000Z');
  expect(await keptOther()).toEqual([false, false, false, false]);
  expect(await keptStays()).toEqual([true, true, true, true]);
  const told = (await answersTo(s, erasureId)).length;
  await s.moveClock('2029-02-01T00:00:00.000Z');
  expect(await answersTo(s, erasureId)).toHaveLength(told);
});

test('FG10 C-10 requests to a provider name an erased partner to nobody, and can be read until their years are over', async () => {
  const double = new ProviderDouble();
  const url = await double.start();
  const settings = { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 300, retentionYears: 2 };
  const own = await startTestService((environment) => compose(environment, { settings }), { now: start });
  try {
    const { runId, payouts } = await payBy(own, double, 'paypal', [1000, 2000]);
    for (let round = 0; round < 4; round++) await settle(own);
    const email = 'ada0@example.com';
    const read = async () => {
      const [batch] = await own.sql<{ body: string }>('SELECT body FROM rail_batch WHERE run_id = $1', [runId]);
      return own.db.tx(everyBrand, (tx) => createVault(own.environment.keys).open(tx, runId, batch?.body ?? ''));
    };
    const erasureId = await erase(own, { partnerId: payouts[0]?.partnerId ?? '' });
    const until = '2029-01-01T12:00:00.000Z';
    expect(await lastAnswer(own, erasureId)).toMatchObject({ answer: 'erased', retained: [{ kind: 'payment-records', until }] });
    expect(await tablesWith(own, email)).toEqual([]);
    await own.moveClock('2029-01-01T11:59:00.000Z');
    expect(await read()).toContain(email);
    await own.moveClock(until);
    expect(await read()).toBeUndefined();
    // Who stands beside it keeps its account, and the books of both are whole.
    const other = (await own.request().get(`/api/v1/partners/${payouts[1]?.partnerId}/payout-methods`).expect(200)).body.data;
    expect(other).toMatchObject([{ status: 'active', accountHint: 'a***@example.com' }]);
    for (const { partnerId, amount } of payouts) expect(await balanceOf(own, partnerId)).toMatchObject({ paid: amount });
  } finally {
    await own.stop();
    await double.stop();
  }
});
