import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { aPayer, clerk, decideForm, earnedIn, handIn, partnerSide, profile, verifiedForm, w8, w9 } from './tax-world.js';
import { approver, balanceOf, builder, buildRun, later, type Owed, payRun, sendOut, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const us = { country: 'US', usSource: false };
const refusal = { kind: 'refusal', refuses: 'W-9', reason: 'does not want to' };
const standing = async ({ partnerId }: Owed, on = '') =>
  (await s.request(approver).get(`/api/v1/partners/${partnerId}/tax-standing${on}`).expect(200)).body;
const legsOf = (payoutId: string, kind: string) =>
  s.sql<{ account: string; amount: string }>(
    `SELECT leg.account, leg.amount::text FROM ledger_leg leg JOIN ledger_transaction t ON t.id = leg.transaction_id WHERE t.payout_id = $1 AND t.kind = $2 ORDER BY leg.number`,
    [payoutId, kind],
  );
const taxOf = async (runId: string) => (await s.request(approver).get(`/api/v1/payout-runs/${runId}/tax`).expect(200)).body.data;

test('O-14 a form counts once another person has verified it; versions are kept, and events tell no number', async () => {
  const owed = await aPayer(s);
  expect(await standing(owed)).toMatchObject({ status: 'none', form: null });
  const first = (await handIn(s, owed, w9).expect(201)).body;
  expect(first).toMatchObject({ version: 1, kind: 'W-9', tinHint: '***4399', status: 'pending', expiresOn: null });
  expect(await standing(owed)).toMatchObject({ status: 'pending' });
  expect((await decideForm(s, first.id, { decision: 'verify' }, clerk).expect(403)).body.code).toBe('four-eyes');
  await decideForm(s, first.id, { decision: 'verify' }, builder).expect(403);
  expect((await decideForm(s, first.id).expect(200)).body).toMatchObject({ status: 'verified', decidedBy: approver.actorId });
  expect((await decideForm(s, first.id).expect(409)).body.code).toBe('tax-form-state-forbids');
  const second = (await handIn(s, owed, w8).expect(201)).body;
  expect(second).toMatchObject({ version: 2, expiresOn: '2029-12-31', treaty: { article: 'Article 14', rate: '0.05' }, country: 'SE' });
  expect(await standing(owed)).toMatchObject({ status: 'valid', form: { id: first.id } });
  expect((await decideForm(s, second.id, { decision: 'decline', reason: 'not his' }).expect(200)).body).toMatchObject({
    status: 'declined',
    declinedReason: 'not his',
  });
  expect(await standing(owed)).toMatchObject({ status: 'valid', form: { id: first.id } });
  expect(await standing(owed, '?on=2026-03-01')).toMatchObject({ status: 'none' });
  const { body } = await s.request(approver).get(`/api/v1/partners/${owed.partnerId}/tax-forms`).expect(200);
  expect(body.data.map(({ version, status }: { version: number; status: string }) => [version, status])).toEqual([
    [2, 'declined'],
    [1, 'verified'],
  ]);
  const told = (await s.published('payouts.tax-form.changed.v1')).filter(({ data }) => data.partnerId === owed.partnerId);
  expect(told.map(({ data, sequence }) => [data.version, data.status, sequence])).toEqual([
    [1, 'pending', 1],
    [1, 'verified', 2],
    [2, 'pending', 1],
    [2, 'declined', 2],
  ]);
});

test('O-14 a form that breaks a rule is refused with where; a refusal is recorded, and verified too', async () => {
  const owed = await aPayer(s);
  const wrong = { ...w9, tin: { type: 'ssn', value: '000-90-4399' }, signedOn: '2026-03-09' };
  const answer = await handIn(s, owed, wrong).expect(422);
  expect(answer.body).toMatchObject({ code: 'tax-form-invalid', errors: [{ pointer: '/signedOn' }, { pointer: '/tin/value' }] });
  expect(JSON.stringify(answer.body)).not.toContain('4399');
  const refused = (await handIn(s, owed, refusal).expect(201)).body;
  expect(refused).toMatchObject({ kind: 'refusal', refuses: 'W-9', status: 'pending', tinHint: null });
  expect(await standing(owed)).toMatchObject({ status: 'pending' });
  expect((await decideForm(s, refused.id).expect(200)).body).toMatchObject({ status: 'refused' });
  expect(await standing(owed)).toMatchObject({ status: 'refused', form: { id: refused.id } });
  expect((await decideForm(s, refused.id).expect(409)).body.code).toBe('tax-form-state-forbids');
});

test('WE-62 a payee refuses a W-9: of 1,000.00 are withheld 240.00 and paid 760.00', async () => {
  const owed = await aPayer(s);
  await profile(s, owed, us).expect(201);
  await verifiedForm(s, owed, refusal);
  await earnedIn(s, owed, 'USD', 60_000, 40_000);
  const dry = await s
    .request(builder)
    .post('/api/v1/payout-runs?dryRun=true')
    .send({ brandIds: [owed.brandId] });
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(dry.body.planHash).toBe((run as unknown as { planHash: string }).planHash);
  expect(run).toMatchObject({
    totals: [{ currency: 'USD', amount: 76_000 }],
    payouts: [{ amount: 76_000, charges: [{ kind: 'withholding', amount: -24_000 }] }],
  });
  expect(await taxOf(run.id)).toMatchObject([
    { base: 100_000, withheld: 24_000, withholdingRate: '0.24', withholdingReason: 'no-w-9', vat: 0, vatReason: 'no-vat-number' },
  ]);
  const id = run.payouts[0]?.id ?? '';
  expect(await legsOf(id, 'claim')).toEqual([
    { account: 'payable', amount: '-100000' },
    { account: 'in-payout', amount: '76000' },
    { account: 'tax-withheld', amount: '24000' },
  ]);
  await sendOut(s, run);
  await settle(s);
  const out = await s.sql('SELECT amount::text FROM simulator_money_out WHERE payout_id = $1', [id]);
  expect(out).toEqual([{ amount: '76000' }]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, paid: 76_000, taxWithheld: 24_000 });
});

