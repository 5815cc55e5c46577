import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { balanceDrift } from '../src/ledger/balances.js';
import { download, readPdf } from './statement-readers.js';
import { accrued, addMethod, aPartner, approved, builder, buildRun, later, type Owed, payRun, sendOut, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
  await s.deliver(rates('2026-03-02', { USD: '1.0845', JPY: '160.5', KWD: '0.3332' }), rates('2026-03-02', { USD: '1.2' }, 'bank', false));
});
afterAll(() => s.stop());

const rates = (date: string, quoted: Record<string, string>, source = 'ecb', counts = true) =>
  anEvent('commission.fx-rate.recorded.v1', {
    base: 'EUR',
    date,
    source,
    recordedAt: start.toISOString(),
    rates: Object.entries(quoted).map(([quote, rate]) => ({ quote, rate, counts })),
  });
const policyOf = (brandId: string, pairs: object[], more: object = {}, as: object = builder) =>
  s
    .request(as)
    .post(`/api/v1/brands/${brandId}/payout-exchange-policies`)
    .send({ pairs, ...more });
const onePercent = { from: 'USD', to: 'EUR', percent: '0.01', fixed: 50 };

async function earnedIn(owed: Owed, currency: string, ...amounts: number[]) {
  const entries = amounts.map((amount) => accrued(owed.partnerId, owed.brandId, amount, { currency }));
  await s.deliver(...entries, ...entries.map((entry) => approved(entry)));
  await s.service.runDueJobs();
}
/** A partner that earned in one currency and wants to be paid in another. */
async function wanting(
  payoutCurrency: string,
  { pair = onePercent as object | null, behaviour = 'ok', currency = 'USD', amounts = [60_000, 40_000] } = {},
) {
  const owed = await aPartner(s);
  if (pair) await policyOf(owed.brandId, [pair]).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour }, payoutCurrency } as never);
  await earnedIn(owed, currency, ...amounts);
  return owed;
}
interface Balance {
  currency: string;
  [term: string]: number | string;
}
const balances = async ({ partnerId }: Owed): Promise<Balance[]> =>
  (await s.request().get(`/api/v1/partners/${partnerId}/balance`).expect(200)).body.balances;
const transactions = (payoutId: string) =>
  s.sql<{ kind: string; currency: string; rateId: string | null; legs: string[] }>(
    `SELECT kind, currency, rate_id AS "rateId", ARRAY(SELECT a || ' ' || m FROM unnest(accounts, amounts) AS leg (a, m)) AS legs FROM ledger_transaction WHERE payout_id = $1 ORDER BY kind, currency`,
    [payoutId],
  );
const rateId = 'ecb:EUR/USD:2026-03-02';

test('O-16 gross, fee and net are lines in the currency earned, the payment in the other, joined by the rate; what is paid is what was said', async () => {
  const owed = await wanting('EUR');
  const run = await payRun(s, owed.brandId);
  await settle(s);
  const [payout] = run.payouts;
  if (!payout) throw new Error('no payout');
  expect(payout).toMatchObject({
    amount: 91_240,
    currency: 'EUR',
    charges: [{ kind: 'exchange-fee', amount: -1050 }],
    exchange: { amount: 98_950, currency: 'USD', rate: '2000/2169', rateId, day: '2026-03-02', fee: 1050, bearer: 'partner' },
  });
  expect(run).toMatchObject({ totals: [{ currency: 'EUR', amount: 91_240, payouts: 1 }] });
  expect(await transactions(payout.id)).toEqual([
    { kind: 'claim', currency: 'EUR', rateId, legs: ['exchange -91240', 'in-payout 91240'] },
    { kind: 'exchange', currency: 'USD', rateId, legs: ['payable -100000', 'exchange-fees 1050', 'exchange 98950'] },
    { kind: 'handed-to-rail', currency: 'EUR', rateId: null, legs: ['rail-clearing -91240', 'brand-funds 91240'] },
    {
      kind: 'settlement',
      currency: 'EUR',
      rateId: null,
      legs: ['in-payout -91240', 'paid 91240', 'disbursed -91240', 'rail-clearing 91240'],
    },
  ]);
  expect(await s.sql('SELECT amount::int, currency FROM simulator_money_out WHERE payout_id = $1', [payout.id])).toEqual([
    { amount: 91_240, currency: 'EUR' },
  ]);
  expect(await balances(owed)).toMatchObject([
    { currency: 'EUR', accrued: 0, paid: 91_240, exchanged: -91_240, fees: 0 },
    { currency: 'USD', accrued: 100_000, payable: 0, paid: 0, exchanged: 98_950, fees: 1050 },
  ]);
  const told = (await s.published('payouts.payout.created.v1')).find(({ data }) => data.payoutId === payout.id);
  expect(told?.data).toMatchObject({ amount: 91_240, currency: 'EUR', exchange: { amount: 98_950, currency: 'USD', rateId } });
  expect((await s.request().get(`/api/v1/payouts/${payout.id}`).expect(200)).body.exchange).toMatchObject({
    rateId,
    rounding: 'half-even',
  });
  expect(await s.db.tx({ brandIds: 'all' }, balanceDrift)).toBe(0);
});

