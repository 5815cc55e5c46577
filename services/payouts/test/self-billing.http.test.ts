import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import fc from 'fast-check';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { anotherOf, aPayer, clerk, earnedIn, partnerSide, profile, verifiedForm, w9 } from './tax-world.js';
import { aPartner, approver, balanceOf, builder, buildRun, later, type Owed, payRun, sendOut, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const textSha256 = createHash('sha256').update('You agree that we write your invoices.').digest('hex');
const gb = { country: 'GB', vatNumber: 'GB980780684' };
const registration = {
  country: 'GB',
  number: 'GB 980 7806 84',
  rate: '0.20',
  validFrom: '2026-01-01',
  legalName: 'Ada Lovelace-Vat',
  address: '1 Hidden Lane\nLondon',
};
const register = ({ partnerId }: Owed, body: object = {}, as: object = clerk) =>
  s
    .request(as)
    .post(`/api/v1/partners/${partnerId}/vat-registrations`)
    .send({ ...registration, ...body });
const decide = (id: string, decision = 'verify', as: object = approver) =>
  s.request(as).post(`/api/v1/vat-registrations/${id}/decide`).send({ decision });
async function registered(owed: Owed, body: object = {}): Promise<void> {
  await decide((await register(owed, body).expect(201)).body.id).expect(200);
}
const offer = ({ brandId, partnerId }: Owed, body: object = {}, as: object = approver) =>
  s
    .request(as)
    .post(`/api/v1/brands/${brandId}/self-billing-agreements`)
    .send({ partnerId, validFrom: '2026-01-01', validUntil: '2026-12-31', textVersion: '2026-1', textSha256, ...body });
const consent = (id: string, as: object, body: object = {}) =>
  s
    .request(as)
    .post(`/api/v1/self-billing-agreements/${id}/consent`)
    .send({ textSha256, ...body });
async function agreed(owed: Owed, body: object = {}): Promise<string> {
  const { id } = (await offer(owed, body).expect(201)).body;
  await consent(id, partnerSide(owed)).expect(200);
  return id;
}
async function billed(behaviour = 'ok'): Promise<Owed> {
  const owed = await aPayer(s, behaviour, 'GB');
  await profile(s, owed, gb).expect(201);
  await registered(owed);
  return owed;
}
const invoicesOf = async ({ brandId }: { brandId: string }) =>
  (await s.request(approver).get(`/api/v1/self-billed-invoices?brandId=${brandId}`).expect(200)).body.data;
const taxOf = async (runId: string) => (await s.request(approver).get(`/api/v1/payout-runs/${runId}/tax`).expect(200)).body.data;
const documentOf = async (id: string) => (await s.request(approver).get(`/api/v1/self-billed-invoices/${id}`).expect(200)).body;

test('WE-63 1,000.00 net and 20 %: VAT 200.00, gross 1,200.00 is paid, and the invoice says so', async () => {
  const owed = await billed();
  await agreed(owed);
  await earnedIn(s, owed, 'GBP', 70_000, 30_000);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(run.payouts).toMatchObject([{ amount: 120_000, charges: [{ kind: 'vat', amount: 20_000 }] }]);
  expect(await taxOf(run.id)).toMatchObject([{ vat: 20_000, vatRate: '0.20', vatTreatment: 'charged', vatReason: 'domestic' }]);
  await sendOut(s, run);
  expect(await invoicesOf(owed)).toEqual([]);
  await settle(s);
  const [invoice] = await invoicesOf(owed);
  expect(invoice).toMatchObject({ kind: 'invoice', number: 1, net: 100_000, vat: 20_000, gross: 120_000, taxPoint: '2026-03-02' });
  const { document, sha256 } = await documentOf(invoice.id);
  expect(document).toMatchObject({
    title: 'Self-billing invoice',
    supplier: { name: 'Ada Lovelace-Vat', vatNumber: 'GB980780684' },
    customer: { name: 'Brand Ltd', vatNumber: 'GB980780684' },
    gross: '1200.00',
    notes: ['Self-billing', 'The VAT shown is your output tax due to HMRC'],
  });
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  const { text } = await s.request(approver).get(`/api/v1/self-billed-invoices/${invoice.id}/text`).expect(200);
  expect(text).toContain('Gross  1200.00 GBP');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, paid: 120_000, vat: -20_000 });
  const told = (await s.published('payouts.self-billed-invoice.issued.v1')).filter(({ data }) => data.brandId === owed.brandId);
  expect(told.map(({ data }) => [data.kind, data.number, data.net, data.vat])).toEqual([['invoice', 1, 100_000, 20_000]]);
});

