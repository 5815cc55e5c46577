import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, type Role } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../test/facts.js';
import { compose } from '../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose);
});
afterAll(() => approvals.stop());

const as = (actorId: string, role: Role = 'programme-manager') => approvals.request({ actorId, roles: [role] });
const finance = (actorId: string) => as(actorId, 'finance-approver');
const decide = (agent: ReturnType<typeof as>, id: string, body: object = { decision: 'approve' }) =>
  agent.post(`/api/v1/approvals/${id}/decision`).send(body);
const approvalOf = async (entryId: string) =>
  (await approvals.request().get(`/api/v1/approvals?entryId=${entryId}`).expect(200)).body.data[0];
const shown = async (id: string) => (await approvals.request().get(`/api/v1/approvals/${id}`).expect(200)).body;
const approvedOf = async (entryId: string) =>
  (await approvals.published('approvals.commission.approved.v1')).filter(({ subject }) => subject === entryId);

/** A brand where a manager and then finance decide on all, with one commission that waits. */
async function inTwoStages() {
  const world = aBrandWithPartner();
  const { brandId, brand, partner, entry } = world;
  await approvals.deliver(brand, partner());
  const path = `/api/v1/brands/${brandId}/routing-policies`;
  await as('key_writer')
    .post(path)
    .send({ rows: [{ name: 'all', outcome: 'manager-and-finance' }], reason: 'two look' })
    .expect(201);
  await as('key_acceptor').post(`${path}/1/accept`).send({}).expect(200);
  const sale = entry(60_000);
  await approvals.deliver(sale);
  const { id, contentHash } = await approvalOf(sale.data.entryId);
  return { ...world, sale, id: id as string, contentHash: contentHash as string };
}

test('T-10 C-07 a manager and then finance decide, two persons in that order, and only then it is approved', async () => {
  const { id, sale } = await inTwoStages();
  const first = await decide(as('key_m'), id).expect(200);
  expect(first.body).toMatchObject({ status: 'waiting', decidedBy: null, decisions: 1 });
  expect(first.body.stages).toEqual([
    { stage: 'manager', decidedBy: 'key_m', onBehalfOf: null, decidedAt: expect.any(String) },
    { stage: 'finance', decidedBy: null, onBehalfOf: null, decidedAt: null },
  ]);
  expect(await approvedOf(sale.data.entryId)).toEqual([]);
  expect((await decide(as('key_other'), id).expect(403)).body.code).toBe('above-your-threshold');
  expect((await decide(finance('key_m'), id).expect(403)).body.code).toBe('four-eyes');
  expect((await decide(finance('key_author'), id).expect(403)).body.code).toBe('four-eyes');
  const last = await decide(finance('key_f'), id).expect(200);
  expect(last.body).toMatchObject({ status: 'approved', decidedBy: 'key_f', decisions: 2 });
  expect(await shown(id)).toEqual(last.body);
  const [told, ...more] = await approvedOf(sale.data.entryId);
  expect(more).toEqual([]);
  expect(told?.data).toMatchObject({
    decision: 2,
    contentHash: last.body.contentHash,
    stages: [
      { stage: 'manager', decidedBy: 'key_m' },
      { stage: 'finance', decidedBy: 'key_f' },
    ],
  });
  const kept = await approvals.sql(
    'SELECT decision, stage, decided_by, content_hash FROM approval_decision WHERE approval_id = $1 ORDER BY 1',
    [id],
  );
  expect(kept).toEqual([
    { decision: 1, stage: 'manager', decided_by: 'key_m', content_hash: last.body.contentHash },
    { decision: 2, stage: 'finance', decided_by: 'key_f', content_hash: last.body.contentHash },
  ]);
});

test('D-11 FG6 an approval binds to its content: a correction that follows voids the first stage, and who saw the old content decides nothing', async () => {
  const { id, contentHash, sale, entry } = await inTwoStages();
  await decide(as('key_m'), id, { decision: 'approve', contentHash }).expect(200);
  await approvals.deliver(entry(-20_000, { adjusts: sale.data.entryId, reason: 'refund' }));
  const changed = await shown(id);
  expect(changed.contentHash).not.toBe(contentHash);
  expect(changed.stages.map((one: { decidedBy: string | null }) => one.decidedBy)).toEqual([null, null]);
  expect((await decide(finance('key_f'), id, { decision: 'approve', contentHash }).expect(409)).body.code).toBe('approval-content-changed');
  const again = { decision: 'approve', contentHash: changed.contentHash };
  expect((await decide(as('key_m'), id, again).expect(200)).body.status).toBe('waiting');
  expect((await decide(finance('key_f'), id, again).expect(200)).body.status).toBe('approved');
});

