import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import {
  accrued,
  aPartner,
  approved,
  approver,
  balanceOf,
  brandChanged,
  builder,
  buildRun,
  cleared,
  earned,
  enrolled,
  partnerChanged,
  payRun,
  sendOut,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

test('O-03 WE-58 below the minimum nothing is paid and the balance rolls over; at the minimum all of it is', async () => {
  const owed = await aPartner(s, { minimumPayout: 10_000 });
  await earned(s, owed, 5000);
  const period1 = await s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [owed.brandId] })
    .expect(422);
  expect(period1.body).toMatchObject({ code: 'run-empty', errors: [{ rule: 'below-minimum' }] });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 5000, paid: 0 });
  await earned(s, owed, 5000);
  const period2 = await payRun(s, owed.brandId);
  expect(period2.payouts.map(({ amount }) => amount)).toEqual([10_000]);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, paid: 10_000 });
});

test('a run names the balances it leaves out, and why', async () => {
  const brandId = newId('brand');
  const [rich, poor, suspended] = [newId('partner'), newId('partner'), newId('partner')] as [string, string, string];
  await s.deliver(
    brandChanged(brandId, { minimumPayout: 100 }),
    partnerChanged(rich),
    partnerChanged(poor),
    partnerChanged(suspended, 'suspended'),
  );
  await earned(s, { brandId, partnerId: rich }, 100);
  await earned(s, { brandId, partnerId: poor }, 99);
  await earned(s, { brandId, partnerId: suspended }, 500);
  const run = await buildRun(s, { brandIds: [brandId] });
  expect(run.payouts.map((payout) => payout.amount)).toEqual([100]);
  expect(
    (run as unknown as { leftOut: { partnerId: string; reason: string }[] }).leftOut
      .map(({ partnerId, reason }) => [partnerId, reason])
      .sort(),
  ).toEqual(
    [
      [poor, 'below-minimum'],
      [suspended, 'partner-not-active'],
    ].sort(),
  );
  expect(await balanceOf(s, poor)).toMatchObject({ payable: 99, inPayout: 0 });
});

test('a run has one payout for each partner, brand and currency, and takes only what happened up to asOf', async () => {
  const owed = await aPartner(s);
  const entries = [
    accrued(owed.partnerId, owed.brandId, 100),
    accrued(owed.partnerId, owed.brandId, 200, { currency: 'USD' }),
    accrued(owed.partnerId, owed.brandId, 400, { occurredAt: new Date(start.getTime() + 1).toISOString() }),
  ];
  await s.deliver(...entries, ...entries.map((entry) => approved(entry)));
  await s.service.runDueJobs();
  const run = await buildRun(s, { brandIds: [owed.brandId], asOf: start.toISOString() });
  expect(run.payouts.map(({ amount }) => amount).sort()).toEqual([100, 200]);
  const tomorrow = new Date(s.clock.now().getTime() + 86_400_000).toISOString();
  expect((await s.request(builder).post('/api/v1/payout-runs').send({ asOf: tomorrow })).status).toBe(422);
});

test('O-18 FG4 eight workers claim at once while more is earned: each entry in exactly one payout, each payout the sum of its lines', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, ...Array.from({ length: 200 }, (_, index) => index + 1));
  const worker = () =>
    s
      .request(builder)
      .post('/api/v1/payout-runs')
      .send({ brandIds: [owed.brandId] });
  const answers = await Promise.all([...Array.from({ length: 8 }, worker), earned(s, owed, ...Array.from({ length: 50 }, () => 7))]);
  const runs = answers.flatMap((answer) =>
    'status' in answer && answer.status === 201 ? [answer.body as Awaited<ReturnType<typeof buildRun>>] : [],
  );
  for (const answer of answers) if ('status' in answer) expect([201, 422]).toContain(answer.status);
  const last = await worker();
  if (last.status === 201) runs.push(last.body as Awaited<ReturnType<typeof buildRun>>);
  const payouts = runs.flatMap((run) => run.payouts);
  const lines = payouts.flatMap((payout) => payout.lines);
  expect(new Set(lines.map(({ entryId }) => entryId)).size).toBe(250);
  expect(lines).toHaveLength(250);
  for (const payout of payouts) expect(payout.amount).toBe(payout.lines.reduce((sum, { amount }) => sum + amount, 0));
  expect(payouts.reduce((sum, { amount }) => sum + amount, 0)).toBe((200 * 201) / 2 + 350);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, inPayout: (200 * 201) / 2 + 350 });
});

test('O-18 the database refuses a second open line for an entry', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 100);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const other = await aPartner(s);
  await earned(s, other, 100);
  const second = await buildRun(s, { brandIds: [other.brandId] });
  const twice = s.sql(
    `INSERT INTO payout_line SELECT $2, item_id, entry_id, brand_id, partner_id, amount, open_item_id FROM payout_line WHERE payout_id = $1`,
    [run.payouts[0]?.id, second.payouts[0]?.id],
  );
  await expect(twice).rejects.toMatchObject({ code: '23505' });
});

