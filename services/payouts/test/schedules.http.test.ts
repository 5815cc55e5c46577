import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { maturesAt } from '@tributary/calendar';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { accrued, aPartner, approved, approver, balanceOf, brandChanged, builder, buildRun, type Owed, partnerChanged } from './world.js';

// The clock of this file only moves forward: each test begins where the one before has ended.
let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: new Date('2026-01-05T08:00:00.000Z') });
});
afterAll(() => s.stop());

const monthEnd = { anchor: 'month-end' };
const onTheFifth = { pay: { ...monthEnd, days: 4 } };
const schedule = (owed: Owed, body: object, as: object = builder) =>
  s.request(as).post(`/api/v1/brands/${owed.brandId}/payout-schedules`).send(body);

/** Commission earned at an instant, approved, and clear after so many days. */
async function earnedAt(owed: Owed, amount: number, occurredAt: string, holdDays = 0, currency = 'EUR'): Promise<void> {
  const clears = maturesAt(occurredAt, holdDays, 'Europe/Berlin');
  const entry = accrued(owed.partnerId, owed.brandId, amount, { occurredAt, currency, maturesAt: clears });
  await s.deliver(entry, approved(entry));
  await s.service.runDueJobs();
}

interface Run {
  id: string;
  kind: string;
  period: string | null;
  scheduleVersion: number | null;
  builtBy: string;
  status: string;
  brandIds: string[];
  cutOffs: { earnedUntil: string }[];
  payouts: { amount: number; partnerId: string }[];
  leftOut: { partnerId: string; reason: string }[];
}
async function runsOf({ brandId }: Owed): Promise<Run[]> {
  const { body } = await s.request().get('/api/v1/payout-runs?limit=500').expect(200);
  return (body.data as Run[]).filter(({ brandIds }) => brandIds.includes(brandId)).reverse();
}
const amountsOf = (runs: readonly Run[]) => runs.map(({ period, payouts }) => [period, ...payouts.map(({ amount }) => amount)]);
const scheduledOf = ({ brandId }: Owed) =>
  s.sql<{ period: string; run_id: string | null; left_out: unknown }>(
    'SELECT period, run_id, left_out FROM scheduled_run WHERE brand_id = $1 ORDER BY period',
    [brandId],
  );

test('O-05 given the cut-off 31 January, the run of 5 February has only what was earned until 31 January 23:59:59.999 local', async () => {
  const owed = await aPartner(s);
  const { body } = await schedule(owed, onTheFifth).expect(201);
  expect(body).toMatchObject({
    version: 1,
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    status: 'running',
    clearedBy: 'pay',
    minimum: null,
  });
  expect(body.upcoming[0]).toMatchObject({ period: '2026-01', cutOff: '2026-01-31T23:00:00.000Z', pay: '2026-02-04T23:00:00.000Z' });
  await s.moveClock('2026-02-02T08:00:00.000Z');
  await earnedAt(owed, 100, '2026-01-31T22:59:59.999Z');
  await earnedAt(owed, 4000, '2026-01-31T23:00:00.000Z');
  await s.moveClock('2026-02-04T22:59:30.000Z');
  expect(await runsOf(owed)).toEqual([]);
  await s.moveClock('2026-02-04T23:00:00.000Z');
  const [run, ...others] = await runsOf(owed);
  expect(others).toEqual([]);
  expect(run).toMatchObject({ kind: 'schedule', period: '2026-01', scheduleVersion: 1, status: 'draft', builtBy: 'usr_builder' });
  expect(run?.cutOffs).toEqual([{ brandId: owed.brandId, earnedUntil: '2026-01-31T22:59:59.999Z' }]);
  expect(run?.payouts.map(({ amount }) => amount)).toEqual([100]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ inPayout: 100, payable: 4000 });
  // Who wrote the schedule built the run: another person approves it.
  const approve = (as: object) => s.request(as).post(`/api/v1/payout-runs/${run?.id}/approve`).send({});
  expect((await approve({ ...approver, actorId: 'usr_builder' }).expect(403)).body.code).toBe('four-eyes');
  await approve(approver).expect(200);
});

