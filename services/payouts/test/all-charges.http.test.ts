import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { expectSoundBooks } from './sound-books.js';
import { download, readPdf } from './statement-readers.js';
import { profile } from './tax-world.js';
import {
  accrued,
  addMethod,
  aPartner,
  approved,
  brandChanged,
  builder,
  buildRun,
  enrolled,
  type Owed,
  payRun,
  sendOut,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
  await s.deliver(
    anEvent('commission.fx-rate.recorded.v1', {
      base: 'EUR',
      date: '2026-03-02',
      source: 'ecb',
      recordedAt: start.toISOString(),
      rates: [{ quote: 'USD', rate: '1.25', counts: true }],
    }),
  );
});
afterAll(() => s.stop());

interface Account {
  brandId: string;
  currency: string;
  [term: string]: number | string;
}
const balances = async ({ partnerId }: Owed): Promise<Account[]> =>
  (await s.request().get(`/api/v1/partners/${partnerId}/balance`).expect(200)).body.balances;
const at = async ({ partnerId, brandId }: Owed, currency = 'USD') =>
  (await balances({ partnerId, brandId })).find((each) => each.brandId === brandId && each.currency === currency);

async function earnedUsd({ partnerId, brandId }: Owed, amount: number, adjusts: string | null = null) {
  const entry = accrued(partnerId, brandId, amount, { currency: 'USD', adjusts });
  await s.deliver(entry, approved(entry));
  await s.service.runDueJobs();
  return entry;
}
const exchanging = (brandId: string) =>
  s
    .request(builder)
    .post(`/api/v1/brands/${brandId}/payout-exchange-policies`)
    .send({ pairs: [{ from: 'USD', to: 'EUR', percent: '0.01', fixed: 50 }] })
    .expect(201);

/** Paid in euros for dollars; owes 300.00 dollars at the first brand, and has earned 1000.00 at the second. */
async function two(behaviour = 'ok') {
  const a = await aPartner(s, { offsetScope: 'operator', licence: null });
  const b = { brandId: newId('brand'), partnerId: a.partnerId };
  await s.deliver(brandChanged(b.brandId, { offsetScope: 'operator' }), enrolled(b.partnerId, b.brandId));
  await addMethod(s, a.partnerId, { kind: 'simulated', account: { name: 'test', behaviour }, payoutCurrency: 'EUR' } as never);
  const sale = await earnedUsd(a, 30_000);
  await payRun(s, a.brandId);
  await settle(s);
  await earnedUsd(a, -30_000, sale.data.entryId);
  await earnedUsd(b, 100_000);
  return { a, b };
}
const sound = async () => {
  await expectSoundBooks(s);
};

test('T-22 O-16 a debt is settled in the currency that was earned, though the payout goes out in another', async () => {
  const { a, b } = await two();
  await exchanging(b.brandId);
  const run = await buildRun(s, { brandIds: [b.brandId] });
  // 700.00 are left, less 1 % and 0.50: 692.50 dollars are 554.00 euros.
  expect(run.payouts).toMatchObject([
    {
      amount: 55_400,
      currency: 'EUR',
      charges: [
        { kind: 'offset', amount: -30_000 },
        { kind: 'exchange-fee', amount: -750 },
      ],
      exchange: { amount: 69_250, currency: 'USD' },
    },
  ]);
  expect(await at(a)).toMatchObject({ payable: 0, receivable: 0, offset: -30_000 });
  expect(await at(a, 'EUR')).toBeUndefined();
  expect(await at(b)).toMatchObject({ payable: 0, offset: 30_000 });
  await s.request(builder).post(`/api/v1/payout-runs/${run.id}/cancel`).send({ reason: 'not now' }).expect(200);
  expect([await at(a), await at(b)]).toMatchObject([
    { receivable: 30_000, offset: 0 },
    { payable: 100_000, offset: 0 },
  ]);
  await sound();
});

