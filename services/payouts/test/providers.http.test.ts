import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import type { Rail } from '../src/rails/domain/rail.js';
import { type Fault, ProviderDouble } from './provider-double.js';
import { type Name, payBy } from './provider-world.js';
import { expectSoundBooks } from './sound-books.js';
import { approver, balanceOf, later, settle, start } from './world.js';

const double = new ProviderDouble();
const rails = new Map<string, Rail>();
let s: TestService<PrismaClient>;
beforeAll(async () => {
  const url = await double.start();
  const wrapRail = (rail: Rail) => {
    rails.set(rail.name, rail);
    return rail;
  };
  const settings = { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 300 };
  s = await startTestService(
    (environment) => compose({ ...environment, log: environment.log.child({}, { level: 'silent' }) }, { settings, wrapRail }),
    { now: start },
  );
});
afterAll(async () => {
  await s.stop();
  await double.stop();
});
beforeEach(() => {
  double.down = false;
  double.faults.length = 0;
});

const paying = (rail: Name, amounts: readonly number[], ...faults: Fault[]) => payBy(s, double, rail, amounts, ...faults);
const statusOf = async (id: string | undefined) => (await s.request().get(`/api/v1/payouts/${id}`).expect(200)).body.status;
async function settleFully(rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round++) await settle(s);
}
async function expectSound(): Promise<void> {
  await expectSoundBooks(s);
}

