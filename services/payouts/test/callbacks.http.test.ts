import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { ProviderDouble } from './provider-double.js';
import { funding, type PaidWorld, payBy } from './provider-world.js';
import { expectSoundBooks } from './sound-books.js';
import { approver, balanceOf, settle, start } from './world.js';

const double = new ProviderDouble();
let s: TestService<PrismaClient>;
beforeAll(async () => {
  const url = await double.start();
  const settings = { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 300 };
  s = await startTestService(
    (environment) => compose({ ...environment, log: environment.log.child({}, { level: 'silent' }) }, { settings }),
    {
      now: start,
    },
  );
});
afterAll(async () => {
  await s.stop();
  await double.stop();
});
beforeEach(() => {
  double.down = false;
});

const statusOf = async (id: string | undefined) => (await s.request().get(`/api/v1/payouts/${id}`).expect(200)).body.status;
const seconds = () => Math.floor(s.clock.now().getTime() / 1000);

interface Sending {
  id?: string;
  secret?: string;
  at?: number;
  account?: string;
  change?: (body: string) => string;
}

/** Stripe calls back about a transfer. */
function stripeCalls(
  { fundingAccountId }: PaidWorld,
  type: string,
  transfer: object,
  { id = newId('event'), secret, at = seconds(), account, change }: Sending = {},
) {
  const body = JSON.stringify({ id, type, data: { object: transfer } });
  const signature = createHmac('sha256', secret ?? funding.stripe.webhookSecret)
    .update(`${at}.${body}`)
    .digest('hex');
  return s
    .request()
    .post(`/api/v1/rail-callbacks/stripe/${account ?? fundingAccountId}`)
    .set('content-type', 'application/json')
    .set('stripe-signature', `t=${at},v1=${signature},v0=00`)
    .send(change ? change(body) : body);
}

function paypalCalls({ fundingAccountId }: PaidWorld, status: string, item: object, { id = newId('event'), secret }: Sending = {}) {
  return s
    .request()
    .post(`/api/v1/rail-callbacks/paypal/${fundingAccountId}`)
    .set({
      'content-type': 'application/json',
      'paypal-auth-algo': 'SHA256withRSA',
      'paypal-cert-url': 'https://api.paypal.com/cert',
      'paypal-transmission-id': id,
      'paypal-transmission-sig': secret ?? `signed-for-${funding.paypal.webhookId}`,
      'paypal-transmission-time': s.clock.now().toISOString(),
    })
    .send(JSON.stringify({ id, event_type: `PAYMENT.PAYOUTS-ITEM.${status}`, resource: item }));
}

const transferOf = (payoutId: string | undefined, change: object = {}) => ({
  ...(double.transfer(payoutId) ?? {
    id: 'tr_x',
    amount: 750,
    amount_reversed: 0,
    currency: 'eur',
    transfer_group: payoutId,
    metadata: { payout_id: payoutId },
  }),
  ...change,
});
const openItems = async (payoutId: string) =>
  (await s.sql<{ kind: string }>('SELECT kind FROM reconciliation_item WHERE end_to_end_id = $1 ORDER BY kind', [payoutId])).map(
    ({ kind }) => kind,
  );

test('FF5 stripe: settled before accepted, then again, then returned, in any order and however often: once each', async () => {
  const world = await payBy(s, double, 'stripe', [750], '500-after-accept');
  const id = world.payouts[0]?.id;
  expect(await statusOf(id)).toBe('unknown');
  const event = newId('event');
  for (let time = 0; time < 3; time++)
    await stripeCalls(world, 'transfer.created', transferOf(id), { id: event }).expect(200, { received: true });
  await stripeCalls(world, 'transfer.updated', transferOf(id)).expect(200);
  expect(await statusOf(id)).toBe('settled');
  await stripeCalls(world, 'transfer.reversed', transferOf(id, { amount_reversed: 750 })).expect(200);
  await stripeCalls(world, 'transfer.created', transferOf(id)).expect(200);
  expect(await statusOf(id)).toBe('returned');
  expect(await balanceOf(s, world.payouts[0]?.partnerId ?? '')).toMatchObject({ paid: 0, payable: 750, inPayout: 0 });
  for (const type of ['settled', 'returned'] as const)
    expect((await s.published(`payouts.payout.${type}.v1`)).filter(({ subject }) => subject === id)).toHaveLength(1);
  expect(await s.sql('SELECT 1 FROM rail_callback WHERE payout_id = $1', [id])).toHaveLength(4);
  await expectSoundBooks(s);
});