test('WE-63 without a VAT number 0.00 VAT and no invoice', async () => {
  const owed = await aPayer(s, 'ok', 'GB');
  await profile(s, owed, gb).expect(201);
  await agreed(owed);
  await earnedIn(s, owed, 'GBP', 100_000);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  expect(run.payouts).toMatchObject([{ amount: 100_000, charges: [] }]);
  expect(await taxOf(run.id)).toMatchObject([{ vat: 0, vatTreatment: 'none', vatReason: 'no-vat-number' }]);
  expect(await invoicesOf(owed)).toEqual([]);
});

test('O-15 without an agreement that counts on the day there is no VAT and no invoice, and the run says why', async () => {
  const owed = await billed();
  const reasons: unknown[] = [];
  const look = async () => {
    await earnedIn(s, owed, 'GBP', 1000);
    const run = await payRun(s, owed.brandId);
    await settle(s);
    const [tax] = await taxOf(run.id);
    reasons.push([run.payouts[0]?.amount, tax.vatReason, (await invoicesOf(owed)).length]);
  };
  await look();
  const offered = (await offer(owed).expect(201)).body.id;
  await look();
  await consent(offered, partnerSide(owed)).expect(200);
  await look();
  const ended = await s.request(partnerSide(owed)).post(`/api/v1/self-billing-agreements/${offered}/end`).send({ reason: 'own books' });
  expect(ended.body).toMatchObject({ status: 'ended', endsOn: '2026-03-02' });
  await later(s, 86_400_000);
  await look();
  expect(reasons).toEqual([
    [1000, 'no-agreement', 0],
    [1000, 'no-agreement', 0],
    [1200, 'domestic', 1],
    [1000, 'no-agreement', 1],
  ]);
});

test('O-15 consent is of the partner, to exactly the text that was offered, and recorded: who, when, which text', async () => {
  const owed = await billed();
  await s
    .request({ ...approver, brandIds: [newId('brand')] })
    .post(`/api/v1/brands/${owed.brandId}/self-billing-agreements`)
    .send({ partnerId: owed.partnerId, validFrom: '2026-01-01', validUntil: '2026-12-31', textVersion: '1', textSha256 })
    .expect(404);
  expect((await offer(owed, { validUntil: '2027-01-01' }).expect(422)).body.code).toBe('agreement-too-long');
  await offer(owed, { validUntil: '2025-12-31' }).expect(422);
  expect((await offer(owed, {}, partnerSide(owed)).expect(403)).body.code).toBe('not-permitted');
  const { id } = (await offer(owed).expect(201)).body;
  await consent(id, partnerSide(await aPayer(s))).expect(404);
  expect((await consent(id, approver, { signedDocument: 'DOC-1' }).expect(403)).body.code).toBe('four-eyes');
  expect((await consent(id, clerk).expect(403)).body.code).toBe('consent-not-of-partner');
  await consent(id, partnerSide(owed), { textSha256: 'f'.repeat(64) }).expect(422);
  expect((await consent(id, partnerSide(owed)).expect(200)).body).toMatchObject({
    status: 'agreed',
    consentedBy: 'usr_partner',
    consentBy: 'own-account',
    textVersion: '2026-1',
    textSha256,
  });
  expect((await consent(id, partnerSide(owed)).expect(409)).body.code).toBe('agreement-state-forbids');
  const next = (await offer(owed, { validFrom: '2027-01-01', validUntil: '2027-12-31' }).expect(201)).body;
  expect((await consent(next.id, clerk, { signedDocument: 'DOC-2' }).expect(200)).body).toMatchObject({
    consentBy: 'signed-document',
    evidence: 'DOC-2',
  });
  const listed = await s.request(partnerSide(owed)).get('/api/v1/self-billing-agreements').expect(200);
  expect(listed.body.data).toHaveLength(2);
  const told = (await s.published('payouts.self-billing-agreement.changed.v1')).filter(({ data }) => data.agreementId === id);
  expect(told.map(({ data, sequence }) => [data.status, data.changedBy, sequence])).toEqual([
    ['offered', approver.actorId, 1],
    ['agreed', 'usr_partner', 2],
  ]);
});