test('O-12 a dry run answers what the real call then does, and does nothing', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300, 400);
  const said = await s
    .request(builder)
    .post('/api/v1/payout-runs?dryRun=true')
    .send({ brandIds: [owed.brandId] })
    .expect(200);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 700, inPayout: 0 });
  expect((await s.request().get(`/api/v1/payout-runs/${said.body.id}`)).status).toBe(404);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const essence = (body: typeof run) => ({
    ...body,
    id: '',
    contentHash: '',
    createdAt: '',
    asOf: '',
    payouts: body.payouts.map((payout) => ({ ...payout, id: '', runId: '', railKey: '', createdAt: '' })),
  });
  expect(essence(run)).toEqual(essence(said.body));
  const dry = await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve?dryRun=true`).send({}).expect(200);
  expect(dry.body).toMatchObject({ status: 'sealed' });
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body.status).toBe('draft');
});

test('the same Idempotency-Key builds one run', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300);
  const post = () =>
    s
      .request(builder)
      .post('/api/v1/payout-runs')
      .set('idempotency-key', `k-${owed.brandId}`)
      .send({ brandIds: [owed.brandId] });
  const [first, second] = [await post().expect(201), await post().expect(201)];
  expect(second.body.id).toBe(first.body.id);
});

test('SEC20 FG2 the database refuses a run that its builder approved, and one that goes out without a clearance', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await expect(s.sql(`UPDATE payout_run SET approved_by = built_by WHERE id = $1`, [run.id])).rejects.toMatchObject({ code: '23514' });
  await expect(s.sql(`UPDATE payout_run SET status = 'sealed' WHERE id = $1`, [run.id])).rejects.toMatchObject({ code: '23514' });
  await expect(
    s.sql(`UPDATE payout_run SET status = 'submitting', approved_by = 'x', sealed_at = now() WHERE id = $1`, [run.id]),
  ).rejects.toMatchObject({
    code: '23514',
  });
});

test('D-11 content that changed after its clearance does not go out', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
  await s.deliver(cleared(run.id, run.contentHash));
  const change = `UPDATE payout_line SET amount = amount + 1 WHERE payout_id = '${run.payouts[0]?.id}' AND amount = 300`;
  await expect(s.sql(change)).rejects.toMatchObject({ code: '42501' });
  // Past the triggers, as somebody with the superuser's password would.
  await s.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${change}; COMMIT`);
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
  await s.service.runDueJobs();
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body).toMatchObject({
    status: 'refused',
    payouts: [{ status: 'failed' }],
  });
  expect(await s.sql('SELECT 1 FROM simulator_money_out WHERE payout_id = $1', [run.payouts[0]?.id])).toEqual([]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 800, inPayout: 0 });
});

test('FF10 a partner who is suspended between clearance and submission is not paid', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await s.deliver(partnerChanged(owed.partnerId, 'suspended', 2));
  await sendOut(s, run);
  expect((await s.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`)).body).toMatchObject({
    status: 'failed',
    reason: 'the partner is not active',
  });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 300 });
});

test('brand scope: who may see one brand sees its runs, payouts and balances, and of others nothing', async () => {
  const partnerId = newId('partner');
  const [mine, theirs] = [newId('brand'), newId('brand')] as [string, string];
  await s.deliver(
    brandChanged(mine),
    brandChanged(theirs),
    partnerChanged(partnerId),
    enrolled(partnerId, mine),
    enrolled(partnerId, theirs),
  );
  await earned(s, { brandId: mine, partnerId }, 100);
  await earned(s, { brandId: theirs, partnerId }, 900);
  const balance = await s
    .request({ brandIds: [mine] })
    .get(`/api/v1/partners/${partnerId}/balance`)
    .expect(200);
  expect(balance.body.balances.map((each: { brandId: string; accrued: number }) => [each.brandId, each.accrued])).toEqual([[mine, 100]]);
  expect((await s.request({ brandIds: [newId('brand')] }).get(`/api/v1/partners/${partnerId}/balance`)).status).toBe(404);

  const both = await buildRun(s, { brandIds: [mine, theirs] });
  const scoped = s.request({ ...approver, brandIds: [mine] });
  for (const path of [`payout-runs/${both.id}`, `payouts/${both.payouts.find(({ amount }) => amount === 900)?.id}`])
    expect((await scoped.get(`/api/v1/${path}`)).status).toBe(404);
  for (const verb of ['approve', 'submit']) expect((await scoped.post(`/api/v1/payout-runs/${both.id}/${verb}`).send({})).status).toBe(404);
  const listed = await scoped.get(`/api/v1/payouts?partnerId=${partnerId}`).expect(200);
  expect(listed.body.data.map(({ amount }: { amount: number }) => amount)).toEqual([100]);
  expect(
    (
      await s
        .request({ ...builder, brandIds: [mine] })
        .post('/api/v1/payout-runs')
        .send({ brandIds: [theirs] })
    ).status,
  ).toBe(404);
  expect(
    (await s.request({ actorKind: 'partner', partnerId: newId('partner'), brandIds: [] }).get(`/api/v1/partners/${partnerId}/balance`))
      .status,
  ).toBe(404);
});

test('lists go on where they stopped', async () => {
  const owed = await aPartner(s);
  const ids: string[] = [];
  for (const amount of [1, 2, 3]) {
    await earned(s, owed, amount);
    ids.unshift((await buildRun(s, { brandIds: [owed.brandId] })).payouts[0]?.id ?? '');
  }
  const first = await s.request().get(`/api/v1/payouts?brandId=${owed.brandId}&limit=2`).expect(200);
  const second = await s.request().get(`/api/v1/payouts?brandId=${owed.brandId}&limit=2&cursor=${first.body.nextCursor}`).expect(200);
  expect([...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id)).toEqual(ids);
  expect(second.body.nextCursor).toBeNull();
});
