import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, type Role } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../../test/facts.js';
import { compose } from '../../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose);
});
afterAll(() => approvals.stop());

const as = (actorId: string, role: Role = 'programme-manager') => approvals.request({ actorId, roles: [role] });
interface Shown {
  id: string;
  entryId: string;
  contentHash: string;
  exception: { batchId: string; code: string } | null;
}
const listOf = async (query: string): Promise<Shown[]> =>
  (await approvals.request().get(`/api/v1/approvals?limit=500&${query}`).expect(200)).body.data;
const decide = (agent: ReturnType<typeof as>, body: object, query = '') =>
  agent.post(`/api/v1/approvals/batch-decisions${query}`).send({ decision: 'approve', ...body });

/** A brand with commissions that wait for a manager. */
async function queued(amounts: readonly number[]) {
  const world = aBrandWithPartner();
  const entries = amounts.map((amount) => world.entry(amount));
  await approvals.deliver(world.brand, world.partner(), ...entries);
  const shown = new Map((await listOf(`brandId=${world.brandId}`)).map((one) => [one.entryId, one]));
  const waiting = entries.map(({ data }) => shown.get(data.entryId) as Shown);
  return { ...world, entries, waiting, items: waiting.map(({ id }) => ({ approvalId: id })) };
}
const flag = (world: { brandId: string; entries: { data: { conversionId: string | null } }[] }, index: number) =>
  as('key_desk')
    .post('/api/v1/risk-hits')
    .send({ brandId: world.brandId, conversionId: world.entries[index]?.data.conversionId, rule: 'velocity', detail: 'many' })
    .expect(201);

test('T-12 FG7 of 200 with 3 flagged 197 proceed, 3 stay in the exception queue, and the total is the sum of its lines', async () => {
  const world = await queued(Array.from({ length: 200 }, (_, index) => 60_000 + index));
  for (const index of [3, 77, 199]) await flag(world, index);
  const { brandId, items } = world;
  const { body } = await decide(as('key_m'), { brandId, items }).expect(200);
  const left = [3, 77, 199].map((index) => items[index]?.approvalId);
  const sum = world.entries.reduce((total, { data }, index) => ([3, 77, 199].includes(index) ? total : total + data.amount), 0);
  expect(body).toMatchObject({ asked: 200, decided: 197, stagesPassed: 0, exceptions: 3, totals: [{ amount: sum, currency: 'USD' }] });
  expect(body.rows.map((row: { approvalId: string }) => row.approvalId)).toEqual(items.map(({ approvalId }) => approvalId));
  const exceptions = await listOf(`brandId=${brandId}&exception=true`);
  expect(exceptions.map(({ id, exception }) => [id, exception?.code, exception?.batchId])).toEqual(
    left.map((id) => [id, 'risk-hit', body.id]),
  );
  expect(await listOf(`brandId=${brandId}&status=approved&exception=false`)).toHaveLength(197);
  const told = (await approvals.published('approvals.commission.approved.v1')).filter((event) => event.data.brandId === brandId);
  expect(told.map(({ data }) => data.amount).reduce((total, amount) => total + amount, 0)).toBe(sum);
  expect((await as('key_m').get(`/api/v1/approval-batches/${body.id}`).expect(200)).body).toEqual(body);
  const { rows: _, ...summary } = body;
  expect((await as('key_m').get(`/api/v1/approval-batches?brandId=${brandId}`).expect(200)).body.data).toEqual([summary]);
  // Somebody looks at one of the three: it leaves the queue.
  await as('key_m').post(`/api/v1/approvals/${left[0]}/decision`).send({ decision: 'approve', reason: 'looked at it' }).expect(200);
  expect((await listOf(`brandId=${brandId}&exception=true`)).map(({ id }) => id)).toEqual(left.slice(1));
});

test('T-12 a filter takes a snapshot of what waits; own work, larger amounts and what has changed are exceptions', async () => {
  const world = await queued([60_000, 70_000, 600_000, 80_000]);
  const { brandId, entry, items, waiting, entries } = world;
  await approvals.deliver(entry(90_000, { dealAuthorId: 'key_m' }));
  const filtered = await decide(as('key_m'), { brandId, filter: { amountUpTo: 60_000 } }).expect(200);
  expect(filtered.body).toMatchObject({ asked: 1, decided: 1, totals: [{ amount: 60_000, currency: 'USD' }] });
  await approvals.deliver(entry(-100, { adjusts: entries[1]?.data.entryId ?? null, reason: 'refund' }));
  const seen = { approvalId: items[1]?.approvalId, contentHash: waiting[1]?.contentHash };
  const stale = await decide(as('key_m'), { brandId, items: [seen] }).expect(200);
  expect(stale.body.rows).toMatchObject([{ outcome: 'exception', code: 'approval-content-changed', amount: 70_000 }]);
  const all = await decide(as('key_m'), { brandId, filter: {} }).expect(200);
  expect(all.body.rows.map((row: { code: string | null; amount: number }) => [row.amount, row.code])).toEqual([
    [70_000, null],
    [600_000, 'above-your-threshold'],
    [80_000, null],
    [90_000, 'four-eyes'],
  ]);
  const again = await decide(as('key_f', 'finance-approver'), { brandId, filter: {} }).expect(200);
  expect(again.body).toMatchObject({ asked: 2, decided: 2, totals: [{ amount: 690_000, currency: 'USD' }] });
  expect(await listOf(`brandId=${brandId}&exception=true`)).toEqual([]);
});

