import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { ledgerImbalance } from '../src/ledger/balances.js';
import { camt053, type Entry, iban } from './bank-files.js';
import { ProviderDouble } from './provider-double.js';
import { funding, type PaidWorld, payBy } from './provider-world.js';
import {
  addMethod,
  approver,
  balanceOf,
  brandChanged,
  builder,
  buildRun,
  earned,
  later,
  partnerChanged,
  sendOut,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
const double = new ProviderDouble();
beforeAll(async () => {
  const url = await double.start();
  s = await startTestService(
    (environment) => compose(environment, { settings: { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 500 } }),
    {
      now: start,
    },
  );
});
afterAll(async () => {
  expect(await s.db.tx({ brandIds: 'all' }, ledgerImbalance)).toBe(0n);
  await s.stop();
  await double.stop();
});

/** One payout of a brand, with the bank. */
async function atTheBank(amount: number) {
  const [brandId, partnerId] = [newId('brand'), newId('partner')];
  await s.deliver(brandChanged(brandId), partnerChanged(partnerId));
  const funds = { rail: 'bank-file', account: { name: 'Brand', iban } };
  await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send(funds).expect(201);
  await addMethod(s, partnerId, { kind: 'bank-account', account: { name: 'Ada', iban: 'SE4550000000058398257466' } });
  await earned(s, { brandId, partnerId }, amount);
  const run = await buildRun(s, { brandIds: [brandId] });
  await sendOut(s, run);
  return { brandId, partnerId, id: run.payouts[0]?.id ?? '' };
}
const statement = async (brandId: string, entries: Entry[], to = '2026-03-02') =>
  (
    await s
      .request(approver)
      .post(`/api/v1/brands/${brandId}/bank-reports`)
      .set('content-type', 'application/xml')
      .send(camt053(entries, { to, opening: 1_000_000 }))
      .expect(201)
  ).body;
/** What the ledger has on the brand's own accounts, by currency; credit is positive. */
const accounts = async (payoutId: string) =>
  Object.fromEntries(
    (
      await s.sql<{ name: string; amount: number }>(
        `SELECT leg.currency || ' ' || leg.account AS name, sum(leg.amount)::int AS amount FROM ledger_leg leg JOIN ledger_transaction t ON t.id = leg.transaction_id
         WHERE t.payout_id = $1 AND account IN ('brand-funds', 'rail-fees', 'suspense') GROUP BY 1 HAVING sum(leg.amount) <> 0 ORDER BY 1`,
        [payoutId],
      )
    ).map(({ name, amount }) => [name, amount]),
  );
const itemsOf = async (payoutId: string) =>
  (await s.request().get(`/api/v1/reconciliation-items?payoutId=${payoutId}`).expect(200)).body.data as {
    id: string;
    kind: string;
    status: string;
  }[];
const resolve = (itemId: string, body: object, as: object = builder) =>
  s
    .request({ ...as, roles: ['finance-approver'] })
    .post(`/api/v1/reconciliation-items/${itemId}/resolve`)
    .send({ resolution: 'asked the bank', ...body });
const statusOf = async (id: string) => (await s.request().get(`/api/v1/payouts/${id}`).expect(200)).body.status;

test('FF14 a fee that the bank took out of the payment is the cost of the brand; the payment fits, and book = bank', async () => {
  const { brandId, partnerId, id } = await atTheBank(5000);
  const paid = {
    id,
    amount: 5150,
    reference: 'B1',
    charges: [{ amount: 150 }, { amount: 40, included: false }, { amount: 7, currency: 'USD' }],
  };
  const report = await statement(brandId, [paid]);
  expect(report).toMatchObject({ itemIds: [], totals: [{ currency: 'EUR', book: 5150, bank: 5150, exceptions: 0 }] });
  expect(await statusOf(id)).toBe('settled');
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 5150, 'EUR rail-fees': -150 });
  expect(await balanceOf(s, partnerId)).toMatchObject({ paid: 5000, fees: 0 });
  // The same booking in a later statement is no second fee.
  expect(await statement(brandId, [paid], '2026-03-03')).toMatchObject({ repeated: 2, itemIds: [] });
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 5150, 'EUR rail-fees': -150 });
});

test('FF14 a difference that was announced and explained before the money moved is an item of its own once it has: it does not stay in suspense', async () => {
  const { brandId, id } = await atTheBank(5000);
  const entries: Entry[] = [{ id, amount: 5300, reference: 'B9' }];
  const announced = await s
    .request(approver)
    .post(`/api/v1/brands/${brandId}/bank-reports?as=status`)
    .set('content-type', 'application/xml')
    .send(camt053(entries, { to: '2026-03-02', opening: 1_000_000 }))
    .expect(201);
  const [early] = announced.body.itemIds;
  await resolve(early, {}).expect(200);
  const { itemIds } = await statement(brandId, entries);
  expect(itemIds).toHaveLength(1);
  expect(itemIds).not.toContain(early);
  expect(await accounts(id)).toMatchObject({ 'EUR suspense': -300 });
  await resolve(itemIds[0], { bookTo: 'rail-fees' }).expect(200);
  await resolve(itemIds[0], { bookTo: 'rail-fees' }).expect(409);
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 5300, 'EUR rail-fees': -300 });
});