test('O-05 a run by hand takes a day as its cut-off, to its last millisecond in the zone of the brand; includes and excludes partners', async () => {
  const owed = await aPartner(s);
  const other = { ...owed, partnerId: newId('partner') };
  await s.deliver(partnerChanged(other.partnerId));
  for (const each of [owed, other]) {
    await earnedAt(each, 100, '2026-01-31T22:59:59.999Z');
    await earnedAt(each, 4000, '2026-01-31T23:00:00.000Z');
  }
  const ask = (body: object) =>
    s
      .request(builder)
      .post('/api/v1/payout-runs?dryRun=true')
      .send({ brandIds: [owed.brandId], ...body });
  const included = await ask({ earnedUntil: '2026-01-31', include: [owed.partnerId] }).expect(200);
  expect(included.body).toMatchObject({ kind: 'by-hand', period: null, include: [owed.partnerId], exclude: [], leftOut: [] });
  expect(included.body.payouts).toMatchObject([{ amount: 100, partnerId: owed.partnerId }]);
  const excluded = await ask({ earnedUntil: '2026-01-31T23:00:00.000Z', exclude: [owed.partnerId] }).expect(200);
  expect(excluded.body.payouts).toMatchObject([{ amount: 4100, partnerId: other.partnerId }]);
  expect(excluded.body.leftOut).toMatchObject([{ partnerId: owed.partnerId, amount: 4100, reason: 'excluded' }]);
  const earlier = await ask({ earnedUntil: '2026-01-30' }).expect(422);
  expect(earlier.body.code).toBe('run-empty');
  await ask({ earnedUntil: 'yesterday' }).expect(422);
});

test('FF17 FG4 INV-R6 the scheduler runs twice, on two nodes at once and once more: one run for brand, month and currency', async () => {
  const owed = await aPartner(s);
  await schedule(owed, onTheFifth).expect(201);
  await schedule(owed, { ...onTheFifth, currency: 'USD' }).expect(201);
  await s.moveClock('2026-02-20T08:00:00.000Z');
  await earnedAt(owed, 700, '2026-02-10T08:00:00.000Z');
  await earnedAt(owed, 900, '2026-02-10T08:00:00.000Z', 0, 'USD');
  const node = () => startTestService((environment) => compose(environment), { now: s.clock.now(), database: s.database });
  const nodes = [await node(), await node(), await node()];
  await Promise.all(nodes.map((each) => each.moveClock('2026-03-05T08:00:00.000Z')));
  await s.moveClock('2026-03-05T08:00:00.000Z');
  for (const each of nodes) await each.stop();
  const runs = await runsOf(owed);
  expect(amountsOf(runs).sort()).toEqual([
    ['2026-02', 700],
    ['2026-02', 900],
  ]);
  expect(await scheduledOf(owed)).toHaveLength(2);
  expect(
    await s.sql('SELECT 1 FROM payout_line line JOIN payout ON payout.id = line.payout_id WHERE line.brand_id = $1', [owed.brandId]),
  ).toHaveLength(2);
});

test('INV-R6 the database refuses a second run for brand, month, currency and kind, and to touch what was built', async () => {
  const owed = await aPartner(s);
  await schedule(owed, onTheFifth).expect(201);
  await s.moveClock('2026-03-06T08:00:00.000Z');
  await earnedAt(owed, 700, '2026-03-06T08:00:00.000Z');
  await s.moveClock('2026-04-05T08:00:00.000Z');
  const [run] = await runsOf(owed);
  const columns = `status, as_of, brand_ids, currency, content_hash, built_by, totals, left_out, correlation_id, created_at, kind, period, schedule_version`;
  const copy = s.sql(`INSERT INTO payout_run (id, ${columns}) SELECT 'run_copy', ${columns} FROM payout_run WHERE id = $1`, [run?.id]);
  await expect(copy).rejects.toMatchObject({ code: '23505' });
  const again = s.sql(`INSERT INTO scheduled_run SELECT * FROM scheduled_run WHERE brand_id = $1`, [owed.brandId]);
  await expect(again).rejects.toMatchObject({ code: '23505' });
  for (const table of ['scheduled_run', 'payout_schedule']) {
    await expect(s.sql(`DELETE FROM ${table} WHERE brand_id = $1`, [owed.brandId])).rejects.toMatchObject({ code: '42501' });
    await expect(s.sql(`UPDATE ${table} SET currency = 'JPY' WHERE brand_id = $1`, [owed.brandId])).rejects.toMatchObject({
      code: '42501',
    });
  }
  await expect(s.sql(`UPDATE payout_run SET period = NULL WHERE id = $1`, [run?.id])).rejects.toMatchObject({ code: '23514' });
});

