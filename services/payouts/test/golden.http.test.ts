import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { balance, payoutRun, payout as payoutSchema } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { aPartner, approver, balanceOf, builder, buildRun, cleared, earned, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

test('the golden path: earned, approved, matured, built, approved by another, cleared, submitted, settled', async () => {
  const owed = await aPartner(s);
  const [first, second] = await earned(s, owed, 1000, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(run).toMatchObject({ status: 'draft', builtBy: 'usr_builder', totals: [{ currency: 'EUR', amount: 1500, payouts: 1 }] });
  expect(run.payouts).toHaveLength(1);
  const [payout] = run.payouts;
  expect(payout).toMatchObject({ amount: 1500, status: 'draft', sandbox: true, rail: 'simulated-api' });
  expect(payout?.lines.map((line) => line.entryId).sort()).toEqual([first?.data.entryId, second?.data.entryId].sort());
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 1500, inPayout: 1500, payable: 0 });

  const early = await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(409);
  expect(early.body.code).toBe('run-state-forbids');
  const own = await s
    .request({ ...approver, actorId: builder.actorId ?? '' })
    .post(`/api/v1/payout-runs/${run.id}/approve`)
    .send({})
    .expect(403);
  expect(own.body.code).toBe('four-eyes');
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
  const [sealed] = (await s.published('payouts.run.sealed.v1')).filter((event) => event.data.runId === run.id);
  expect(sealed?.data).toMatchObject({
    contentHash: run.contentHash,
    builtBy: 'usr_builder',
    approvedBy: 'usr_approver',
    payoutIds: [payout?.id],
  });

  const asked = await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
  expect(asked.body).toMatchObject({ status: 'sealed', submitRequested: true });
  await s.deliver(cleared(run.id, 'b'.repeat(64)));
  await s.service.runDueJobs();
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body.status).toBe('sealed');

  await s.deliver(cleared(run.id, run.contentHash), cleared(run.id, run.contentHash));
  await s.service.runDueJobs();
  expect((await s.request().get(`/api/v1/payouts/${payout?.id}`)).body).toMatchObject({ status: 'submitted', railKey: payout?.id });
  await settle(s);
  expect((await s.request().get(`/api/v1/payouts?runId=${run.id}`)).body.data[0]).toMatchObject({
    status: 'settled',
    amount: 1500,
    lineCount: 2,
  });
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body.status).toBe('completed');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ accrued: 1500, paid: 1500, inPayout: 0 });
  // The answers are what the contracts promise.
  payoutRun.parse((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body);
  payoutSchema.parse((await s.request().get(`/api/v1/payouts/${payout?.id}`)).body);
  balance.parse((await s.request().get(`/api/v1/partners/${owed.partnerId}/balance`)).body);
  payoutRun.parse((await s.request().get('/api/v1/payout-runs')).body.data[0]);
  const types = (await s.published()).filter((event) => event.subject === payout?.id).map((event) => event.type);
  expect(types).toEqual(['payouts.payout.created.v1', 'payouts.payout.submitted.v1', 'payouts.payout.settled.v1']);
});
