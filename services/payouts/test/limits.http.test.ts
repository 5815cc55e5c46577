import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import {
  accrued,
  addMethod,
  aPartner,
  approved,
  approver,
  balanceOf,
  builder,
  buildRun,
  cleared,
  earned,
  enrolled,
  later,
  type Owed,
  partnerChanged,
  sendOut,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const dayMs = 86_400_000;
const limit = ({ brandId }: { brandId: string }, limits: object) =>
  s
    .request(approver)
    .post(`/api/v1/brands/${brandId}/payout-limits`)
    .send({ ...limits, reason: 'as agreed' });
const run = ({ brandId }: Owed) =>
  s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [brandId] });
const anotherPartner = async ({ brandId }: Owed): Promise<Owed> => {
  const owed = { brandId, partnerId: newId('partner') };
  await s.deliver(partnerChanged(owed.partnerId), enrolled(owed.partnerId, brandId));
  return owed;
};
/** Days have passed since the partner was enrolled. */
const old = ({ partnerId }: Owed, days: number) =>
  s.sql(`UPDATE enrollment_profile SET enrolled_at = $2 WHERE partner_id = $1`, [
    partnerId,
    new Date(s.clock.now().getTime() - days * dayMs),
  ]);

test('SEC21 a limit is data of brand and currency: versions are appended, by one who may approve, and told', async () => {
  const owed = await aPartner(s);
  await s.request(builder).post(`/api/v1/brands/${owed.brandId}/payout-limits`).send({ perPayout: 1, reason: 'x' }).expect(403);
  await limit(owed, { perPayout: 100 }).expect(201);
  expect((await limit(owed, { perPayout: 200, velocity: { payouts: 3, days: 7 } }).expect(201)).body).toMatchObject({
    version: 2,
    currency: 'EUR',
    perPayout: 200,
    brandPerDay: null,
  });
  const told = await s.published('payouts.limits.changed.v1');
  expect(told.filter(({ data }) => data.brandId === owed.brandId).map(({ data }) => data.version)).toEqual([1, 2]);
  const list = (as: object) => s.request(as).get(`/api/v1/payout-limits?brandId=${owed.brandId}`).expect(200);
  expect((await list(approver)).body.data).toMatchObject([{ version: 2 }, { version: 1, perPayout: 100 }]);
  const another = { ...approver, brandIds: [newId('brand')] };
  await s.request(another).get(`/api/v1/payout-limits?brandId=${owed.brandId}`).expect(404);
  expect((await s.request(another).get('/api/v1/payout-limits').expect(200)).body.data).toEqual([]);
  await expect(s.sql('UPDATE payout_limit SET reason = reason WHERE brand_id = $1', [owed.brandId])).rejects.toThrow();
  await limit(owed, { perPayout: -1 }).expect(422);
  await limit(owed, { currency: 'XXQ' }).expect(422);
});

test.each([
  ['per-payout', { perPayout: 1000 }],
  ['partner-per-day', { partnerPerDay: 1000 }],
  ['brand-per-day', { brandPerDay: 1000 }],
  ['new-partner', { newPartner: { days: 30, amount: 1000 } }],
  ['first-payout', { firstPayout: 1000 }],
] as const)(
  'SEC21 %s in run building: the limit itself is paid, a cent more stays in the balance by the name of the limit',
  async (rule, limits) => {
    const [fits, over] = [await aPartner(s), await aPartner(s)];
    for (const owed of [fits, over]) await limit(owed, limits).expect(201);
    await earned(s, fits, 1000);
    await earned(s, over, 1001);
    expect((await run(fits).expect(201)).body.payouts).toMatchObject([{ amount: 1000 }]);
    const refused = (await run(over).expect(422)).body;
    expect(refused.errors).toMatchObject([{ rule: 'over-limit' }]);
    expect(refused.detail).toContain(`over-limit (${rule})`);
    expect(await balanceOf(s, over.partnerId)).toMatchObject({ payable: 1001, inPayout: 0 });
    // A withdrawal is a way round nothing.
    const withdrawal = await s
      .request(builder)
      .post(`/api/v1/partners/${over.partnerId}/withdrawals`)
      .send({ brandId: over.brandId })
      .expect(422);
    expect(withdrawal.body.errors).toMatchObject([{ rule: 'over-limit' }]);
    // The next version counts at once.
    await limit(over, {}).expect(201);
    expect((await run(over).expect(201)).body.payouts).toMatchObject([{ amount: 1001 }]);
  },
);