test('O-03 a month of nothing is done once, with what was left out and why; the balance rolls over into the next', async () => {
  const owed = await aPartner(s, { minimumPayout: 1 });
  await schedule(owed, { ...onTheFifth, minimum: 10_000 }).expect(201);
  await earnedAt(owed, 5000, '2026-04-04T08:00:00.000Z');
  await s.moveClock('2026-05-05T08:00:00.000Z');
  const left = { partnerId: owed.partnerId, amount: 5000, reason: 'below-minimum' };
  expect(await scheduledOf(owed)).toMatchObject([{ period: '2026-04', run_id: null, left_out: [left] }]);
  await earnedAt(owed, 5000, '2026-05-04T08:00:00.000Z');
  await s.moveClock('2026-05-06T08:00:00.000Z');
  expect(await runsOf(owed)).toEqual([]);
  await s.moveClock('2026-06-05T08:00:00.000Z');
  expect(amountsOf(await runsOf(owed))).toEqual([['2026-05', 10_000]]);
});

test('WE-64 held 30 days, earned in February: clears in March, paid in April; the earnings schedule said so', async () => {
  const owed = await aPartner(s);
  await s.moveClock('2027-01-10T08:00:00.000Z');
  await schedule(owed, { ...onTheFifth, clearedBy: 'cut-off' }).expect(201);
  await earnedAt(owed, 100, '2027-01-31T23:00:00.000Z', 30);
  await earnedAt(owed, 200, '2027-02-28T22:59:59.000Z', 30);
  await s.moveClock('2027-02-28T23:30:00.000Z');
  const said = await s.request().get(`/api/v1/partners/${owed.partnerId}/earnings-schedule`).expect(200);
  expect(said.body.months).toMatchObject([
    {
      earnedIn: '2027-02',
      earned: 300,
      clearing: 300,
      payable: 0,
      paid: 0,
      clearsFrom: '2027-03-02T23:00:00.000Z',
      clearsUntil: '2027-03-30T22:00:00.000Z',
      paidWith: '2027-03',
      dates: { cutOff: '2027-03-31T22:00:00.000Z', pay: '2027-04-04T22:00:00.000Z' },
    },
  ]);
  await s.moveClock('2027-03-05T08:00:00.000Z');
  expect(await runsOf(owed)).toEqual([]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 100, approved: 200 });
  await s.moveClock('2027-04-04T22:00:00.000Z');
  expect(amountsOf(await runsOf(owed))).toEqual([['2027-03', 300]]);
});

test('WE-57 O-17 earned in March: invoice 1 April, review until 7, pay by 8, withdraw 13 April', async () => {
  const owed = await aPartner(s);
  await s.deliver(brandChanged(owed.brandId, {}, 2));
  await schedule(owed, {
    timeZone: 'UTC',
    invoice: monthEnd,
    reviewUntil: { ...monthEnd, days: 6 },
    pay: { ...monthEnd, days: 7 },
    withdraw: { ...monthEnd, dayOfMonth: 13 },
  }).expect(201);
  await s.moveClock('2028-03-20T08:00:00.000Z');
  await earnedAt(owed, 100, '2028-03-01T00:00:00.000Z');
  await earnedAt(owed, 200, '2028-03-31T23:59:59.999Z');
  const schedule57 = async () =>
    (await s.request().get(`/api/v1/partners/${owed.partnerId}/earnings-schedule?from=2028-03`).expect(200)).body.months;
  const dates = {
    cutOff: '2028-04-01T00:00:00.000Z',
    invoice: '2028-04-01T00:00:00.000Z',
    reviewUntil: '2028-04-07T00:00:00.000Z',
    pay: '2028-04-08T00:00:00.000Z',
    withdraw: '2028-04-13T00:00:00.000Z',
  };
  expect(await schedule57()).toMatchObject([{ earnedIn: '2028-03', earned: 300, paidWith: '2028-03', dates }]);
  await s.moveClock('2028-04-08T00:00:00.000Z');
  expect(await schedule57()).toMatchObject([{ earnedIn: '2028-03', inPayout: 300, payable: 0, paidWith: '2028-03', dates }]);
  expect(amountsOf((await runsOf(owed)).slice(-1))).toEqual([['2028-03', 300]]);
});