test('FF14 a fee with an entry of its own, one given back, and one taken out of a return', async () => {
  const { brandId, partnerId, id } = await atTheBank(5000);
  const report = await statement(brandId, [
    { id, amount: 5000, reference: 'B2' },
    { id, amount: 90, reference: 'B3', family: 'CHRG' },
    { id, amount: 30, side: 'CRDT', reference: 'B4', family: 'CHRG' },
    { id, amount: 4900, side: 'CRDT', reference: 'B5', returned: 'AC04', charges: [{ amount: 100 }] },
    { amount: 11, reference: 'B6', family: 'CHRG' },
  ]);
  // A charge for no payment of ours is nobody's: a person must look.
  expect(report).toMatchObject({ itemIds: [expect.any(String)], totals: [{ book: 160, bank: 171, exceptions: -11 }] });
  expect(await statusOf(id)).toBe('returned');
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 160, 'EUR rail-fees': -160 });
  expect(await balanceOf(s, partnerId)).toMatchObject({ payable: 5000, paid: 0 });
});

test.each([
  [5010, 'rail-fees', { 'EUR brand-funds': 5010, 'EUR rail-fees': -10 }],
  [4990, 'brand-funds', { 'EUR brand-funds': 5000 }],
])('FF14 another amount (%i) goes to suspense with an open item, until a person says where it belongs', async (amount, bookTo, after) => {
  const { brandId, partnerId, id } = await atTheBank(5000);
  const report = await statement(brandId, [{ id, amount, reference: `D${amount}` }]);
  expect(report.totals).toEqual([{ currency: 'EUR', book: 5000, bank: amount, exceptions: 5000 - amount }]);
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': amount, 'EUR suspense': 5000 - amount });
  const [item] = await itemsOf(id);
  expect(item).toMatchObject({ kind: 'different', status: 'open', difference: 5000 - amount, bookedTo: null });
  const itemId = item?.id ?? '';
  expect((await resolve(itemId, { bookTo }, approver).expect(403)).body.code).toBe('four-eyes');
  expect((await resolve(itemId, {}).expect(422)).body.errors).toMatchObject([{ pointer: '/bookTo' }]);
  await resolve(itemId, { bookTo: 'paid' }).expect(422);
  await resolve(itemId, { bookTo }).expect(200);
  expect((await itemsOf(id))[0]).toMatchObject({ status: 'resolved', bookedTo: bookTo });
  expect((await resolve(itemId, { bookTo }).expect(409)).body.code).toBe('item-resolved');
  expect(await accounts(id)).toEqual(after);
  expect(await balanceOf(s, partnerId)).toMatchObject({ inPayout: 5000, paid: 0 });
});

test('FF14 another currency is two differences, one in each; what lies in suspense is explained one by one', async () => {
  const { brandId, id } = await atTheBank(5000);
  await statement(brandId, [{ id, amount: 5400, currency: 'USD', reference: 'U1' }]);
  expect(await accounts(id)).toEqual({ 'EUR suspense': 5000, 'USD brand-funds': 5400, 'USD suspense': -5400 });
  const items = await itemsOf(id);
  expect(items.map(({ kind }) => kind)).toEqual(['different', 'different']);
  for (const { id: itemId } of items) await resolve(itemId, { bookTo: 'brand-funds' }).expect(200);
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 5000 });
});

test('FF14 an item with nothing in suspense is resolved as before, and takes no account', async () => {
  const { brandId } = await atTheBank(5000);
  const { itemIds } = await statement(brandId, [{ amount: 77, reference: 'X1' }]);
  await resolve(itemIds[0], { bookTo: 'rail-fees' }).expect(422);
  await resolve(itemIds[0], {}).expect(200);
});

test.each(['stripe', 'paypal'] as const)('FF14 %s: the fee of a payment is booked once, however often it is said', async (rail) => {
  const { payouts } = await payBy(s, double, rail, [750], 'timeout-after-accept');
  const id = payouts[0]?.id ?? '';
  const [transfer, item] = [double.transfer(id), double.item(id)];
  if (transfer) Object.assign(transfer, { balance_transaction: { fee: 25, currency: 'usd' } });
  if (item) Object.assign(item, { payout_item_fee: { value: '0.25', currency: 'USD' } });
  await settle(s);
  await settle(s);
  expect(await statusOf(id)).toBe('settled');
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 750, 'USD brand-funds': 25, 'USD rail-fees': -25 });
});