describe.each(['stripe', 'paypal'] as const)('every provider keeps the promises of a rail: %s', (name) => {
  test('O-06 accepted, found under its key, settled; secrets and addresses lie encrypted', async () => {
    const { payouts } = await paying(name, [1234, 5000]);
    expect(await rails.get(name)?.lookup(newId('payout'), start)).toEqual({ state: 'not-found' });
    await settleFully();
    for (const { id, amount, partnerId } of payouts) {
      expect(await statusOf(id)).toBe('settled');
      expect(double.outOf(id)).toEqual([{ rail: name, payoutId: id, amount: BigInt(amount), currency: 'EUR' }]);
      expect(await balanceOf(s, partnerId)).toMatchObject({ paid: amount, inPayout: 0 });
    }
    const tables = ['funding_account', 'payout_method', 'rail_batch', 'rail_item', 'messaging.outbox'];
    for (const table of tables)
      expect([
        table,
        await s.sql(`SELECT 1 FROM ${table} AS row WHERE row::text ~ 'sk_test_123456|secret-123456|ada0@example|acct_0Ada'`),
      ]).toEqual([table, []]);
  });

  test.each<Fault>(['timeout-after-accept', '500-after-accept'])(
    'FF1 FF2 %s: unknown, then looked up under its key, one transfer',
    async (fault) => {
      const { payouts } = await paying(name, [750], fault);
      const id = payouts[0]?.id;
      expect(await statusOf(id)).toBe('unknown');
      expect(double.outOf(id)).toHaveLength(1);
      await settleFully(6);
      expect(await statusOf(id)).toBe('settled');
      expect(double.outOf(id)).toHaveLength(1);
      await expectSound();
    },
  );

  test('FF3 a definite no: failed with its reason, payable again', async () => {
    const { payouts } = await paying(name, [750], 'reject');
    const { body } = await s.request().get(`/api/v1/payouts/${payouts[0]?.id}`).expect(200);
    expect([body.status, body.reason]).toEqual(['failed', name === 'stripe' ? 'balance_insufficient' : 'INSUFFICIENT_FUNDS']);
    expect(await balanceOf(s, payouts[0]?.partnerId ?? '')).toMatchObject({ payable: 750, inPayout: 0 });
    expect(double.outOf(payouts[0]?.id)).toEqual([]);
  });

  test('the same key at the same time moves nothing twice', async () => {
    const { payouts, brandId, runId } = await paying(name, [640]);
    const [{ id = '', partnerId = '' } = {}] = payouts;
    const [method] = await s.sql<{ id: string }>('SELECT id FROM payout_method WHERE partner_id = $1', [partnerId]);
    const again = {
      railKey: id,
      payoutId: id,
      runId,
      brandId,
      amount: 640n,
      currency: 'EUR',
      methodId: method?.id ?? '',
      partnerId,
      behaviour: null,
    };
    const answers = await Promise.all([1, 2, 3, 4].map(() => rails.get(name)?.submit([again], s.clock.now())));
    expect(answers.map((answer) => answer?.get(id)?.outcome)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect(double.outOf(id)).toHaveLength(1);
  });

  test('FF7 money that comes back later is payable again', async () => {
    const { payouts } = await paying(name, [750]);
    const id = payouts[0]?.id;
    await settleFully();
    const [transfer, item] = [double.transfer(id), double.item(id)];
    if (transfer) transfer.amount_reversed = transfer.amount;
    if (item) item.transaction_status = 'RETURNED';
    expect(await rails.get(name)?.lookup(id ?? '', s.clock.now())).toMatchObject({ state: 'returned' });
  });

  test('FF15 a rail that is down for a day: nothing is lost, nothing is doubled, and it is not stormed', async () => {
    double.down = true;
    const { payouts } = await paying(name, [11, 22, 33, 44, 55, 66, 77, 88]);
    const before = double.calls.length;
    for (let hour = 0; hour < 23; hour++) await later(s, 3_600_000);
    expect((double.calls.length - before) / 23).toBeLessThan(20);
    expect(double.moneyOut.filter(({ payoutId }) => payouts.some(({ id }) => id === payoutId))).toEqual([]);
    double.down = false;
    for (let round = 0; round < 6; round++) await later(s, 600_000);
    for (const { id } of payouts) {
      expect(await statusOf(id)).toBe('settled');
      expect(double.outOf(id)).toHaveLength(1);
    }
    await expectSound();
  });

  test('FF15 a rail that nobody reaches for two days got nothing: all of it goes out afterwards, once, without people', async () => {
    const payouts: { id: string }[] = [];
    await double.unplugged(async () => {
      payouts.push(...(await paying(name, [12, 24, 36, 48, 60])).payouts);
      for (let hours = 0; hours < 48; hours += 6) await later(s, 6 * 3_600_000);
    });
    for (let round = 0; round < 6; round++) await later(s, 600_000);
    for (const { id } of payouts) {
      expect(await statusOf(id)).toBe('settled');
      expect(double.outOf(id)).toHaveLength(1);
    }
  });

  test('FF5 an answer about another amount is not believed', async () => {
    const { payouts } = await paying(name, [750], '500-after-accept');
    const id = payouts[0]?.id;
    const [transfer, item] = [double.transfer(id), double.item(id)];
    if (transfer) transfer.amount = 751;
    if (item) item.payout_item.amount = { value: '7.51', currency: 'EUR' };
    await settleFully();
    expect(['unknown', 'submitted']).toContain(await statusOf(id));
    await expect(rails.get(name)?.lookup(id ?? '', s.clock.now())).rejects.toThrow(/7\.?51 /);
  });

  test('what was asked under a key is fixed: the database refuses another request, window or reference', async () => {
    await paying(name, [321]);
    await expect(s.sql(`UPDATE rail_batch SET resend_until = resend_until + interval '1 day' WHERE attempts > 0`)).rejects.toThrow('fixed');
    await expect(s.sql('UPDATE rail_batch SET attempts = 0, resend_until = NULL WHERE reference IS NOT NULL')).rejects.toThrow('fixed');
    await expect(s.sql(`UPDATE rail_batch SET body = 'other'`)).rejects.toThrow('fixed');
    await expect(s.sql(`UPDATE rail_batch SET reference = 'other' WHERE reference IS NOT NULL`)).rejects.toThrow('fixed');
    await expect(s.sql('UPDATE rail_item SET amount = 1')).rejects.toThrow('append-only');
  });
});

test('FF4 SEC20 the window of its key is over while unknown: two people find out, each bound to the same word; the database holds it too', async () => {
  const { payouts, brandId, runId } = await paying('stripe', [750, 751], '500-before-accept', '500-before-accept');
  const [a = '', b = ''] = payouts.map(({ id }) => id);
  const as = (actorId: string, roles = approver.roles ?? []) => s.request({ actorId, roles });
  const propose = (who: string, id: string, outcome: string, roles = approver.roles ?? []) =>
    as(who, roles).post(`/api/v1/payouts/${id}/resolution`).send({ outcome, reason: 'asked the provider by telephone' });
  const confirm = (who: string, id: string, outcome: string, proposedBy = 'usr_one') =>
    as(who).post(`/api/v1/payouts/${id}/resolution/confirm`).send({ outcome, proposedBy });
  expect((await propose('usr_one', a, 'failed').expect(409)).body.code).toBe('resolution-not-due');
  const alone = { settlements: [{ payoutId: a, outcome: 'failed' }] };
  expect((await as('usr_one').post(`/api/v1/payout-runs/${runId}/settlements`).send(alone).expect(409)).body.code).toBe(
    'run-state-forbids',
  );
  await later(s, 25 * 3_600_000);
  expect([await statusOf(a), await statusOf(b)]).toEqual(['unknown', 'unknown']);
  expect((await confirm('usr_two', a, 'failed').expect(409)).body.code).toBe('resolution-differs');
  await propose('usr_one', a, 'failed', ['programme-manager']).expect(403);
  await propose('usr_one', a, 'settled').expect(200);
  expect((await propose('usr_one', a, 'failed').expect(200)).body).toMatchObject({ outcome: 'failed', confirmedBy: null });
  await propose('usr_one', b, 'settled').expect(200);
  expect((await confirm('usr_one', a, 'failed').expect(403)).body.code).toBe('four-eyes');
  expect((await confirm('usr_two', a, 'settled').expect(409)).body.code).toBe('resolution-differs');
  expect((await confirm('usr_two', a, 'failed', 'usr_other').expect(409)).body.code).toBe('resolution-differs');
  await expect(s.sql('UPDATE payout_resolution SET confirmed_by = proposed_by, confirmed_at = now()')).rejects.toThrow('four_eyes');
  await s
    .request({ ...approver, brandIds: [newId('brand')] })
    .get(`/api/v1/payouts/${a}/resolution`)
    .expect(404);
  await as('usr_two').get(`/api/v1/payouts/${a}/resolution`).expect(200);
  const answers = await Promise.all([confirm('usr_two', a, 'failed'), confirm('usr_three', a, 'failed')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  await confirm('usr_two', b, 'settled').expect(200);
  expect([await statusOf(a), await statusOf(b)]).toEqual(['failed', 'settled']);
  await expect(s.sql(`UPDATE payout_resolution SET reason = 'other' WHERE brand_id = $1`, [brandId])).rejects.toThrow('fixed');
  await propose('usr_one', a, 'settled').expect(409);
  expect(await balanceOf(s, payouts[0]?.partnerId ?? '')).toMatchObject({ payable: 750, inPayout: 0 });
  expect(await balanceOf(s, payouts[1]?.partnerId ?? '')).toMatchObject({ paid: 751, inPayout: 0 });
  expect((await s.published('payouts.payout.resolved-by-hand.v1')).map(({ data }) => data.outcome).sort()).toEqual(['failed', 'settled']);
  await expectSound();
});

test('FF2 stripe: a stored 500 is answered again under its key; it stays unknown, and after the window nothing is sent by itself', async () => {
  const { payouts } = await paying('stripe', [750], '500-before-accept');
  const id = payouts[0]?.id;
  await settleFully();
  expect(await statusOf(id)).toBe('unknown');
  await later(s, 25 * 3_600_000);
  double.forgetKeys();
  const posts = () => double.calls.filter((call) => call === 'POST /v1/transfers').length;
  const before = posts();
  for (let round = 0; round < 5; round++) await later(s, 3_600_000);
  expect([await statusOf(id), posts() - before, double.outOf(id)]).toEqual(['unknown', 0, []]);
});

test('paypal: a 500 before anything was taken is repeated under the same name, within its window', async () => {
  const { payouts } = await paying('paypal', [750], '500-before-accept');
  expect(await statusOf(payouts[0]?.id)).toBe('unknown');
  await settleFully(6);
  expect(await statusOf(payouts[0]?.id)).toBe('settled');
  expect(double.outOf(payouts[0]?.id)).toHaveLength(1);
});

test('FF8 paypal takes a batch in part: each payment has its own truth, and the sum of what left is what settled', async () => {
  const { payouts } = await paying('paypal', [100, 200, 300, 400, 500], 'part');
  await settleFully();
  const statuses = await Promise.all(payouts.map(({ id }) => statusOf(id)));
  expect(statuses.filter((status) => status === 'settled')).toHaveLength(3);
  expect(statuses.filter((status) => status === 'failed')).toHaveLength(2);
  for (const [index, { id, amount, partnerId }] of payouts.entries()) {
    const settled = statuses[index] === 'settled';
    expect(double.outOf(id)).toHaveLength(settled ? 1 : 0);
    expect(await balanceOf(s, partnerId)).toMatchObject(settled ? { paid: amount, payable: 0 } : { paid: 0, payable: amount });
  }
  expect(double.batches.size).toBeGreaterThan(0);
  await expectSound();
});

test('a currency whose smallest unit the provider counts otherwise does not go that way', async () => {
  const refused = await rails.get('stripe')?.submit(
    [
      {
        railKey: 'k',
        payoutId: 'k',
        runId: 'r',
        brandId: 'b',
        amount: 1n,
        currency: 'ISK',
        methodId: null,
        partnerId: 'p',
        behaviour: null,
      },
    ],
    start,
  );
  expect(refused?.get('k')).toEqual({ outcome: 'rejected', reason: 'ISK is not paid this way' });
});
