import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { aPartner, approver, balanceOf, builder, buildRun, cleared, earned, enrolled, sendOut, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const aRun = async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300, 400);
  return { owed, run: await buildRun(s, { brandIds: [owed.brandId] }) };
};
const cancel = (runId: string, search = '') =>
  s.request(builder).post(`/api/v1/payout-runs/${runId}/cancel${search}`).send({ reason: 'built by mistake' });

test('a draft that is given up sets its entries free, and the next run takes them', async () => {
  const { owed, run } = await aRun();
  expect((await cancel(run.id, '?dryRun=true').expect(200)).body.status).toBe('cancelled');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, inPayout: 700 });
  expect((await cancel(run.id).expect(200)).body).toMatchObject({
    status: 'cancelled',
    reason: 'built by mistake',
    payouts: [{ status: 'failed', reason: 'run cancelled: built by mistake' }],
  });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 700, inPayout: 0 });
  for (const verb of ['approve', 'submit', 'cancel']) {
    const again = await s
      .request(approver)
      .post(`/api/v1/payout-runs/${run.id}/${verb}`)
      .send(verb === 'cancel' ? { reason: 'x' } : {});
    expect([again.status, again.body.code]).toEqual([409, 'run-state-forbids']);
  }
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts).toMatchObject([{ amount: 700 }]);
});

test('an approved run can be given up until it goes out, and a clearance that comes later changes nothing', async () => {
  const { owed, run } = await aRun();
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
  await cancel(run.id).expect(200);
  await s.deliver(cleared(run.id, run.contentHash));
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body.status).toBe('cancelled');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 700, inPayout: 0 });
});

test('what is on its way out is not given up', async () => {
  const { run } = await aRun();
  await sendOut(s, run);
  const refused = await cancel(run.id);
  expect([refused.status, refused.body.code]).toEqual([409, 'run-state-forbids']);
});

test('nobody reports what the bank says of a payout that the bank does not have', async () => {
  const { owed, run } = await aRun();
  const settlements = [{ payoutId: run.payouts[0]?.id, outcome: 'failed' }];
  const refused = await s.request(approver).post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements });
  expect([refused.status, refused.body.code]).toEqual([409, 'run-state-forbids']);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, inPayout: 700 });
});

test('a caller of one brand says how a partner is paid by that brand, and by no other', async () => {
  const owed = await aPartner(s);
  const other = newId('brand');
  await s.deliver(enrolled(owed.partnerId, owed.brandId), enrolled(owed.partnerId, other));
  const account = { name: 'Ada', iban: 'DE89370400440532013000' };
  const say = (brandIds: string[] | undefined) =>
    s
      .request({ ...approver, brandIds: [other] })
      .post(`/api/v1/partners/${owed.partnerId}/payout-methods`)
      .send({ kind: 'bank-account', account, ...(brandIds ? { brandIds } : {}) });
  for (const brandIds of [undefined, [], [other]]) expect((await say(brandIds).expect(201)).body.brandIds).toEqual([other]);
  await say([owed.brandId]).expect(404);
});