test('D-11 a new risk hit voids the first stage; who reported it decides on neither, a release needs a reason', async () => {
  const { id, sale, brandId } = await inTwoStages();
  await decide(as('key_m'), id).expect(200);
  const { conversionId } = sale.data;
  const hit = { brandId, conversionId, rule: 'velocity', detail: 'many' };
  await as('key_desk').post('/api/v1/risk-hits').send(hit).expect(201);
  const held = await shown(id);
  expect(held).toMatchObject({ status: 'held', stages: [{ decidedBy: null }, { decidedBy: null }] });
  const approve = { decision: 'approve', reason: 'looked at it' };
  expect((await decide(as('key_desk'), id, approve).expect(403)).body.code).toBe('four-eyes');
  expect((await decide(as('key_m'), id).expect(422)).body.code).toBe('reason-required');
  await decide(as('key_m'), id, approve).expect(200);
  await as('key_desk2')
    .post('/api/v1/risk-hits')
    .send({ ...hit, rule: 'same-device' })
    .expect(201);
  expect((await shown(id)).stages[0].decidedBy).toBeNull();
  expect((await decide(finance('key_f'), id, approve).expect(200)).body.stages[0].decidedBy).toBe('key_f');
  expect((await decide(finance('key_f2'), id, approve).expect(200)).body.status).toBe('approved');
});

test('T-10 a hold by a person voids the first stage too; it is released in both stages', async () => {
  const { id } = await inTwoStages();
  await decide(as('key_m'), id).expect(200);
  await decide(finance('key_f'), id, { decision: 'hold', reason: 'to be looked at' }).expect(200);
  expect(await shown(id)).toMatchObject({ status: 'held', reason: 'to be looked at', stages: [{ decidedBy: null }, { decidedBy: null }] });
  await decide(as('key_m'), id).expect(200);
  expect((await decide(finance('key_f'), id).expect(200)).body.status).toBe('approved');
});

test('a hold of what a held correction follows leaves that as it is', async () => {
  const { id, sale, entry } = await inTwoStages();
  const refund = entry(-20_000, { adjusts: sale.data.entryId, reason: 'refund' });
  await approvals.deliver(refund);
  for (const reason of ['look', 'look again']) await decide(as('key_m'), id, { decision: 'hold', reason }).expect(200);
  expect(await approvalOf(refund.data.entryId)).toMatchObject({ status: 'held', decisions: 1 });
  await decide(as('key_m'), id).expect(200);
  await decide(finance('key_f'), id).expect(200);
  expect(await approvalOf(refund.data.entryId)).toMatchObject({ status: 'approved', decidedBy: 'automatic', decisions: 2 });
});

/** As a program with the database's password would try it. */
const insertDecision = (id: string, by: string, stage: string, change: { hash?: string; decision?: number; status?: string } = {}) =>
  approvals.sql(
    `INSERT INTO approval_decision (approval_id, decision, brand_id, status, decided_by, decided_at, stage, content_hash)
     SELECT id, $2, brand_id, $5, $3, now(), $4, coalesce($6, approval_content_hash(approval)) FROM approval WHERE id = $1`,
    [id, change.decision ?? 7, by, stage, change.status ?? 'approved', change.hash ?? null],
  );

test('SEC20 FG2 the database itself refuses the same person on both stages, the maker, who reported a hit, the wrong order, and other content', async () => {
  const { id, sale, brandId } = await inTwoStages();
  await expect(insertDecision(id, 'key_f', 'finance')).rejects.toThrow(/approval_stage_order/);
  await expect(insertDecision(id, 'key_author', 'manager')).rejects.toThrow(/approval_decision_four_eyes/);
  await expect(insertDecision(id, 'key_m', 'manager', { hash: 'c'.repeat(64) })).rejects.toThrow(/approval_content_changed/);
  await expect(insertDecision(id, 'automatic', 'manager')).rejects.toThrow(/approval_decision_on_content/);
  await decide(as('key_m'), id).expect(200);
  await expect(insertDecision(id, 'key_other', 'manager')).rejects.toThrow(/approval_stage_order/);
  await expect(insertDecision(id, 'key_m', 'finance')).rejects.toThrow(/approval_stages_need_two/);
  const hit = { brandId, conversionId: sale.data.conversionId, rule: 'velocity', detail: 'many' };
  await as('key_desk').post('/api/v1/risk-hits').send(hit).expect(201);
  await expect(insertDecision(id, 'key_desk', 'manager')).rejects.toThrow(/approval_decision_four_eyes/);
});

