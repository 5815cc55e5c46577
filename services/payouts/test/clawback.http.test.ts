import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { balanceDrift } from '../src/ledger/balances.js';
import { everyBrand } from '../src/parts.js';
import { expectSoundBooks } from './sound-books.js';
import {
  accrued,
  aPartner,
  approved,
  balanceOf,
  brandChanged,
  builder,
  decided,
  earned,
  type Owed,
  payRun,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

/** Everything here is paid on the 2nd of March, and may be taken back until the 2nd of May begins in Berlin. */
const until = new Date('2026-05-01T22:00:00.000Z');
const justAfter = new Date(until.getTime() + 1);

/** A commission of 20.00 that a payout holds; `settle` pays it. */
async function sent(policy: Parameters<typeof aPartner>[1] = { clawbackDays: 60 }) {
  const owed = await aPartner(s, policy);
  const [sale] = await earned(s, owed, 2000);
  const run = await payRun(s, owed.brandId);
  return { owed, run, sale: sale?.data.entryId ?? '', conversionId: sale?.data.conversionId ?? null };
}
const refunded = ({ partnerId, brandId }: Owed, adjusts: string, amount: number, at: Date | string) =>
  accrued(partnerId, brandId, -amount, { adjusts, occurredAt: new Date(at).toISOString() });

const writeOffsOf = async (entryId: string) =>
  (await s.published('payouts.write-off.changed.v1')).filter(({ data }) => data.entryId === entryId);

test('WE-52 M-25 any order in which policy, refunds, decisions and settlement are told ends alike', async () => {
  for (const order of permutations(['policy', 'refunds', 'decisions', 'settlement'] as const)) {
    const { owed, sale } = await sent({});
    const [late, inTime] = [refunded(owed, sale, 200, '2026-07-01T00:00:00Z'), refunded(owed, sale, 50, until)];
    const tell = {
      policy: () => s.deliver(brandChanged(owed.brandId, { clawbackDays: 60 }, 2)),
      refunds: () => s.deliver(late, inTime),
      decisions: () => s.deliver(approved(late), approved(inTime)),
      settlement: () => settle(s),
    };
    for (const step of order) await tell[step]();
    const end = { accrued: 2000, reversed: 250, paid: 2000, payable: 0, pending: 0, receivable: 50, writtenOff: -200 };
    expect([order, await balanceOf(s, owed.partnerId)]).toEqual([order, expect.objectContaining(end)]);
    const told = await writeOffsOf(late.data.entryId);
    expect(told.at(-1)?.data.writtenOff).toMatchObject({ reason: 'clawback-window-over', clawbackDays: 60, until: until.toISOString() });
    expect(await writeOffsOf(inTime.data.entryId)).toEqual([]);
  }
  await expectSoundBooks(s);
});

test('WE-52 M-25 the payment came back: nothing was paid, and what was written off is taken back after all', async () => {
  const { owed, run, sale } = await sent();
  await settle(s);
  const late = refunded(owed, sale, 200, justAfter);
  await s.deliver(late, approved(late));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 2000, payable: 0, receivable: 0, writtenOff: -200 });
  const settlements = run.payouts.map(({ id }) => ({ payoutId: id, outcome: 'returned' }));
  await s.request().post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements }).expect(200);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 0, payable: 1800, receivable: 0, writtenOff: 0 });
  expect((await writeOffsOf(late.data.entryId)).map(({ data }) => data.writtenOff === null)).toEqual([false, true]);
  expect((await payRun(s, owed.brandId)).payouts.map(({ amount }) => amount)).toEqual([1800]);
});

test('WE-52 M-25 the policy is the one of the instant of the refund, whichever is told first', async () => {
  for (const policyFirst of [true, false]) {
    const { owed, sale } = await sent();
    await settle(s);
    const [before, after] = [refunded(owed, sale, 200, '2026-05-31T12:00:00Z'), refunded(owed, sale, 50, '2026-06-02T12:00:00Z')];
    const refunds = [before, after, approved(before), approved(after)];
    const year = brandChanged(owed.brandId, { clawbackDays: 365 }, 2, '2026-06-01T00:00:00.000Z');
    for (const each of policyFirst ? [[year], refunds] : [refunds, [year]]) await s.deliver(...each);
    expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 2000, receivable: 50, writtenOff: -200 });
  }
});

test('WE-52 M-25 what stays written off by another policy says which, whenever that one is told', async () => {
  const { owed, sale } = await sent();
  await settle(s);
  const late = refunded(owed, sale, 200, '2026-07-01T00:00:00Z');
  await s.deliver(late, approved(late));
  await s.deliver(brandChanged(owed.brandId, { clawbackDays: 30 }, 3, '2026-06-01T00:00:00.000Z'));
  await s.deliver(brandChanged(owed.brandId, { clawbackDays: 10 }, 2, '2026-05-01T00:00:00.000Z'));
  const told = await writeOffsOf(late.data.entryId);
  expect(told.at(-1)?.data.writtenOff).toMatchObject({ clawbackDays: 30, until: '2026-04-01T22:00:00.000Z' });
  expect(told.map(({ sequence }) => sequence)).toEqual([...new Set(told.map(({ sequence }) => sequence))]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 2000, payable: 0, receivable: 0, writtenOff: -200 });
  await s.deliver(brandChanged(owed.brandId, { clawbackDays: null }, 4, '2026-06-30T00:00:00.000Z'));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 2000, receivable: 200, writtenOff: 0 });
  const after = await writeOffsOf(late.data.entryId);
  expect(after.at(-1)?.data.writtenOff).toBeNull();
  expect(after.at(-1)?.sequence).toBeGreaterThan(told.at(-1)?.sequence ?? 0);
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