test('T-12 what waits for a refund beside it is decided with it, and needs no line of its own', async () => {
  const { brandId, entry, entries } = await queued([60_000]);
  const refund = entry(-60_000, { adjusts: entries[0]?.data.entryId ?? null, reason: 'refund' });
  await approvals.deliver(refund);
  const { body } = await decide(as('key_m'), { brandId, filter: {}, decision: 'reject', reason: 'never shipped' }).expect(200);
  expect(body).toMatchObject({ asked: 1, decided: 1, reason: 'never shipped', totals: [{ amount: 60_000, currency: 'USD' }] });
  expect(await listOf(`entryId=${refund.data.entryId}`)).toMatchObject([{ status: 'rejected', decidedBy: 'automatic' }]);
});

test('FG1 FG2 a batch sent twice at once, by two persons and with one key, decides each once', async () => {
  const { brandId, items } = await queued(Array.from({ length: 40 }, () => 60_000));
  const key = newId('event');
  const one = as('key_1');
  const answers = await Promise.all([
    decide(one, { brandId, items }).set('Idempotency-Key', key),
    decide(one, { brandId, items }).set('Idempotency-Key', key),
    decide(as('key_2'), { brandId, items: [...items].reverse() }),
    decide(as('key_3'), { brandId, filter: {} }),
  ]);
  const batches = new Map(answers.filter(({ status }) => status === 200).map(({ body }) => [body.id, body]));
  expect([...batches.values()].reduce((total, { decided }) => total + decided, 0)).toBe(40);
  const [{ count }] = (await approvals.sql('SELECT count(*)::int FROM approval_decision WHERE brand_id = $1 AND decided_by <> $2', [
    brandId,
    'automatic',
  ])) as [{ count: number }];
  expect(count).toBe(40);
});

test('O-12 the dry run of a batch says what the real one does, and leaves nothing behind', async () => {
  const world = await queued([60_000, 70_000]);
  await flag(world, 1);
  const body = { brandId: world.brandId, filter: {} };
  const dry = (await decide(as('key_m'), body, '?dryRun=true').expect(200)).body;
  expect((await as('key_m').get(`/api/v1/approval-batches?brandId=${world.brandId}`).expect(200)).body.data).toEqual([]);
  const real = (await decide(as('key_m'), body).expect(200)).body;
  expect(real).toEqual({ ...dry, id: real.id, decidedAt: real.decidedAt });
  expect(real).toMatchObject({ decided: 1, exceptions: 1 });
});

test('a batch belongs to its brand, needs its reason and its role, and is never changed', async () => {
  const { brandId, items } = await queued([60_000]);
  const other = await queued([60_000]);
  expect((await decide(as('key_m'), { brandId, filter: {}, decision: 'hold' }).expect(422)).body.code).toBe('reason-required');
  await decide(as('key_m'), { brandId }).expect(422);
  await decide(as('key_m'), { brandId, items: [...items, ...items] }).expect(422);
  await decide(as('key_v', 'auditor'), { brandId, items }).expect(403);
  const { body } = await decide(as('key_m'), { brandId, items: other.items }).expect(200);
  expect(body.rows).toEqual([
    { approvalId: other.items[0]?.approvalId, outcome: 'exception', code: 'not-found', amount: null, currency: null },
  ]);
  const stranger = approvals.request({ brandIds: [other.brandId] });
  await stranger.get(`/api/v1/approval-batches/${body.id}`).expect(404);
  await decide(stranger, { brandId, items }).expect(404);
  expect((await stranger.get('/api/v1/approval-batches').expect(200)).body.data).toEqual([]);
  for (const sql of [`UPDATE approval_batch SET reason = 'x'`, 'DELETE FROM approval_batch_row'])
    await expect(approvals.db.pool.query(sql)).rejects.toThrow(/permission denied/);
});