test('SEC21 the day of a brand is shared by its partners and its runs, whatever becomes of them; a new day begins anew', async () => {
  const [a] = [await aPartner(s)];
  const [b, c] = [await anotherPartner(a), await anotherPartner(a)];
  await limit(a, { brandPerDay: 1000 }).expect(201);
  await earned(s, a, 600);
  const first = await buildRun(s, { brandIds: [a.brandId] });
  await earned(s, b, 401);
  expect((await run(a).expect(422)).body.detail).toContain('over-limit (brand-per-day)');
  await earned(s, c, 400);
  const second = (await run(a).expect(201)).body;
  expect(second).toMatchObject({
    payouts: [{ amount: 400, partnerId: c.partnerId }],
    leftOut: [{ partnerId: b.partnerId, reason: 'over-limit', rule: 'brand-per-day' }],
  });
  // What is given up is room again.
  await s.request(builder).post(`/api/v1/payout-runs/${second.id}/cancel`).send({ reason: 'not now' }).expect(200);
  await sendOut(s, first);
  await settle(s);
  expect((await run(a).expect(201)).body.payouts.map(({ amount }: { amount: number }) => amount)).toEqual([400]);
  // Berlin's midnight, not that of UTC: what was sent at 9 o'clock was sent yesterday.
  await s.moveClock(new Date('2026-03-02T23:00:00Z'));
  expect((await run(a).expect(201)).body.payouts).toMatchObject([{ amount: 401 }]);
});

test('SEC21 a new partner is one for so many days; an account is proven by what has settled there; velocity looks back', async () => {
  const owed = await aPartner(s);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour: 'ok' } });
  await limit(owed, { newPartner: { days: 30, amount: 100 }, firstPayout: 50 }).expect(201);
  await old(owed, 29);
  await earned(s, owed, 101);
  expect((await run(owed).expect(422)).body.detail).toContain('new-partner');
  await old(owed, 30);
  expect((await run(owed).expect(422)).body.detail).toContain('first-payout');
  const other = await anotherPartner(owed);
  await addMethod(s, other.partnerId, { kind: 'simulated', account: { name: 'another', behaviour: 'ok' } });
  await old(other, 31);
  await earned(s, other, 50);
  const first = await buildRun(s, { brandIds: [owed.brandId] });
  expect(first.payouts).toMatchObject([{ amount: 50 }]);
  await earned(s, other, 60);
  expect((await run(owed).expect(422)).body.detail).toContain('first-payout');
  await sendOut(s, first);
  await settle(s);
  expect((await run(owed).expect(201)).body.payouts).toMatchObject([{ amount: 60 }]);

  await limit(owed, { velocity: { payouts: 2, days: 7 } }).expect(201);
  await earned(s, other, 1);
  expect((await run(owed).expect(201)).body.leftOut).toMatchObject([{ partnerId: other.partnerId, rule: 'velocity' }]);
});

test('SEC21 at the last gate: a limit that was lowered meanwhile stops what is over it unsent, and the rest goes out', async () => {
  const a = await aPartner(s);
  const b = await anotherPartner(a);
  await earned(s, a, 700);
  await earned(s, b, 500);
  const built = await buildRun(s, { brandIds: [a.brandId] });
  await limit(a, { brandPerDay: 1199 }).expect(201);
  await sendOut(s, built);
  const payouts = (await s.request(approver).get(`/api/v1/payout-runs/${built.id}`).expect(200)).body.payouts as {
    status: string;
    reason: string | null;
  }[];
  expect(payouts.filter(({ status }) => status === 'failed')).toMatchObject([{ reason: 'over the limit brand-per-day' }]);
  expect(payouts.filter(({ status }) => status !== 'failed')).toHaveLength(1);
  const [balanceA, balanceB] = [await balanceOf(s, a.partnerId), await balanceOf(s, b.partnerId)];
  expect(balanceA.payable + balanceB.payable).toBeGreaterThan(0);
});

test('SEC21 twelve runs that go out at once, each with a share of the same day, do not exceed it together', async () => {
  const a = await aPartner(s);
  const runs = [];
  for (let i = 0; i < 12; i++) {
    const owed = await anotherPartner(a);
    const entry = accrued(owed.partnerId, owed.brandId, 100);
    await s.deliver(entry, approved(entry));
    await s.service.runDueJobs();
    const built = await buildRun(s, { brandIds: [a.brandId], include: [owed.partnerId] });
    await s.request(approver).post(`/api/v1/payout-runs/${built.id}/approve`).send({}).expect(200);
    runs.push(built);
  }
  await limit(a, { brandPerDay: 550 }).expect(201);
  await s.deliver(...runs.map(({ id, contentHash }) => cleared(id, contentHash)));
  await Promise.all(runs.map(({ id }) => s.request(approver).post(`/api/v1/payout-runs/${id}/submit`).send({}).expect(202)));
  await Promise.all([1, 2, 3, 4].map(() => s.service.runDueJobs()));
  await later(s, 5000);
  const [out] = await s.sql<{ amount: number; n: number }>(
    `SELECT sum(m.amount)::int AS amount, count(*)::int AS n FROM simulator_money_out m JOIN payout ON payout.id = m.payout_id WHERE payout.brand_id = $1`,
    [a.brandId],
  );
  expect(out).toEqual({ amount: 500, n: 5 });
});
