import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestDatabase, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { backUp } from './backup.js';
import { ProviderDouble } from './provider-double.js';
import { funding } from './provider-world.js';
import { expectSoundBooks } from './sound-books.js';
import { earnedIn, profile } from './tax-world.js';
import { addMethod, aPartner, brandChanged, builder, buildRun, enrolled, later, sendOut, settle, start } from './world.js';

const double = new ProviderDouble();
let s: TestService<PrismaClient>;
let backup: TestDatabase | undefined;
let restored: TestService<PrismaClient> | undefined;
let url: string;
const composed = (environment: Parameters<typeof compose>[0]) =>
  compose(
    { ...environment, log: environment.log.child({}, { level: 'silent' }) },
    { settings: { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 300 } },
  );
beforeAll(async () => {
  url = await double.start();
  s = await startTestService(composed, { now: start });
});
afterAll(async () => {
  await restored?.stop();
  await backup?.drop();
  await s.stop();
  await double.stop();
});

const rate = anEvent('commission.fx-rate.recorded.v1', {
  base: 'EUR',
  date: '2026-03-02',
  source: 'ecb',
  recordedAt: start.toISOString(),
  rates: [{ quote: 'USD', rate: '1.0845', counts: true }],
});

test('FC11 what is taken up after a restore has its tax, its offset and its exchange: the books are those that were lost', async () => {
  const payee = await aPartner(s, { offsetScope: 'operator' });
  const { partnerId, brandId } = payee;
  const creditor = { partnerId, brandId: newId('brand') };
  await s.deliver(brandChanged(creditor.brandId, { offsetScope: 'operator' }), enrolled(partnerId, creditor.brandId), rate);
  await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send({ rail: 'stripe', account: funding.stripe }).expect(201);
  const pairs = [{ from: 'USD', to: 'EUR', percent: '0.01', fixed: 50 }];
  await s.request(builder).post(`/api/v1/brands/${brandId}/payout-exchange-policies`).send({ pairs }).expect(201);
  await addMethod(s, partnerId, { kind: 'stripe', account: { name: 'Ada', accountId: 'acct_Ada' }, payoutCurrency: 'EUR' } as never);
  await profile(s, payee, { country: 'US', usSource: true }).expect(201);
  await earnedIn(s, payee, 'USD', 60_000, 40_000);
  await earnedIn(s, creditor, 'USD', -3000);
  backup = await backUp(s, 'charges');

  const run = await buildRun(s, { brandIds: [brandId] });
  const [payout] = run.payouts as unknown as { id: string; charges: { kind: string }[] }[];
  expect(payout?.charges.map(({ kind }) => kind).sort()).toEqual(['exchange-fee', 'offset', 'withholding']);
  await sendOut(s, run);
  await settle(s);

  restored = await startTestService(composed, {
    now: s.clock.now(),
    database: backup,
    environment: { keys: s.environment.keys, config: s.environment.config },
  });
  const r = restored;
  await later(r, 5000);
  await settle(r);
  const booksOf = async (of: TestService<unknown>) => ({
    balances: (await of.request().get(`/api/v1/partners/${partnerId}/balance`).expect(200)).body.balances,
    taxes: await of.sql('SELECT * FROM payout_tax'),
    offsets: await of.sql('SELECT * FROM payout_offset'),
    postings: await of.sql(
      'SELECT kind, brand_id, currency, accounts::text, amounts::text, rate_id FROM ledger_transaction WHERE payout_id = $1 ORDER BY 1, 2, 3',
      [payout?.id],
    ),
  });
  const books = await booksOf(r);
  expect(books).toEqual(await booksOf(s));
  expect([books.taxes.length, books.offsets.length]).toEqual([1, 1]);
  await expectSoundBooks(r);
  expect(double.moneyOut).toHaveLength(1);
}, 60_000);