test('SEC20 the database itself approves nothing without the decision on its last stage, and lets no content change', async () => {
  const { id } = await inTwoStages();
  const update = (set: string) => approvals.sql(`UPDATE approval SET ${set} WHERE id = $1`, [id]);
  await expect(update(`status = 'approved', decided_by = 'key_f', decisions = 1`)).rejects.toThrow(/approval_without_decision/);
  await decide(as('key_m'), id).expect(200);
  await expect(update(`status = 'approved', decided_by = 'key_m'`)).rejects.toThrow(/approval_without_decision/);
  await expect(update(`status = 'approved', decided_by = 'automatic'`)).rejects.toThrow(/approval_automatic_is_free/);
  for (const set of ['amount = 1', `currency = 'EUR'`, `partner_id = 'ptr_x'`, `maker_id = 'x'`, `needs = 'manager'`, `needs = 'nobody'`])
    await expect(update(set)).rejects.toThrow(/approval_content_fixed/);
  await decide(finance('key_f'), id).expect(200);
  await expect(update(`status = 'rejected'`)).rejects.toThrow(/approval_content_fixed/);
  await expect(approvals.db.pool.query('UPDATE approval_decision SET decided_by = $1', ['x'])).rejects.toThrow(/permission denied/);
});

const keyed = (agent: ReturnType<typeof as>, id: string, key: string, body: object = { decision: 'approve' }) =>
  agent.post(`/api/v1/approvals/${id}/decision`).set('Idempotency-Key', key).send(body);
const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).sort();

test('FG1 a double click decides once: with one key the answer is told again, with two the second is refused', async () => {
  const { id } = await inTwoStages();
  const manager = as('key_m');
  const key = newId('event');
  const same = await Promise.all(Array.from({ length: 4 }, () => keyed(manager, id, key)));
  expect(new Set(same.flatMap(({ status, body }) => (status === 200 ? [JSON.stringify(body)] : []))).size).toBe(1);
  expect(statuses(same).filter((status) => status !== 200 && status !== 409)).toEqual([]);
  const administrator = as('key_admin', 'administrator');
  const others = await Promise.all(Array.from({ length: 4 }, () => keyed(administrator, id, newId('event'))));
  expect(statuses(others)).toEqual([200, 409, 409, 409]);
  const [{ count }] = (await approvals.sql('SELECT count(*)::int FROM approval_decision WHERE approval_id = $1', [id])) as [
    { count: number },
  ];
  expect(count).toBe(2);
});

test('FG1 FG2 one person who clicks twice with two keys never passes two stages', async () => {
  const { id } = await inTwoStages();
  const both = await Promise.all([1, 2].map(() => keyed(as('key_admin', 'administrator'), id, newId('event'))));
  expect(statuses(both)).toEqual([200, 403]);
  expect(await shown(id)).toMatchObject({ status: 'waiting', decisions: 1 });
});

test('FG2 two approvers at once: each takes one stage, and no two decisions stand on one', async () => {
  const { id, sale } = await inTwoStages();
  await Promise.all([decide(finance('key_1'), id), decide(finance('key_2'), id), decide(finance('key_3'), id)]);
  const done = await shown(id);
  expect(done).toMatchObject({ status: 'approved', decisions: 2 });
  expect(new Set(done.stages.map((one: { decidedBy: string }) => one.decidedBy)).size).toBe(2);
  expect(await approvedOf(sale.data.entryId)).toHaveLength(1);
});

test('FG3 approve while another rejects: one legal order wins, and what was told agrees with what is kept', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id, sale } = await inTwoStages();
    await decide(as('key_m'), id).expect(200);
    const reject = { decision: 'reject', reason: 'no such order' };
    const answers = await Promise.all([decide(finance('key_1'), id), decide(finance('key_2'), id, reject)]);
    expect(statuses(answers)).toEqual([200, 409]);
    const { status } = await shown(id);
    const told = (await approvals.published()).filter(({ subject }) => subject === sale.data.entryId);
    expect(told.map(({ type }) => type)).toEqual([`approvals.commission.${status}.v1`]);
  }
});