test('O-13 O-16 the statement of an exchanged payout adds up in the currency earned, and names the rate to what is paid', async () => {
  const owed = await wanting('JPY', { pair: { from: 'USD', to: 'JPY', percent: '0.01', fixed: 50 } as object });
  const { id, amount } = (await buildRun(s, { brandIds: [owed.brandId] })).payouts[0] ?? { id: '', amount: 0 };
  const { body } = await s.request().get(`/api/v1/payouts/${id}/statement`).expect(200);
  const parts = [...body.lines, ...body.charges] as { amount: number }[];
  expect(body).toMatchObject({ currency: 'JPY', amount, exchange: { amount: 98_950, currency: 'USD' } });
  expect(parts.reduce((sum, part) => sum + part.amount, 0)).toBe(98_950);
  const { amounts, text } = await readPdf(await download(s, `/api/v1/payouts/${id}/statement/pdf`));
  expect(amounts.reduce((sum, each) => sum + each, 0)).toBe(98_950);
  expect(text).toContain('Exchanged, USD 989.50');
  expect(text).toContain(`Amount paid, JPY ${amount}`);
  expect(text).toContain('EUR/USD 1.0845 of 2026-03-02 (ecb), EUR/JPY 160.5 of 2026-03-02 (ecb)');
});

test('O-16 a fee that the brand bears is a line as well, and takes nothing from the partner', async () => {
  const owed = await wanting('EUR', { pair: { ...onePercent, bearer: 'brand' } });
  const [payout] = (await buildRun(s, { brandIds: [owed.brandId] })).payouts;
  expect(payout).toMatchObject({ amount: 92_208, charges: [], exchange: { amount: 100_000, fee: 1050, bearer: 'brand' } });
  expect((await transactions(payout?.id ?? '')).find(({ kind }) => kind === 'exchange')?.legs).toEqual([
    'payable -100000',
    'exchange 100000',
    'exchange-costs -1050',
    'exchange-fees 1050',
  ]);
});

test.each(['reject', 'late-return'])('INV-M9 what comes back (%s) is what was earned, whatever the rate is by then', async (behaviour) => {
  const owed = await wanting('EUR', { behaviour });
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await s.deliver(rates('2026-03-02', { USD: '0.5' }, 'late', false));
  await sendOut(s, run);
  await settle(s);
  await later(s, 86_400_000);
  const nothing = { inPayout: 0, paid: 0, exchanged: 0, fees: 0, receivable: 0 };
  expect(await balances(owed)).toMatchObject([
    { currency: 'EUR', payable: 0, ...nothing },
    { currency: 'USD', payable: 100_000, ...nothing },
  ]);
  const [{ sum } = { sum: null }] = await s.sql<{ sum: string }>(
    `SELECT coalesce(sum(abs(total)), 0)::text AS sum FROM (SELECT sum(amount) AS total FROM ledger_leg WHERE partner_id = $1 AND account IN ('exchange', 'exchange-fees') GROUP BY account, currency) AS sums`,
    [owed.partnerId],
  );
  expect(sum).toBe('0');
});

test('O-16 the rate is fixed when the run is built: it is in the content that is approved, and nobody rewrites it', async () => {
  const owed = await wanting('EUR');
  const said = await s
    .request(builder)
    .post('/api/v1/payout-runs?dryRun=true')
    .send({ brandIds: [owed.brandId] })
    .expect(200);
  const run = await buildRun(s, { brandIds: [owed.brandId], planHash: said.body.planHash });
  const change = (set: string) => s.sql(`UPDATE payout SET ${set} WHERE run_id = $1`, [run.id]);
  await expect(change(`exchange = jsonb_set(exchange, '{rate}', '"1"')`)).rejects.toMatchObject({ code: '23514' });
  await expect(change('exchange = NULL')).rejects.toMatchObject({ code: '23514' });
  await expect(change(`currency = 'USD'`)).rejects.toMatchObject({ code: '23514' });
  await expect(s.sql(`UPDATE fx_rate SET rate = '2'`)).rejects.toMatchObject({ code: '42501' });
  await expect(s.sql('DELETE FROM exchange_policy')).rejects.toMatchObject({ code: '42501' });
  await expect(s.sql(`UPDATE payout_method SET payout_currency = 'JPY' WHERE partner_id = $1`, [owed.partnerId])).rejects.toMatchObject({
    code: '23514',
  });
  await expect(
    s.sql(
      `INSERT INTO ledger_transaction (id, business_key, kind, brand_id, partner_id, currency, accounts, amounts, effective_at, posted_at)
       VALUES ('x', 'x', 'exchange', $1, $2, 'EUR', '{payable,exchange}', '{-1,1}', now(), now())`,
      [owed.brandId, owed.partnerId],
    ),
  ).rejects.toMatchObject({ code: '23514' });
});