test.each(['reject', 'late-return'])('O-14 a payout that comes to nothing (%s) gives back what was withheld', async (behaviour) => {
  const owed = await aPayer(s, behaviour);
  await profile(s, owed, us).expect(201);
  await earnedIn(s, owed, 'USD', 100_000);
  await payRun(s, owed.brandId);
  await settle(s);
  await later(s, 86_400_000);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 100_000, inPayout: 0, paid: 0, taxWithheld: 0 });
});

const kindsOf = async (owed: Owed) => {
  await earnedIn(s, owed, 'USD', 100_000);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const [tax] = await taxOf(run.id);
  await s.request(builder).post(`/api/v1/payout-runs/${run.id}/cancel`).send({ reason: 'looked at' }).expect(200);
  return [tax?.withheld, tax?.withholdingReason];
};
test('O-14 what is withheld goes by payer, form and source', async () => {
  const owed = await aPayer(s, 'ok', 'SE');
  await earnedIn(s, owed, 'USD', 1);
  // Nothing is said of the brand: it withholds nothing.
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect([run.payouts[0]?.amount, await taxOf(run.id)]).toEqual([1, []]);
  const next = await aPayer(s, 'ok', 'SE');
  await profile(s, next, { country: 'DE' }).expect(201);
  expect(await kindsOf(next)).toEqual([0, 'payer-not-us']);
  await profile(s, next, { country: 'US', usSource: true }).expect(201);
  const one = await aPayer(s, 'ok', 'SE');
  await profile(s, one, { country: 'US', usSource: true }).expect(201);
  expect(await kindsOf(one)).toEqual([30_000, 'foreign-without-form']);
  const two = await aPayer(s, 'ok', 'SE');
  await profile(s, two, { country: 'US', usSource: true }).expect(201);
  await verifiedForm(s, two, w8);
  expect(await kindsOf(two)).toEqual([5_000, 'w-8-treaty']);
  const three = await aPayer(s);
  await profile(s, three, us).expect(201);
  await verifiedForm(s, three, w9);
  expect(await kindsOf(three)).toEqual([0, 'w-9']);
});

