import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import {
  addMethod,
  aPartner,
  approver,
  balanceOf,
  builder,
  buildRun,
  cleared,
  earned,
  later,
  type Owed,
  payRun,
  start,
  verifyMethod,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const iban = 'DE89 3704 0044 0532 0130 00';
async function live(): Promise<Owed & { methodId: string }> {
  const owed = await aPartner(s);
  const pot = { rail: 'bank-file', account: { name: 'Pot', iban: 'SE45 5000 0000 0583 9825 7466' } };
  await s.request().post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send(pot).expect(201);
  const { id: methodId } = await addMethod(s, owed.partnerId, { kind: 'bank-account', account: { name: 'Ada', iban } });
  return { ...owed, methodId };
}
const report = (run: { id: string; payouts: { id: string }[] }, outcome: string) =>
  s
    .request(approver)
    .post(`/api/v1/payout-runs/${run.id}/settlements`)
    .send({ settlements: run.payouts.map(({ id }) => ({ payoutId: id, outcome, reference: 'B1', reason: 'AC04' })) })
    .expect(200);
const methodOf = async ({ partnerId, methodId }: { partnerId: string; methodId: string }) =>
  (await s.request(approver).get(`/api/v1/partners/${partnerId}/payout-methods`).expect(200)).body.data.find(
    ({ id }: { id: string }) => id === methodId,
  );
const whyNot = async ({ brandId }: Owed) =>
  (
    await s
      .request(builder)
      .post('/api/v1/payout-runs')
      .send({ brandIds: [brandId] })
      .expect(422)
  ).body.errors[0].rule;

test('FF7 after a return the account is flagged, the partner is told, and nothing goes there until another person verifies it anew', async () => {
  const owed = await live();
  await earned(s, owed, 700);
  const run = await payRun(s, owed.brandId);
  await report(run, 'settled');
  await report(run, 'returned');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 700, paid: 0 });
  expect(await methodOf(owed)).toMatchObject({ verification: 'waiting', returnedAt: expect.any(String), status: 'active' });
  const told = (await s.published('payouts.payout-method.changed.v1')).filter(({ data }) => data.payoutMethodId === owed.methodId);
  expect(told.map(({ data, sequence }) => [data.change, sequence])).toEqual([
    ['entered', 1],
    ['verified', 2],
    ['returned', 4],
  ]);
  expect(await whyNot(owed)).toBe('payout-method-not-verified');
  // A repeated report flags nothing a second time.
  await report(run, 'returned');
  expect((await s.published('payouts.payout-method.changed.v1')).filter(({ data }) => data.payoutMethodId === owed.methodId)).toHaveLength(
    3,
  );
});

test('FF7 verified anew by a second person it is paid again; who entered it cannot, nor can the database be told otherwise', async () => {
  const owed = await live();
  await earned(s, owed, 300);
  const run = await payRun(s, owed.brandId);
  await report(run, 'settled');
  await report(run, 'returned');
  await later(s, 1000);
  const rewrite = (set: string) => s.sql(`UPDATE payout_method SET ${set} WHERE id = $1`, [owed.methodId]);
  await expect(rewrite('returned_at = NULL, returns = 0')).rejects.toMatchObject({ code: '42501' });
  await expect(rewrite('returns = 0')).rejects.toMatchObject({ code: '42501' });
  await expect(rewrite(`verified_by = created_by, verified_at = returned_at + interval '1 second'`)).rejects.toMatchObject({
    code: '23514',
  });
  expect((await verifyMethod(s, owed.methodId).expect(200)).body).toMatchObject({ verification: 'verified' });
  await verifyMethod(s, owed.methodId).expect(409);
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts).toMatchObject([{ amount: 300 }]);
});

test('FF7 what was built before the return came is released unsent, and the database refuses its attempt', async () => {
  const owed = await live();
  await earned(s, owed, 300);
  const first = await payRun(s, owed.brandId);
  await report(first, 'settled');
  await earned(s, owed, 200);
  const second = await buildRun(s, { brandIds: [owed.brandId] });
  await s.request(approver).post(`/api/v1/payout-runs/${second.id}/approve`).send({}).expect(200);
  await report(first, 'returned');
  await s.deliver(cleared(second.id, second.contentHash));
  const attempt = s.sql('UPDATE payout SET attempted_at = now() WHERE run_id = $1', [second.id]);
  await expect(attempt).rejects.toMatchObject({ code: '23514' });
  await s.request(approver).post(`/api/v1/payout-runs/${second.id}/submit`).send({}).expect(202);
  await s.service.runDueJobs();
  const { payouts } = (await s.request(approver).get(`/api/v1/payout-runs/${second.id}`).expect(200)).body;
  expect(payouts).toMatchObject([{ status: 'failed', reason: 'something came back from the payout method' }]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 500, inPayout: 0 });
});