test('O-15 a VAT number must check, is verified by another, and has its days and rate', async () => {
  const owed = await aPayer(s, 'ok', 'GB');
  await profile(s, owed, gb).expect(201);
  await agreed(owed);
  expect((await register(owed, { number: 'GB980780685' }).expect(422)).body.code).toBe('vat-number-invalid');
  await register(owed, { validUntil: '2025-12-31' }).expect(422);
  expect((await profile(s, owed, { country: 'GB', vatNumber: 'DE136695976' }).expect(422)).body.code).toBe('vat-number-invalid');
  const one = (await register(owed, {}, partnerSide(owed)).expect(201)).body;
  expect(one).toMatchObject({ numberHint: '***0684', status: 'pending' });
  expect((await decide(one.id, 'verify', { ...partnerSide(owed), actorId: 'usr_other' }).expect(403)).body.code).toBe('not-permitted');
  const own = (await register(owed).expect(201)).body;
  expect((await decide(own.id, 'verify', clerk).expect(403)).body.code).toBe('four-eyes');
  const vats: unknown[] = [];
  const look = async () => {
    await earnedIn(s, owed, 'GBP', 1000);
    const [tax] = await taxOf((await buildRun(s, { brandIds: [owed.brandId] })).id);
    vats.push([tax.vat, tax.vatReason]);
  };
  await look();
  await decide(one.id).expect(200);
  await look();
  expect((await decide(one.id).expect(409)).body.code).toBe('vat-registration-state-forbids');
  await registered(owed, { rate: '0.05' });
  await look();
  await registered(owed, { number: null, rate: '0' });
  await look();
  expect(vats).toEqual([
    [0, 'no-vat-number'],
    [200, 'domestic'],
    [50, 'domestic'],
    [0, 'no-vat-number'],
  ]);
  const { body } = await s.request(approver).get(`/api/v1/partners/${owed.partnerId}/vat-registrations`).expect(200);
  expect(body.data[0]).toMatchObject({ version: 4, numberHint: null });
});

test('O-15 a payout that comes back makes a credit note, numbers have no gap, and documents are not rewritten', async () => {
  const owed = await billed('late-return');
  await agreed(owed);
  for (const amount of [10_000, 20_000]) {
    await earnedIn(s, owed, 'GBP', amount);
    await payRun(s, owed.brandId);
    await settle(s);
    await later(s, 86_400_000);
  }
  const invoices = (await invoicesOf(owed)).reverse();
  expect(invoices.map(({ number, kind, net, vat }: Record<string, unknown>) => [number, kind, net, vat])).toEqual([
    [1, 'invoice', 10_000, 2_000],
    [2, 'credit-note', 10_000, 2_000],
    [3, 'invoice', 30_000, 6_000],
    [4, 'credit-note', 30_000, 6_000],
  ]);
  expect(invoices[1].corrects).toBe(invoices[0].id);
  expect((await documentOf(invoices[1].id)).document).toMatchObject({ title: 'Self-billing credit note', corrects: 1 });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 30_000, paid: 0, vat: 0 });
  await expect(s.sql('UPDATE self_billed_invoice SET vat = 0, gross = net')).rejects.toThrow('append-only');
  await expect(s.sql('DELETE FROM self_billed_invoice')).rejects.toThrow('append-only');
  const copy = (number: string, taxPoint: string) =>
    s.sql(
      `INSERT INTO self_billed_invoice SELECT '${newId('selfBilledInvoice')}', brand_id, partner_id, '${newId('payout')}', 'invoice', ${number}, NULL, agreement_id, issued_on,
         ${taxPoint}, currency, net, rate, vat, gross, treatment, content, sha256, created_at FROM self_billed_invoice WHERE id = $1`,
      [invoices[0].id],
    );
  await expect(copy('6', 'tax_point')).rejects.toThrow('follow each other');
  await expect(copy('5', "'2027-01-01'")).rejects.toThrow('without an agreement');
});

