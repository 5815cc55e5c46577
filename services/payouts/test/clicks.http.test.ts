import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import type { Principal } from '@tributary/service-kit';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import {
  accrued,
  aPartner,
  approved,
  approver,
  balanceOf,
  builder,
  buildRun,
  cleared,
  earned,
  enrolled,
  partnerChanged,
  sendOut,
  settle,
  start,
} from './world.js';

let s: TestService<unknown>;
beforeAll(async () => {
  s = await startTestService(compose, { now: start });
});
afterAll(() => s.stop());

const build = (node: TestService<unknown>, as: Partial<Principal>, brandId: string, key: string) =>
  node
    .request(as)
    .post('/api/v1/payout-runs')
    .set('idempotency-key', key)
    .send({ brandIds: [brandId] });
const statusOf = async (runId: string) => (await s.request().get(`/api/v1/payout-runs/${runId}`).expect(200)).body.status;

test('FG4 two operators on two nodes start a run at once: one run, and each commission is in one payout', async () => {
  const node = await startTestService(compose, { now: s.clock.now(), database: s.database });
  try {
    for (let round = 0; round < 5; round++) {
      const owed = await aPartner(s);
      await earned(s, owed, 100, 200, 300);
      const other = { ...builder, actorId: 'usr_builder_2' };
      const answers = await Promise.all([
        build(s, builder, owed.brandId, newId('event')),
        build(node, other, owed.brandId, newId('event')),
        build(node, builder, owed.brandId, newId('event')),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422]);
      expect(answers.filter(({ status }) => status === 422).map(({ body }) => body.code)).toEqual(['run-empty', 'run-empty']);
      const lines = await s.sql('SELECT 1 FROM payout_line WHERE brand_id = $1', [owed.brandId]);
      expect(lines).toHaveLength(3);
      expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, inPayout: 600 });
    }
  } finally {
    await node.stop();
  }
});

test('FG5 who loses the role between seeing a run and approving it is refused: the role counts at the click', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const path = `/api/v1/payout-runs/${run.id}`;
  expect((await s.request(approver).get(path).expect(200)).body.status).toBe('draft');
  for (const roles of [['programme-manager'], ['auditor'], []] as Principal['roles'][])
    expect(
      (
        await s
          .request({ ...approver, roles })
          .post(`${path}/approve`)
          .send({})
          .expect(403)
      ).body.code,
    ).toBe('not-permitted');
  const elsewhere = { ...approver, brandIds: [newId('brand')] };
  await s.request(elsewhere).post(`${path}/approve`).send({}).expect(404);
  expect(await statusOf(run.id)).toBe('draft');
  await s.request(approver).post(`${path}/approve`).send({}).expect(200);
  // The same holds of the last click.
  await s
    .request({ ...approver, roles: ['auditor'] })
    .post(`${path}/submit`)
    .send({})
    .expect(403);
  expect((await s.request().get(path)).body).toMatchObject({ status: 'sealed', submitRequested: false });
});

test('FG8 one key: the answer is told again, also while the first is in flight; another body is refused; another person is another key', async () => {
  const [owed, foreign] = [await aPartner(s), await aPartner(s)];
  for (const each of [owed, foreign]) await earned(s, each, 300);
  const key = newId('event');
  const answers = await Promise.all([1, 2, 3].map(() => build(s, builder, owed.brandId, key)));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(2);
  // Another brand under the same key is another body.
  expect((await build(s, builder, foreign.brandId, key).expect(409)).body.code).toBe('idempotency-key-reused');
  expect(await balanceOf(s, foreign.partnerId)).toMatchObject({ payable: 300, inPayout: 0 });
  const other = await build(s, { ...builder, actorId: 'usr_builder_2' }, foreign.brandId, key).expect(201);
  expect(other.body.id).not.toBe(answers[0]?.body.id);
});

test('FG9 a partner who gets another parent, other tags and enrolments during a run keeps his id: content, journal and payment are untouched', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 700);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  const journal = () => s.sql('SELECT * FROM ledger_transaction WHERE partner_id = $1 ORDER BY id', [owed.partnerId]);
  const before = await journal();
  const parentId = newId('partner');
  const change = partnerChanged(owed.partnerId, 'active', 2);
  const changed = { ...change.data, type: 'agency' as const, parentId, country: 'FR', contactCommitment: 'another name' };
  await s.deliver(partnerChanged(parentId), { ...change, data: changed }, enrolled(owed.partnerId, owed.brandId));
  expect(await journal()).toEqual(before);
  expect((await s.request().get(`/api/v1/payout-runs/${run.id}`)).body.contentHash).toBe(run.contentHash);
  await sendOut(s, run);
  await settle(s);
  const { body } = await s.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`).expect(200);
  expect(body).toMatchObject({ status: 'settled', partnerId: owed.partnerId, amount: 700 });
  expect((await journal()).slice(0, before.length)).toEqual(before);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 700, inPayout: 0 });
  expect(await s.sql('SELECT 1 FROM ledger_transaction WHERE partner_id = $1', [parentId])).toEqual([]);
});

test('FG9 FF10 of a partner who is merged into another, what has not been sent is released, and what is earned under the other id is paid there', async () => {
  const owed = await aPartner(s);
  const heir = { brandId: owed.brandId, partnerId: newId('partner') };
  await s.deliver(partnerChanged(heir.partnerId), enrolled(heir.partnerId, heir.brandId));
  await earned(s, owed, 500);
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  // The old account is closed; commission goes on under the other one.
  const later = accrued(heir.partnerId, heir.brandId, 900);
  await s.deliver(partnerChanged(owed.partnerId, 'suspended', 2), later, approved(later));
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
  await s.deliver(cleared(run.id, run.contentHash));
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
  await settle(s);
  const { body } = await s.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`).expect(200);
  expect(body).toMatchObject({ status: 'failed', partnerId: owed.partnerId, reason: 'the partner is not active' });
  const next = await buildRun(s, { brandIds: [owed.brandId] });
  expect(next.payouts).toMatchObject([{ partnerId: heir.partnerId, amount: 900 }]);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 500, paid: 0 });
});
