import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Role } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../../test/facts.js';
import { compose } from '../../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-01T00:00:00Z') });
});
afterAll(() => approvals.stop());

const hour = 60 * 60 * 1000;
const as = (actorId: string, role: Role = 'programme-manager') => approvals.request({ actorId, roles: [role] });
const shown = async (entryId: string) => (await approvals.request().get(`/api/v1/approvals?entryId=${entryId}`).expect(200)).body.data[0];
const approve = (agent: ReturnType<typeof as>, id: string) => agent.post(`/api/v1/approvals/${id}/decision`).send({ decision: 'approve' });
const later = (hours: number) => approvals.moveClock(new Date(approvals.clock.now().getTime() + hours * hour));
const toldOf = async (entryId: string) =>
  (await approvals.published('approvals.commission.escalated.v1')).filter(({ subject }) => subject === entryId).map(({ data }) => data);

/** A brand whose rows give each stage 24 hours. */
async function withDeadlines() {
  const world = aBrandWithPartner();
  await approvals.deliver(world.brand, world.partner());
  const path = `/api/v1/brands/${world.brandId}/routing-policies`;
  const rows = [
    {
      name: 'large',
      when: { combinator: 'and', rules: [{ field: 'size', operator: '>', value: 50_000 }] },
      outcome: 'manager-and-finance',
      decideWithinHours: 24,
    },
    { name: 'rest', outcome: 'auto', decideWithinHours: 24 },
  ];
  await as('key_writer').post(path).send({ rows, reason: 'not to be forgotten' }).expect(201);
  await as('key_acceptor').post(`${path}/1/accept`).send({}).expect(200);
  return world;
}

test('a stage past its deadline is escalated once and stays open: nothing is ever paid by waiting', async () => {
  const { brandId, entry } = await withDeadlines();
  const sale = entry(60_000);
  await approvals.deliver(sale);
  const { entryId } = sale.data;
  const before = await shown(entryId);
  expect(Date.parse(before.dueAt) - Date.parse(before.createdAt)).toBe(24 * hour);
  await later(23);
  expect(await toldOf(entryId)).toEqual([]);
  expect((await shown(entryId)).escalatedAt).toBeNull();
  await later(1.1);
  await later(1);
  expect(await toldOf(entryId)).toMatchObject([{ approvalId: before.id, stage: 'manager', dueAt: before.dueAt, amount: 60_000 }]);
  await later(24 * 365);
  expect(await shown(entryId)).toMatchObject({ status: 'waiting', escalatedAt: expect.any(String), decisions: 0 });
  expect((await as('key_m').get(`/api/v1/approvals?brandId=${brandId}&escalated=true`).expect(200)).body.data).toHaveLength(1);
  expect(await toldOf(entryId)).toHaveLength(1);
});

test('each stage has its own deadline; what is decided in time is not escalated', async () => {
  const { brandId, entry } = await withDeadlines();
  const sale = entry(60_000);
  await approvals.deliver(sale);
  const { entryId } = sale.data;
  const { id } = await shown(entryId);
  await later(25);
  const passed = (await approve(as('key_m'), id).expect(200)).body;
  expect(passed.escalatedAt).toBeNull();
  expect(Date.parse(passed.dueAt) - Date.parse(passed.stages[0].decidedAt)).toBe(24 * hour);
  await later(25);
  expect((await toldOf(entryId)).map(({ stage }) => stage)).toEqual(['manager', 'finance']);
  await approve(as('key_f', 'finance-approver'), id).expect(200);
  await later(48);
  expect(await toldOf(entryId)).toHaveLength(2);
  expect((await as('key_m').get(`/api/v1/approvals?brandId=${brandId}&escalated=true`).expect(200)).body.data).toEqual([]);
  expect(await approvals.sql('SELECT count(*)::int AS n FROM approval_escalation WHERE approval_id = $1', [id])).toEqual([{ n: 2 }]);
  await expect(approvals.db.pool.query('DELETE FROM approval_escalation')).rejects.toThrow(/permission denied/);
});

test('what a hit holds later has its time from then on; what approved itself, and a brand without deadlines, is never late', async () => {
  const { brandId, entry } = await withDeadlines();
  const hold = async (conversionId: string | null) =>
    as('key_desk').post('/api/v1/risk-hits').send({ brandId, conversionId, rule: 'velocity', detail: 'many' }).expect(201);
  const [free, held] = [entry(100), entry(100)];
  await hold(held.data.conversionId);
  await approvals.deliver(free, held);
  const plain = aBrandWithPartner();
  const waiting = plain.entry(60_000);
  await approvals.deliver(plain.brand, plain.partner(), waiting);
  expect(await shown(held.data.entryId)).toMatchObject({ status: 'held', dueAt: expect.any(String) });
  expect((await shown(waiting.data.entryId)).dueAt).toBeNull();
  await later(25);
  const late = await Promise.all([free, held, waiting].map(async ({ data }) => (await toldOf(data.entryId)).length));
  expect(late).toEqual([0, 1, 0]);
  expect(await shown(held.data.entryId)).toMatchObject({ status: 'held' });
});
