import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { accrued, aPartner, approved, approver, builder, buildRun, earned, manager, payRun, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const limits = { financeThreshold: 500_000 };
const otherFinance = { actorId: 'usr_other_finance', roles: ['finance-approver' as const] };
const approve = (runId: string, as: object) => s.request(as).post(`/api/v1/payout-runs/${runId}/approve`).send({});
async function aRunOf(amount: number) {
  const owed = await aPartner(s, limits);
  await earned(s, owed, amount);
  return { ...owed, run: await buildRun(s, { brandIds: [owed.brandId] }) };
}
const routingOf = (run: object) => (run as { payouts: { routing: unknown }[] }).payouts[0]?.routing;

test('T-10 T-07 C-07 a payout above the threshold needs a manager and then finance, two persons and none who built it; the order is recorded', async () => {
  const { run } = await aRunOf(500_001);
  expect(routingOf(run)).toEqual({
    policyVersion: null,
    row: 'above-finance-threshold',
    outcome: 'manager-and-finance',
    facts: { amount: 500_001, inBrandCurrency: true },
  });
  expect((await approve(run.id, builder).expect(403)).body.code).toBe('four-eyes');
  const first = (await approve(run.id, manager).expect(200)).body;
  expect(first).toMatchObject({
    status: 'draft',
    approvedBy: null,
    stages: [
      { stage: 'manager', approvedBy: manager.actorId },
      { stage: 'finance', approvedBy: null },
    ],
  });
  expect((await approve(run.id, manager).expect(403)).body.code).toBe('four-eyes');
  expect((await approve(run.id, { actorId: 'usr_another_manager', roles: ['programme-manager'] }).expect(403)).body.code).toBe(
    'not-permitted',
  );
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(409);
  expect((await approve(run.id, approver).expect(200)).body).toMatchObject({
    status: 'sealed',
    approvedBy: approver.actorId,
    stages: [{ approvedBy: manager.actorId }, { approvedBy: approver.actorId }],
  });
  expect((await approve(run.id, otherFinance).expect(409)).body.code).toBe('run-state-forbids');
  const approvals = (await s.published('payouts.run.approved.v1')).filter(({ subject }) => subject === run.id);
  expect(approvals.map(({ data }) => [data.stage, data.approvedBy])).toEqual([
    ['manager', manager.actorId],
    ['finance', approver.actorId],
  ]);
  const [sealed] = (await s.published('payouts.run.sealed.v1')).filter(({ subject }) => subject === run.id);
  expect(sealed?.data.approvals).toMatchObject([{ stage: 'manager' }, { stage: 'finance' }]);
});

test('T-10 up to the threshold finance alone approves, a manager does not; finance may pass both stages only as two persons', async () => {
  const { run } = await aRunOf(500_000);
  expect(routingOf(run)).toMatchObject({ row: 'within-finance-threshold', outcome: 'finance' });
  expect((await approve(run.id, manager).expect(403)).body.code).toBe('not-permitted');
  expect((await approve(run.id, approver).expect(200)).body.status).toBe('sealed');
  const { run: large } = await aRunOf(500_001);
  await approve(large.id, approver).expect(200);
  expect((await approve(large.id, approver).expect(403)).body.code).toBe('four-eyes');
  expect((await approve(large.id, otherFinance).expect(200)).body.status).toBe('sealed');
});

test('T-10 the threshold says nothing of another currency: both approve', async () => {
  const owed = await aPartner(s, limits);
  const dollars = accrued(owed.partnerId, owed.brandId, 100, { currency: 'USD' });
  await s.deliver(dollars, approved(dollars));
  await s.service.runDueJobs();
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(routingOf(run)).toMatchObject({ row: 'other-currency', outcome: 'manager-and-finance' });
});

test('T-07 a table of the brand for payouts arrives by event and counts from its instant; one for commissions says nothing of payouts', async () => {
  const owed = await aPartner(s, limits);
  const policy = (version: number, appliesTo: 'payouts' | 'commissions', rows: object[], effectiveFrom = s.clock.now()) =>
    anEvent('approvals.routing-policy.accepted.v1', {
      brandId: owed.brandId,
      version,
      appliesTo,
      effectiveFrom: effectiveFrom.toISOString(),
      rows: rows as never,
      reason: 'new policy',
      documentHash: 'a'.repeat(64),
      authorId: 'usr_a',
      acceptedBy: 'usr_b',
      acceptedAt: s.clock.now().toISOString(),
    });
  const tomorrow = new Date(s.clock.now().getTime() + 86_400_000);
  const small = {
    name: 'small',
    when: { combinator: 'and', rules: [{ field: 'amount', operator: '<=', value: 1000 }] },
    outcome: 'manager',
  };
  const told = policy(1, 'payouts', [small, { name: 'the-rest', outcome: 'manager-and-finance' }]);
  await s.deliver(
    told,
    told,
    policy(2, 'commissions', [{ name: 'all', outcome: 'auto' }]),
    policy(3, 'payouts', [{ name: 'all', outcome: 'finance' }], tomorrow),
  );
  await earned(s, owed, 1000);
  const first = await buildRun(s, { brandIds: [owed.brandId] });
  expect(routingOf(first)).toEqual({ policyVersion: 1, row: 'small', outcome: 'manager', facts: { amount: 1000 } });
  expect((await approve(first.id, manager).expect(200)).body).toMatchObject({ status: 'sealed', stages: [{ stage: 'manager' }] });
  await earned(s, owed, 1001);
  expect(routingOf(await buildRun(s, { brandIds: [owed.brandId] }))).toMatchObject({ row: 'the-rest' });
  await s.moveClock(tomorrow);
  await earned(s, owed, 1001);
  expect(routingOf(await buildRun(s, { brandIds: [owed.brandId] }))).toMatchObject({ policyVersion: 3, row: 'all' });
});

test('SEC20 the database holds the stages too: no seal without each, none by the builder, by one person twice or for other content', async () => {
  const { run } = await aRunOf(500_001);
  const refused = { code: '23514' };
  const seal = () =>
    s.sql(`UPDATE payout_run SET status = 'sealed', approved_by = 'usr_approver', sealed_at = now() WHERE id = $1`, [run.id]);
  const pass = (stage: string, by: string, hash = run.contentHash) =>
    s.sql('INSERT INTO run_approval (run_id, stage, content_hash, approved_by, approved_at) VALUES ($1, $2, $3, $4, now())', [
      run.id,
      stage,
      hash,
      by,
    ]);
  await expect(seal()).rejects.toMatchObject(refused);
  await expect(pass('manager', String(builder.actorId))).rejects.toMatchObject(refused);
  await expect(pass('manager', 'usr_m', 'b'.repeat(64))).rejects.toMatchObject(refused);
  await pass('manager', 'usr_m');
  await expect(pass('finance', 'usr_m')).rejects.toMatchObject({ code: '23505' });
  await expect(seal()).rejects.toMatchObject(refused);
  await expect(s.sql('DELETE FROM run_approval WHERE run_id = $1', [run.id])).rejects.toMatchObject({ code: '42501' });
  await pass('finance', 'usr_approver');
  await seal();
  expect((await s.sql<{ status: string }>('SELECT status FROM payout_run WHERE id = $1', [run.id]))[0]?.status).toBe('sealed');
});

test('an ordinary payout goes out with the one approval that it needs', async () => {
  const owed = await aPartner(s, limits);
  await earned(s, owed, 1000);
  expect((await payRun(s, owed.brandId)).payouts).toHaveLength(1);
});