test('FF14 paypal: a payment as told, out of a balance in another currency, is settled; what was debited lies in suspense, once', async () => {
  const { payouts } = await payBy(s, double, 'paypal', [750], 'timeout-after-accept');
  const id = payouts[0]?.id ?? '';
  const converted = {
    from_amount: { value: '8.21', currency: 'USD' },
    to_amount: { value: '7.50', currency: 'EUR' },
    exchange_rate: '0.913',
  };
  Object.assign(double.item(id) ?? {}, { currency_conversion: converted });
  await settle(s);
  await settle(s);
  expect(await statusOf(id)).toBe('settled');
  expect(await accounts(id)).toEqual({ 'EUR suspense': 750, 'USD brand-funds': 821, 'USD suspense': -821 });
  expect(await itemsOf(id)).toMatchObject([{ kind: 'different', bankAmount: 821, currency: 'USD' }]);
});

const stripeCalls = ({ fundingAccountId }: PaidWorld, object: object) => {
  const body = JSON.stringify({ id: newId('event'), type: 'transfer.created', data: { object } });
  const at = Math.floor(s.clock.now().getTime() / 1000);
  const signature = createHmac('sha256', funding.stripe.webhookSecret).update(`${at}.${body}`).digest('hex');
  const address = `/api/v1/rail-callbacks/stripe/${fundingAccountId}`;
  return s
    .request()
    .post(address)
    .set({ 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` })
    .send(body);
};

test('FF14 a callback brings the fee as well', async () => {
  const world = await payBy(s, double, 'stripe', [750], '500-after-accept');
  const id = world.payouts[0]?.id ?? '';
  for (let time = 0; time < 2; time++)
    await stripeCalls(world, { ...double.transfer(id), balance_transaction: { fee: 9, currency: 'eur' } }).expect(200);
  expect(await accounts(id)).toEqual({ 'EUR brand-funds': 759, 'EUR rail-fees': -9 });
});

test.each(['stripe', 'paypal'] as const)(
  'FF14 %s: a payment of another amount or currency is not believed; it lies in suspense under one open item, by whatever way it is said',
  async (rail) => {
    const world = await payBy(s, double, rail, [750], '500-after-accept');
    const id = world.payouts[0]?.id ?? '';
    const [transfer, item] = [double.transfer(id), double.item(id)];
    if (transfer) Object.assign(transfer, { amount: 800, currency: 'usd' });
    if (item) item.payout_item.amount = { value: '7.60', currency: 'EUR' };
    await settle(s);
    await settle(s);
    if (transfer) await stripeCalls(world, transfer).expect(200);
    expect(['unknown', 'submitted']).toContain(await statusOf(id));
    const [open, ...others] = await itemsOf(id);
    expect([open?.kind, others]).toEqual(['different', []]);
    expect(await accounts(id)).toEqual(
      rail === 'stripe'
        ? { 'EUR suspense': 750, 'USD brand-funds': 800, 'USD suspense': -800 }
        : { 'EUR brand-funds': 760, 'EUR suspense': -10 },
    );
    await resolve(open?.id ?? '', { bookTo: 'rail-fees' }).expect(200);
    expect(Object.keys(await accounts(id)).filter((name) => name.endsWith('suspense'))).toEqual([]);
    // Explained is explained: it is not opened again.
    await settle(s);
    expect((await itemsOf(id)).map(({ status }) => status)).toEqual(['resolved']);
  },
);

test('FC11 a payment that its rail made otherwise does not keep payouts frozen: it was asked about, and a person explains it', async () => {
  const { payouts } = await payBy(s, double, 'stripe', [750], '500-after-accept');
  const id = payouts[0]?.id ?? '';
  const frozen = await s.request(approver).post('/api/v1/payout-freezes').send({ reason: 'to be sure' }).expect(201);
  Object.assign(double.transfer(id) ?? {}, { amount: 800 });
  await later(s, 60_000);
  const freeze = (await s.request().get('/api/v1/payout-freezes').expect(200)).body.data[0];
  expect(freeze).toMatchObject({ id: frozen.body.id, findings: [], findingsHash: expect.any(String) });
  expect(await itemsOf(id)).toMatchObject([{ kind: 'different', status: 'open' }]);
  const { findingsHash } = freeze;
  const release = `/api/v1/payout-freezes/${freeze.id}/release`;
  await s.request(approver).post(release).send({ reason: 'compared', findingsHash }).expect(200);
  const confirm = { findingsHash, proposedBy: approver.actorId };
  await s
    .request({ ...builder, roles: ['finance-approver'] })
    .post(`${release}/confirm`)
    .send(confirm)
    .expect(200);
});
