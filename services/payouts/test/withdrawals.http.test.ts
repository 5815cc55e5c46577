import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { addMethod, aPartner, approver, balanceOf, builder, earned, later, type Owed, sendOut, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

/** Automatic from 10.00; below it 0.50, from 1.00. */
const forced = { minimum: 100, fee: 50 };
async function owing(amount: number, terms: object = forced, behaviour = 'ok'): Promise<Owed> {
  const owed = await aPartner(s);
  const schedule = { pay: { anchor: 'month-end', days: 7 }, minimum: 1000, forced: terms };
  await s.request(builder).post(`/api/v1/brands/${owed.brandId}/payout-schedules`).send(schedule).expect(201);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour } });
  await earned(s, owed, amount);
  return owed;
}
const withdraw = ({ partnerId, brandId }: Owed, query = '') =>
  s.request(builder).post(`/api/v1/partners/${partnerId}/withdrawals${query}`).send({ brandId });
const moneyOut = (payoutId: string) =>
  s.sql<{ amount: string }>('SELECT amount::text FROM simulator_money_out WHERE payout_id = $1 ORDER BY id', [payoutId]);
const legsOf = (payoutId: string, kind: string) =>
  s.sql<{ account: string; amount: string }>(
    `SELECT leg.account, leg.amount::text FROM ledger_leg leg JOIN ledger_transaction t ON t.id = leg.transaction_id WHERE t.payout_id = $1 AND t.kind = $2 ORDER BY leg.number`,
    [payoutId, kind],
  );

test('WE-59 of 10.00 all is paid by itself; of 9.99 a forced withdrawal pays 9.49; of 0.99 it is refused and the balance kept', async () => {
  const [ten, below, little] = [await owing(1000), await owing(999), await owing(99)];
  const run = async (owed: Owed) =>
    s
      .request(builder)
      .post('/api/v1/payout-runs')
      .send({ brandIds: [owed.brandId] });
  expect((await run(ten)).body.payouts).toMatchObject([{ amount: 1000, charges: [] }]);
  expect((await run(below)).body.errors).toMatchObject([{ rule: 'below-minimum' }]);

  const said = await withdraw(below, '?dryRun=true').expect(200);
  const built = (await withdraw(below).expect(201)).body;
  expect(said.body.planHash).toBe(built.planHash);
  expect(built).toMatchObject({
    kind: 'withdrawal',
    totals: [{ amount: 949 }],
    payouts: [{ amount: 949, charges: [{ kind: 'fee', amount: -50 }], feeWaived: 0, lines: [{ amount: 999 }] }],
  });
  const id = built.payouts[0].id as string;
  expect(await legsOf(id, 'claim')).toEqual([
    { account: 'payable', amount: '-999' },
    { account: 'in-payout', amount: '949' },
    { account: 'fees', amount: '50' },
  ]);
  const told = (await s.published('payouts.payout.created.v1')).find(({ data }) => data.payoutId === id);
  expect(told?.data).toMatchObject({ amount: 949, charges: [{ kind: 'fee', amount: -50 }] });
  await sendOut(s, built);
  await settle(s);
  expect(await moneyOut(id)).toEqual([{ amount: '949' }]);
  expect(await balanceOf(s, below.partnerId)).toMatchObject({ payable: 0, paid: 949, fees: 50 });

  const refused = await withdraw(little).expect(422);
  expect(refused.body).toMatchObject({ code: 'run-empty', errors: [{ rule: 'below-forced-minimum' }] });
  expect(await balanceOf(s, little.partnerId)).toMatchObject({ payable: 99, inPayout: 0, fees: 0 });
});

test('a withdrawal of the minimum or more costs nothing, and a brand that sells none refuses it', async () => {
  expect((await withdraw(await owing(1000)).expect(201)).body.payouts).toMatchObject([{ amount: 1000, charges: [], feeWaived: 0 }]);
  const none = await owing(999, null as never);
  expect((await withdraw(none).expect(422)).body.errors).toMatchObject([{ rule: 'below-minimum' }]);
});

test('WE-60 a fee is waived up to what is left of the allowance of the month; only the rest is charged', async () => {
  const owed = await owing(200, { ...forced, waivedUpTo: { amount: 80, per: 'month' } });
  const fees = [];
  for (let times = 0; times < 3; times++) {
    const { payouts } = (await withdraw(owed).expect(201)).body;
    fees.push([payouts[0].amount, payouts[0].charges[0]?.amount ?? 0, payouts[0].feeWaived]);
    await earned(s, owed, 200);
  }
  expect(fees).toEqual([
    [200, 0, 50],
    [180, -20, 30],
    [150, -50, 0],
  ]);
  await later(s, 31 * 86_400_000);
  expect((await withdraw(owed).expect(201)).body.payouts).toMatchObject([{ amount: 200, charges: [], feeWaived: 50 }]);
});

test.each(['reject', 'late-return'])('a withdrawal that comes to nothing (%s) gives the fee and the allowance back', async (behaviour) => {
  const owed = await owing(500, { ...forced, waivedUpTo: { amount: 20, per: 'all' } }, behaviour);
  const built = (await withdraw(owed).expect(201)).body;
  expect(built.payouts).toMatchObject([{ amount: 470, charges: [{ kind: 'fee', amount: -30 }], feeWaived: 20 }]);
  await sendOut(s, built);
  await settle(s);
  await later(s, 86_400_000);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 500, inPayout: 0, paid: 0, fees: 0 });
  expect((await withdraw(owed).expect(201)).body.payouts).toMatchObject([
    { amount: 470, charges: [{ kind: 'fee', amount: -30 }], feeWaived: 20 },
  ]);
});

test('a withdrawal is a run like any other: another person approves it, and it is nothing of who does not see the brand', async () => {
  const owed = await owing(999);
  const run = (await withdraw(owed).expect(201)).body;
  const approve = (as: object) => s.request(as).post(`/api/v1/payout-runs/${run.id}/approve`).send({});
  expect((await approve({ ...approver, actorId: builder.actorId }).expect(403)).body.code).toBe('four-eyes');
  await expect(s.sql("UPDATE payout SET charges = '[]' WHERE run_id = $1", [run.id])).rejects.toMatchObject({ code: '23514' });
  await s
    .request({ ...builder, brandIds: [newId('brand')] })
    .post(`/api/v1/partners/${owed.partnerId}/withdrawals`)
    .send({ brandId: owed.brandId })
    .expect(404);
});