test('O-15 payouts of one brand that settle together are numbered one after the other, each once however often it is said', async () => {
  const first = await billed();
  const all = [first, await anotherOf(s, first), await anotherOf(s, first)];
  for (const owed of all) await agreed(owed);
  for (const owed of all.slice(1)) await registered(owed);
  for (const owed of all) await earnedIn(s, owed, 'GBP', 1000);
  const run = await buildRun(s, { brandIds: [first.brandId] });
  await sendOut(s, run);
  const settlements = run.payouts.map(({ id }) => ({ payoutId: id, outcome: 'settled' }));
  for (let times = 0; times < 2; times++)
    await s.request(approver).post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements }).expect(200);
  await settle(s);
  const invoices = (await invoicesOf(first)) as { number: number; payoutId: string }[];
  expect(invoices.map(({ number }) => number).sort()).toEqual([1, 2, 3]);
  expect(new Set(invoices.map(({ payoutId }) => payoutId)).size).toBe(3);
});

test('O-15 a sandbox writes no invoice, and a caller of another brand sees none', async () => {
  const owed = await aPartner(s);
  await profile(s, owed, gb).expect(201);
  await registered(owed);
  await agreed(owed);
  await earnedIn(s, owed, 'GBP', 1000);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  expect([run.payouts[0]?.amount, await invoicesOf(owed)]).toEqual([1200, []]);
  const paid = await billed();
  await agreed(paid);
  await earnedIn(s, paid, 'GBP', 1000);
  await payRun(s, paid.brandId);
  await settle(s);
  const [invoice] = await invoicesOf(paid);
  const elsewhere = s.request({ ...approver, brandIds: [newId('brand')] });
  await elsewhere.get(`/api/v1/self-billed-invoices/${invoice.id}`).expect(404);
  await elsewhere.get(`/api/v1/self-billed-invoices/${invoice.id}/text`).expect(404);
  await elsewhere.get(`/api/v1/payout-runs/${run.id}/tax`).expect(404);
  const partners = await s.request(partnerSide(paid)).get('/api/v1/self-billed-invoices').expect(200);
  expect(partners.body.data).toHaveLength(1);
});

test('O-14 O-15 over random amounts lines and charges are the amount, in the payout, in its event and in the ledger', async () => {
  const owed = await billed();
  await agreed(owed);
  await profile(s, owed, { country: 'GB', usSource: true }).expect(201);
  await verifiedForm(s, owed, { kind: 'refusal', refuses: 'W-8', reason: 'no' });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 3 }), async (amounts) => {
      await earnedIn(s, owed, 'GBP', ...amounts);
      const run = await buildRun(s, { brandIds: [owed.brandId] });
      const [payout] = run.payouts as unknown as { id: string; amount: number; charges: { kind: string; amount: number }[] }[];
      const net = amounts.reduce((sum, amount) => sum + amount, 0);
      const charges = payout?.charges ?? [];
      expect(payout?.amount).toBe(net + charges.reduce((sum, { amount }) => sum + amount, 0));
      const of = (kind: string) => charges.find((charge) => charge.kind === kind)?.amount ?? 0;
      // Each rounded once, half of a unit up.
      expect([of('vat'), -of('withholding')]).toEqual([Math.floor((net * 20 + 50) / 100), Math.floor((net * 30 + 50) / 100)]);
      const told = (await s.published('payouts.payout.created.v1')).find(({ data }) => data.payoutId === payout?.id);
      expect(told?.data.charges).toEqual(charges);
      await s.request(builder).post(`/api/v1/payout-runs/${run.id}/cancel`).send({ reason: 'again' }).expect(200);
      expect(await balanceOf(s, owed.partnerId)).toMatchObject({ inPayout: 0, vat: 0, taxWithheld: 0 });
      await s.sql("UPDATE entry SET bucket = 'rejected' WHERE partner_id = $1", [owed.partnerId]);
    }),
    { numRuns: 12 },
  );
});

test('SEC24 O-14 O-15 a dump holds no tax number, VAT number, name or address of forms and invoices', async () => {
  const owed = await billed();
  await agreed(owed);
  await verifiedForm(s, owed, w9);
  await earnedIn(s, owed, 'GBP', 1000);
  await payRun(s, owed.brandId);
  await settle(s);
  expect((await s.sql<{ n: number }>('SELECT count(*)::int AS n FROM self_billed_invoice'))[0]?.n).toBeGreaterThan(0);
  const secrets = ['536-90-4399', '536904399', 'Lovelace-', 'Secret Street', 'Hidden Lane', '980780684', '980 7806 84', 'Brand Road'];
  const tables = await s.sql<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of tables) {
    const found = await s.sql(
      `SELECT 1 FROM ${name} AS row WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS secret WHERE position(secret IN row::text) > 0)`,
      [secrets],
    );
    expect([name, found]).toEqual([name, []]);
  }
});