test('a paused schedule builds nothing, nor later what fell due in the pause; the newest version says when the others are paid', async () => {
  const owed = await aPartner(s);
  await schedule(owed, onTheFifth).expect(201);
  await schedule(owed, { ...onTheFifth, status: 'paused' }).expect(201);
  await earnedAt(owed, 100, '2028-04-08T00:00:00.000Z');
  await s.moveClock('2028-05-20T08:00:00.000Z');
  expect(await scheduledOf(owed)).toEqual([]);
  await schedule(owed, { pay: { ...monthEnd, dayOfMonth: 10 } }).expect(201);
  await s.moveClock('2028-06-09T08:00:00.000Z');
  expect(await scheduledOf(owed)).toEqual([]);
  await s.moveClock('2028-06-10T08:00:00.000Z');
  expect(amountsOf(await runsOf(owed))).toEqual([['2028-05', 100]]);
  const { body } = await s.request().get(`/api/v1/payout-schedules?brandId=${owed.brandId}&limit=2`).expect(200);
  expect(body.data.map(({ version, status }: { version: number; status: string }) => [version, status])).toEqual([
    [3, 'running'],
    [2, 'paused'],
  ]);
  const rest = await s.request().get(`/api/v1/payout-schedules?brandId=${owed.brandId}&limit=2&cursor=${body.nextCursor}`).expect(200);
  expect(rest.body).toMatchObject({ data: [{ version: 1 }], nextCursor: null });
});

test('a schedule that cannot be is refused, and is nothing of who does not see the brand', async () => {
  const owed = await aPartner(s);
  const code = async (body: object, status = 422) => (await schedule(owed, body).expect(status)).body.code;
  expect(await code({ pay: { anchor: 'month-start', days: 3 } })).toBe('schedule-pays-before-cut-off');
  expect(await code({ ...onTheFifth, timeZone: 'Mars/Olympus' })).toBe('time-zone-unknown');
  expect(await code({ ...onTheFifth, currency: 'XXZ' })).toBe('currency-unknown');
  expect(await code({ pay: { anchor: 'month-end', dayOfMonth: 32 } })).toBe('request-invalid');
  await schedule(owed, onTheFifth).expect(201);
  const elsewhere = { ...builder, brandIds: [newId('brand')] };
  await schedule(owed, onTheFifth, elsewhere).expect(404);
  expect((await s.request(elsewhere).get('/api/v1/payout-schedules').expect(200)).body.data).toEqual([]);
  await s.request(elsewhere).get(`/api/v1/partners/${owed.partnerId}/earnings-schedule`).expect(404);
  const asOther = { actorKind: 'partner', partnerId: newId('partner'), brandIds: [] } as const;
  await s.request(asOther).get(`/api/v1/partners/${owed.partnerId}/earnings-schedule`).expect(404);
  await schedule(owed, onTheFifth, { roles: ['auditor'] }).expect(403);
});

test('a run by hand beside the schedule: what one has claimed the other has not', async () => {
  const owed = await aPartner(s);
  await schedule(owed, onTheFifth).expect(201);
  await earnedAt(owed, 100, '2028-06-10T08:00:00.000Z');
  await buildRun(s, { brandIds: [owed.brandId] });
  await earnedAt(owed, 30, '2028-06-10T08:00:00.000Z');
  await s.moveClock('2028-07-05T08:00:00.000Z');
  expect(amountsOf(await runsOf(owed))).toEqual([
    [null, 100],
    ['2028-06', 30],
  ]);
});