test('O-14 rates and thresholds are dated data: an operator adds a row, and nobody rewrites one', async () => {
  const rule = { kind: '1099-nec-threshold', validFrom: '2027-01-01', value: '205000', source: 'indexed' };
  await s.request(clerk).post('/api/v1/tax-rules').send(rule).expect(403);
  await s
    .request({ brandIds: [newId('brand')] })
    .post('/api/v1/tax-rules')
    .send(rule)
    .expect(404);
  expect((await s.request().post('/api/v1/tax-rules').send(rule).expect(201)).body).toMatchObject({ revision: 1 });
  expect(
    (
      await s
        .request()
        .post('/api/v1/tax-rules')
        .send({ ...rule, value: '210000' })
        .expect(201)
    ).body,
  ).toMatchObject({ revision: 2 });
  const listed = (await s.request(approver).get('/api/v1/tax-rules?kind=1099-nec-threshold').expect(200)).body.data;
  expect(listed.map(({ validFrom, value }: { validFrom: string; value: string }) => [validFrom, value])).toEqual([
    ['1900-01-01', '60000'],
    ['2026-01-01', '200000'],
    ['2027-01-01', '205000'],
    ['2027-01-01', '210000'],
  ]);
  await s
    .request()
    .post('/api/v1/tax-rules')
    .send({ ...rule, kind: 'backup-withholding-rate' })
    .expect(422);
  await expect(s.sql("UPDATE tax_rule SET value = '1'")).rejects.toThrow('append-only');
});

test('O-14 tax papers are of the partner: others see none, and the partner does not verify its own', async () => {
  const [owed, other] = [await aPayer(s), await aPayer(s)];
  const form = (await handIn(s, owed, w9, partnerSide(owed)).expect(201)).body;
  const paths = [`partners/${owed.partnerId}/tax-forms`, `partners/${owed.partnerId}/tax-standing`, `brands/${owed.brandId}/tax/profile`];
  await profile(s, owed, us).expect(201);
  for (const path of paths) {
    await s.request(approver).get(`/api/v1/${path}`).expect(200);
    await s
      .request({ ...approver, brandIds: [newId('brand')] })
      .get(`/api/v1/${path}`)
      .expect(404);
  }
  await s.request(partnerSide(other)).get(`/api/v1/${paths[0]}`).expect(404);
  await handIn(s, owed, w9, partnerSide(other)).expect(409);
  await decideForm(s, form.id, { decision: 'verify' }, partnerSide(other)).expect(404);
  const own = { ...partnerSide(owed), actorId: 'usr_partner_two' };
  expect((await decideForm(s, form.id, { decision: 'verify' }, own).expect(403)).body.code).toBe('not-permitted');
});

test('O-14 the database holds four eyes, versions and decisions', async () => {
  const owed = await aPayer(s);
  const { id } = (await handIn(s, owed, w9).expect(201)).body;
  const refusedWith = (sql: string, code: string) => expect(s.sql(sql, [id])).rejects.toMatchObject({ code });
  await refusedWith(`UPDATE tax_form SET decision = 'verify', decided_by = created_by, decided_at = now() WHERE id = $1`, '23514');
  await refusedWith(`UPDATE tax_form SET backup_withholding = true WHERE id = $1`, '42501');
  await refusedWith(`DELETE FROM tax_form WHERE id = $1`, '42501');
  await decideForm(s, id).expect(200);
  await refusedWith(`UPDATE tax_form SET decision = 'decline', declined_reason = 'x' WHERE id = $1`, '42501');
  await expect(s.sql('UPDATE payout_tax SET withheld = 0')).rejects.toThrow('append-only');
});