test('WE-66 into a currency without minor units, and by way of a third into one with three decimals', async () => {
  const yen = await wanting('JPY', { pair: { from: 'USD', to: 'JPY' } });
  expect((await buildRun(s, { brandIds: [yen.brandId] })).payouts).toMatchObject([
    { amount: 147_994, currency: 'JPY', exchange: { rateId: 'ecb:EUR/USD:2026-03-02+ecb:EUR/JPY:2026-03-02' } },
  ]);
  const dinar = await wanting('KWD', { pair: { from: 'JPY', to: 'KWD' }, currency: 'JPY', amounts: [10_001] });
  expect((await buildRun(s, { brandIds: [dinar.brandId] })).payouts).toMatchObject([{ amount: 20_762, currency: 'KWD' }]);
});

test('O-16 a wish that the brand does not grant leaves the currency; without a rate, or of nothing, the balance stays', async () => {
  const ungranted = await wanting('EUR', { pair: null });
  expect((await buildRun(s, { brandIds: [ungranted.brandId] })).payouts).toMatchObject([
    { amount: 100_000, currency: 'USD', exchange: null },
  ]);
  const why = async (owed: Owed) => {
    const { body } = await s
      .request(builder)
      .post('/api/v1/payout-runs')
      .send({ brandIds: [owed.brandId] })
      .expect(422);
    expect(await balances(owed)).toMatchObject([{ payable: expect.any(Number), inPayout: 0 }]);
    return body.errors[0].rule;
  };
  expect(await why(await wanting('CHF', { pair: { from: 'USD', to: 'CHF' } }))).toBe('no-exchange-rate');
  expect(await why(await wanting('EUR', { amounts: [50] }))).toBe('not-exchangeable');
});

test('O-16 what was earned in the currency that is wanted is paid beside what is exchanged, and each line is paid once', async () => {
  const owed = await wanting('EUR');
  await earnedIn(owed, 'EUR', 700);
  const { payouts } = await buildRun(s, { brandIds: [owed.brandId] });
  expect(payouts.map(({ amount, lines }) => [amount, lines.length])).toEqual([
    [700, 1],
    [91_240, 2],
  ]);
});

test('O-16 the newest policy of a brand counts, with the rates of its source', async () => {
  const owed = await wanting('EUR');
  await policyOf(owed.brandId, [{ from: 'USD', to: 'EUR' }], { source: 'bank' }).expect(201);
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts).toMatchObject([
    { amount: 83_333, exchange: { rateId: 'bank:EUR/USD:2026-03-02', fee: 0 } },
  ]);
  const listed = await s.request().get(`/api/v1/payout-exchange-policies?brandId=${owed.brandId}&limit=1`).expect(200);
  expect(listed.body.data).toMatchObject([{ version: 2, source: 'bank', pairs: [{ percent: '0', fixed: 0, bearer: 'partner' }] }]);
  const more = await s.request().get(`/api/v1/payout-exchange-policies?brandId=${owed.brandId}&limit=1&cursor=${listed.body.nextCursor}`);
  expect(more.body).toMatchObject({ data: [{ version: 1, pairs: [onePercent] }], nextCursor: null });
  const told = (await s.published('payouts.exchange-policy.changed.v1')).filter(({ data }) => data.brandId === owed.brandId);
  expect(told.map(({ data }) => data.version)).toEqual([1, 2]);
});

test('a policy is of known currencies, each pair once, for who sees the brand', async () => {
  const { brandId, partnerId } = await aPartner(s);
  const refused = async (...pairs: object[]) => (await policyOf(brandId, pairs).expect(422)).body;
  expect(await refused({ from: 'USD', to: 'ZZZ' })).toMatchObject({ code: 'currency-unknown', errors: [{ pointer: '/pairs/0' }] });
  expect(await refused({ from: 'USD', to: 'USD' })).toMatchObject({ errors: [{ rule: 'must be two currencies' }] });
  expect(await refused(onePercent, onePercent)).toMatchObject({ errors: [{ pointer: '/pairs/1', rule: 'must not name a pair twice' }] });
  await policyOf(brandId, [{ ...onePercent, percent: '1' }]).expect(422);
  await policyOf(brandId, [onePercent], {}, { ...builder, brandIds: [newId('brand')] }).expect(404);
  await policyOf(brandId, [onePercent], {}, { ...builder, roles: ['analytics-viewer'] }).expect(403);
  const method = { kind: 'simulated', account: { name: 'x' }, payoutCurrency: 'ZZZ' };
  expect((await s.request().post(`/api/v1/partners/${partnerId}/payout-methods`).send(method).expect(422)).body.code).toBe(
    'currency-unknown',
  );
});