test('T-22 O-16 what other brands settled is credited once, also when the payout that it is credited in goes out in another currency', async () => {
  const { a, b } = await two();
  await payRun(s, b.brandId);
  await settle(s);
  await exchanging(a.brandId);
  await earnedUsd(a, 100_000);
  expect((await payRun(s, a.brandId)).payouts).toMatchObject([
    { exchange: { amount: 98_950 }, charges: [{ kind: 'offset-credit', amount: 30_000 }, {}] },
  ]);
  await settle(s);
  await earnedUsd(a, 10_000);
  const { payouts } = await buildRun(s, { brandIds: [a.brandId] });
  expect(payouts).toMatchObject([{ exchange: { amount: 9850 }, charges: [{ kind: 'exchange-fee', amount: -150 }] }]);
  expect(await at(a)).toMatchObject({ payable: 0, receivable: 0 });
  await sound();
});

/** A brand in the United States without a form of its partner, that pays by itself from 800.00 dollars and asks 5.00 of who wants less. */
async function taxedAndForced(brandId: string) {
  await profile(s, { brandId, partnerId: '' }, { country: 'US', usSource: true }).expect(201);
  const terms = { currency: 'USD', pay: { anchor: 'month-end', days: 7 }, minimum: 80_000, forced: { minimum: 1000, fee: 500 } };
  await s.request(builder).post(`/api/v1/brands/${brandId}/payout-schedules`).send(terms).expect(201);
}

test('T-22 O-12 O-16 WE-59 offset, fee, tax and exchange in one payout: said, built, stated, paid and given back to the cent', async () => {
  const { a, b } = await two();
  await taxedAndForced(b.brandId);
  await exchanging(b.brandId);
  const ask = (query = '') =>
    s.request(builder).post(`/api/v1/partners/${b.partnerId}/withdrawals${query}`).send({ brandId: b.brandId, currency: 'USD' });
  const said = (await ask('?dryRun=true').expect(200)).body;
  const run = (await ask().expect(201)).body;
  expect([run.planHash, run.totals]).toEqual([said.planHash, said.totals]);
  // 30 % of 995.00; 396.50 are left, less 1 % and 0.50: 392.04 dollars are 313.63 euros.
  const charges = [
    { kind: 'offset', amount: -30_000 },
    { kind: 'fee', amount: -500 },
    { kind: 'withholding', amount: -29_850 },
    { kind: 'exchange-fee', amount: -446 },
  ];
  const exchange = { amount: 39_204, currency: 'USD', rate: '4/5', fee: 446, bearer: 'partner' };
  expect(run.payouts).toMatchObject([{ amount: 31_363, currency: 'EUR', charges, exchange, lines: [{ amount: 100_000 }] }]);
  const { id } = run.payouts[0];
  expect((await s.request().get(`/api/v1/payouts/${id}/statement`).expect(200)).body).toMatchObject({ charges, exchange, amount: 31_363 });
  const paper = await readPdf(await download(s, `/api/v1/payouts/${id}/statement/pdf`));
  expect(paper.amounts.reduce((sum, amount) => sum + amount, 0)).toBe(39_204);
  expect(paper.text).toContain('Exchanged, USD 392.04');
  expect(paper.text).toContain('Amount paid, EUR 313.63');

  await sendOut(s, run);
  await settle(s);
  expect(await at(a)).toMatchObject({ receivable: 0, offset: -30_000 });
  expect(await at(b)).toMatchObject({ payable: 0, offset: 30_000, taxWithheld: 29_850, fees: 946 });
  expect(await at(b, 'EUR')).toMatchObject({ paid: 31_363, inPayout: 0 });
  const settlements = [{ payoutId: id, outcome: 'returned' }];
  await s.request().post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements }).expect(200);
  expect(await at(a)).toMatchObject({ receivable: 30_000, offset: 0 });
  expect(await at(b)).toMatchObject({ payable: 100_000, offset: 0, taxWithheld: 0, fees: 0, exchanged: 0 });
  expect(await at(b, 'EUR')).toMatchObject({ paid: 0, payable: 0, exchanged: 0 });
  await sound();
});
