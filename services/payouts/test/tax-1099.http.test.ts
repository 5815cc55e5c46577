import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { anotherOf, aPayer, clerk, earnedIn, profile, verifiedForm, w8, w9 } from './tax-world.js';
import { addMethod, aPartner, approver, brandChanged, builder, enrolled, later, type Owed, payRun, settle } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: new Date('2025-11-03T08:00:00.000Z') });
});
afterAll(() => s.stop());

const report = async ({ brandId }: Owed, year: string) =>
  (await s.request(approver).get(`/api/v1/brands/${brandId}/tax/1099?year=${year}`).expect(200)).body;
const dated = { ...w9, signedOn: '2025-11-01' };
/** A brand of the US; `forms` are those of its partners. */
async function payer(...forms: (object | null)[]): Promise<Owed[]> {
  const first = await aPayer(s);
  await profile(s, first, { country: 'US' }).expect(201);
  const all = [first];
  for (let more = 1; more < forms.length; more++) all.push(await anotherOf(s, first));
  for (const [index, form] of forms.entries()) if (form) await verifiedForm(s, all[index] ?? first, form);
  return all;
}
async function paid(owed: Owed, cents: number, currency = 'USD'): Promise<void> {
  await earnedIn(s, owed, currency, cents);
  await payRun(s, owed.brandId);
  await settle(s);
}

test('WE-61 650 paid in 2025: yes; 1,950 in 2026: no; 2,000 in 2026: yes; by what had arrived in the year of the payer', async () => {
  const [one, two, three] = (await payer(dated, dated, dated)) as [Owed, Owed, Owed];
  await paid(one, 65_000);
  await paid(two, 59_999);
  // 23:59:50 in Berlin on New Year's Eve: it arrives in the old year; the next, a minute later, in the new.
  await s.moveClock('2025-12-31T22:59:50.000Z');
  await paid(three, 100_00);
  await s.moveClock('2025-12-31T23:00:30.000Z');
  await paid(three, 100_000);
  await paid(two, 195_000);
  await paid(three, 100_000);
  const due = async (year: string) =>
    new Map(
      ((await report(one, year)).rows as { partnerId: string; gross: number; required: boolean; why: string }[]).map((row) => [
        row.partnerId,
        [row.gross, row.required, row.why],
      ]),
    );
  const before = await due('2025');
  expect([one, two, three].map(({ partnerId }) => before.get(partnerId))).toEqual([
    [65_000, true, 'at-threshold'],
    [59_999, false, 'below-threshold'],
    [10_000, false, 'below-threshold'],
  ]);
  const after = await due('2026');
  expect([one, two, three].map(({ partnerId }) => after.get(partnerId))).toEqual([
    undefined,
    [195_000, false, 'below-threshold'],
    [200_000, true, 'at-threshold'],
  ]);
  expect(await report(one, '2026')).toMatchObject({ threshold: 200_000, thresholdFrom: '2026-01-01', timeZone: 'Europe/Berlin' });
  expect((await s.request(approver).get(`/api/v1/brands/${one.brandId}/tax/1099?year=2027`).expect(422)).body.code).toBe(
    'report-year-open',
  );
});

test('O-14 the report counts what was withheld, leaves out what came back and what is not in dollars, and shows no tax number', async () => {
  await later(s, 86_400_000);
  const foreign = { ...w8, signedOn: '2025-11-01' };
  const formula = { ...dated, name: '=Ada Example' };
  const [named, withheld, swede] = (await payer(formula, null, foreign)) as [Owed, Owed, Owed];
  await verifiedForm(s, withheld, { kind: 'refusal', refuses: 'W-9', reason: 'no' });
  await paid(named, 300_000);
  await paid(named, 500_00, 'EUR');
  await paid(withheld, 1000);
  await paid(swede, 900_000);
  const year = '2026';
  const { rows, otherCurrencies } = await report(named, year);
  const row = ({ partnerId }: Owed) => rows.find((each: { partnerId: string }) => each.partnerId === partnerId);
  expect(row(named)).toMatchObject({ name: '=Ada Example', tin: '***4399', form: 'W-9', gross: 300_000, withheld: 0, required: true });
  expect(row(withheld)).toMatchObject({
    name: null,
    net: 760,
    withheld: 240,
    gross: 1000,
    required: true,
    why: 'withheld',
    standing: 'refused',
  });
  expect(row(swede)).toMatchObject({ gross: 900_000, required: false, why: 'foreign-payee' });
  expect(otherCurrencies).toEqual([{ partnerId: named.partnerId, currency: 'EUR', gross: 50_000 }]);
  const csv = await s.request(approver).get(`/api/v1/brands/${named.brandId}/tax/1099.csv?year=${year}`).expect(200);
  expect(csv.text.split('\r\n')[0]).toBe('partnerId,name,tin,form,standing,payouts,net,withheld,gross,required,why');
  expect(csv.text).toContain(`${named.partnerId},'=Ada Example,***4399,W-9,valid,1,3000.00,0.00,3000.00,yes,at-threshold`);
  expect(csv.text).not.toContain('536');

  const back = await aPayer(s, 'late-return');
  await profile(s, back, { country: 'US' }).expect(201);
  await paid(back, 900_000);
  expect((await report(back, year)).rows).toHaveLength(1);
  await later(s, 86_400_000);
  expect((await report(back, year)).rows).toEqual([]);
});

test('O-14 what was earned in dollars counts in dollars, whatever it was exchanged into, and so does what settled a debt elsewhere', async () => {
  const now = s.clock.now().toISOString();
  const owed = await aPartner(s, { offsetScope: 'operator' });
  const creditor = { partnerId: owed.partnerId, brandId: newId('brand') };
  await s.deliver(brandChanged(creditor.brandId, { offsetScope: 'operator' }), enrolled(owed.partnerId, creditor.brandId));
  const quoted = { base: 'EUR', date: now.slice(0, 10), source: 'ecb', recordedAt: now };
  await s.deliver(anEvent('commission.fx-rate.recorded.v1', { ...quoted, rates: [{ quote: 'USD', rate: '1.25', counts: true }] }));
  const pot = { rail: 'simulated-api', account: { name: 'Pot' } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  const pairs = [{ from: 'USD', to: 'EUR' }];
  await s.request(builder).post(`/api/v1/brands/${owed.brandId}/payout-exchange-policies`).send({ pairs }).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test' }, payoutCurrency: 'EUR' } as never);
  await profile(s, owed, { country: 'US', usSource: true }).expect(201);
  await verifiedForm(s, owed, { kind: 'refusal', refuses: 'W-9', reason: 'no' });
  await earnedIn(s, creditor, 'USD', -5000);
  await paid(owed, 100_000);
  const { rows, otherCurrencies } = await report(owed, now.slice(0, 4));
  expect(rows).toMatchObject([{ net: 76_000, withheld: 24_000, gross: 100_000, why: 'withheld' }]);
  expect(otherCurrencies).toEqual([]);
});

test('O-14 the report is of who may see the brand and its taxes', async () => {
  const [owed] = (await payer(dated)) as [Owed];
  for (const path of ['1099', '1099.csv']) {
    const ask = (as: object) => s.request(as).get(`/api/v1/brands/${owed.brandId}/tax/${path}?year=2026`);
    await ask({ ...clerk, brandIds: [newId('brand')] }).expect(404);
    await ask({ ...clerk, roles: ['programme-manager'] }).expect(403);
    await ask(clerk).expect(200);
  }
});