test("FF6 forged callbacks: a wrong signature, an old or a future one, another brand's secret, a changed body, no such account: 401, nothing changes", async () => {
  const world = await payBy(s, double, 'stripe', [750], '500-before-accept');
  const id = world.payouts[0]?.id;
  const transfer = transferOf(id);
  const forged: Sending[] = [
    { secret: 'whsec_of_another_brand' },
    // The clock runs on until these arrive: the exact bounds are shown beside the code.
    { at: seconds() - 600 },
    { at: seconds() + 600 },
    { change: (body) => body.replace('750', '751') },
    { account: newId('fundingAccount') },
  ];
  for (const one of forged) {
    const { body, status } = await stripeCalls(world, 'transfer.created', transfer, one);
    expect([status, body.code]).toEqual([401, 'signature-invalid']);
  }
  const unsigned = s.request().post(`/api/v1/rail-callbacks/stripe/${world.fundingAccountId}`).send({ id: 'x' });
  await unsigned.expect(401);
  const other = await payBy(s, double, 'paypal', [750]);
  const item = double.item(other.payouts[0]?.id) ?? {};
  await paypalCalls(other, 'SUCCEEDED', item, { secret: 'signed-for-WH-of-another' }).expect(401);
  await stripeCalls(other, 'transfer.created', transfer).expect(401);
  expect([
    await statusOf(id),
    await s.sql('SELECT 1 FROM rail_callback WHERE brand_id = ANY ($1)', [[world.brandId, other.brandId]]),
  ]).toEqual(['unknown', []]);
});

test('FF5 unknown payments, wrong amounts and other brands of a signed callback move nothing: each is one open item', async () => {
  const world = await payBy(s, double, 'stripe', [750], '500-before-accept');
  const other = await payBy(s, double, 'stripe', [750], '500-before-accept');
  const [mine = '', theirs = ''] = [world.payouts[0]?.id, other.payouts[0]?.id];
  const nobody = newId('payout');
  for (let time = 0; time < 2; time++) {
    await stripeCalls(world, 'transfer.created', transferOf(mine, { amount: 751 })).expect(200);
    await stripeCalls(world, 'transfer.created', transferOf(theirs)).expect(200);
    await stripeCalls(world, 'transfer.created', transferOf(nobody)).expect(200);
  }
  await stripeCalls(world, 'transfer.created', {
    id: 'tr',
    amount: 1,
    amount_reversed: 0,
    currency: 'eur',
    transfer_group: null,
    metadata: {},
  }).expect(200);
  await stripeCalls(world, 'charge.succeeded', { any: 'thing' }).expect(200);
  expect([await openItems(mine), await openItems(theirs), await openItems(nobody)]).toEqual([['different'], ['extra'], ['extra']]);
  expect([await statusOf(mine), await statusOf(theirs)]).toEqual(['unknown', 'unknown']);
  const { body } = await s.request(approver).get(`/api/v1/reconciliation-items?brandId=${world.brandId}`).expect(200);
  expect(body.data).toHaveLength(3);
  expect(body.data[0]).toMatchObject({ reportId: null, openedBy: 'system:payouts', status: 'open' });
  await s
    .request(approver)
    .post(`/api/v1/reconciliation-items/${body.data[0].id}/resolve`)
    .send({ resolution: 'a test of theirs' })
    .expect(200);
});

test('FF5 FF7 paypal: items settle, fail and come back by callbacks that it vouches for; while it cannot be asked, it is to call again', async () => {
  const world = await payBy(s, double, 'paypal', [100, 200], '500-before-accept');
  await settle(s);
  await settle(s);
  const [a, b] = world.payouts.map(({ id }) => double.item(id));
  if (!a || !b) throw new Error('the double has no items');
  double.down = true;
  await paypalCalls(world, 'SUCCEEDED', a).expect(503);
  double.down = false;
  await paypalCalls(world, 'SUCCEEDED', a).expect(200);
  await paypalCalls(world, 'RETURNED', { ...a, transaction_status: 'RETURNED' }).expect(200);
  await paypalCalls(world, 'SUCCEEDED', b).expect(200);
  await paypalCalls(world, 'FAILED', { ...b, transaction_status: 'FAILED' }).expect(200);
  expect(await Promise.all(world.payouts.map(({ id }) => statusOf(id)))).toEqual(['returned', 'settled']);
  expect(await openItems(world.payouts[1]?.id ?? '')).toEqual(['contradiction']);
  expect(await balanceOf(s, world.payouts[0]?.partnerId ?? '')).toMatchObject({ payable: 100, paid: 0 });
  await paypalCalls(world, 'SUCCEEDED', { nothing: 'of the kind' }).expect(422);
});