test('WE-52 M-25 a commission disapproved after the payment takes along what was written off of it', async () => {
  const { owed, sale } = await sent();
  await settle(s);
  const late = refunded(owed, sale, 200, justAfter);
  await s.deliver(late, approved(late));
  const original = accrued(owed.partnerId, owed.brandId, 2000, { entryId: sale });
  await s.deliver(decided(original, 'rejected', 2));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ rejected: 1800, paid: 2000, receivable: 2000, writtenOff: 0 });
});

test('WE-52 O-05 WE-59 what is written off is in no run, lessens no withdrawal, and leaves the sale earned in schedules and rules', async () => {
  const { owed, sale, conversionId } = await sent();
  await settle(s);
  const late = refunded(owed, sale, 2000, justAfter);
  late.data.conversionId = conversionId;
  await s.deliver(late, approved(late));
  await earned(s, owed, 500);
  const counted = { combinator: 'and', rules: [{ field: 'month.conversions', operator: '=', value: 2 }] };
  const terms = {
    pay: { anchor: 'month-end', days: 4 },
    minimum: 1000,
    forced: { minimum: 100, fee: 50 },
    eligibility: [{ name: 'two sales', rule: counted }],
  };
  await s.request(builder).post(`/api/v1/brands/${owed.brandId}/payout-schedules`).send(terms).expect(201);
  const { body } = await s.request().get(`/api/v1/partners/${owed.partnerId}/earnings-schedule`).expect(200);
  expect(body.months.map(({ earned, paid, payable }: Record<string, number>) => [earned, paid, payable])).toEqual([[2500, 2000, 500]]);
  const withdrawal = await s
    .request(builder)
    .post(`/api/v1/partners/${owed.partnerId}/withdrawals`)
    .send({ brandId: owed.brandId })
    .expect(201);
  expect(withdrawal.body.payouts).toMatchObject([{ amount: 450, charges: [{ kind: 'fee', amount: -50 }], lines: [{ amount: 500 }] }]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, inPayout: 450, fees: 50, paid: 2000, writtenOff: -2000 });
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

test('WE-52 M-25 a policy and refunds that are handled at the same time miss nothing of each other', async () => {
  for (let round = 0; round < 8; round++) {
    const { owed, sale } = await sent({});
    await settle(s);
    const refunds = [100, 200, 300].map((amount) => refunded(owed, sale, amount, justAfter));
    const policy = brandChanged(owed.brandId, { clawbackDays: 60 }, 2);
    await Promise.all([s.deliver(...refunds, ...refunds.map((refund) => approved(refund))), s.deliver(policy)]);
    expect([round, await balanceOf(s, owed.partnerId)]).toEqual([round, expect.objectContaining({ receivable: 0, writtenOff: -600 })]);
  }
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

// The last one moves the clock beyond the window.
test('WE-52 M-25 taken back and netted against the next payout on day 60, written off on day 61', async () => {
  const { owed, sale } = await sent();
  await settle(s);
  await s.moveClock(until);
  const inTime = refunded(owed, sale, 200, until);
  await s.deliver(inTime, approved(inTime));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ reversed: 200, paid: 2000, payable: 0, receivable: 200, writtenOff: 0 });
  await earned(s, owed, 1000);
  const next = await payRun(s, owed.brandId);
  expect(next.payouts.map(({ amount }) => amount)).toEqual([800]);
  await settle(s);

  const late = refunded(owed, sale, 300, justAfter);
  await s.deliver(late, approved(late));
  const end = { accrued: 3000, reversed: 500, paid: 2800, payable: 0, receivable: 0, writtenOff: -300 };
  expect(await balanceOf(s, owed.partnerId)).toMatchObject(end);
  const none = await s
    .request()
    .post('/api/v1/payout-runs')
    .send({ brandIds: [owed.brandId] })
    .expect(422);
  expect(none.body).toMatchObject({ code: 'run-empty' });

  const posted = (await s.published('payouts.ledger.posted.v1')).filter(({ data }) => data.entryId === late.data.entryId);
  expect(posted.map(({ data }) => [data.kind, data.reason, data.legs[1]])).toEqual([
    ['accrual', undefined, { account: 'pending', amount: -300 }],
    ['move', 'clawback-window-over', { account: 'written-off', amount: -300 }],
  ]);
  const kept = 'SELECT reason FROM ledger_transaction WHERE entry_id = $1 ORDER BY id';
  expect(await s.sql(kept, [late.data.entryId])).toEqual([{ reason: null }, { reason: 'clawback-window-over' }]);
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first, index) => permutations(all.filter((_, other) => other !== index)).map((rest) => [first, ...rest]));
}
