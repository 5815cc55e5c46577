import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Role } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../../test/facts.js';
import { aConversion, riskDesk } from '../../../test/risk-facts.js';
import { compose } from '../../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-01T12:00:00Z') });
});
afterAll(() => approvals.stop());

const hour = 3_600_000;
const later = (hours: number) => approvals.moveClock(new Date(approvals.clock.now().getTime() + hours * hour));
const as = (actorId: string, role: Role = 'programme-manager') => approvals.request({ actorId, roles: [role] });
const finance = (actorId: string) => as(actorId, 'finance-approver');
const shown = async (id: string) => (await as('key_m').get(`/api/v1/approvals/${id}`).expect(200)).body;
const decidersOf = async (id: string) => (await shown(id)).stages.map((one: { decidedBy: string | null }) => one.decidedBy);
const decide = (agent: ReturnType<typeof as>, id: string, body: object = {}) =>
  agent.post(`/api/v1/approvals/${id}/decision`).send({ decision: 'approve', ...body });

/** A commission that a manager and then finance have approved, each with a day for it. */
async function approvedInStages() {
  const world = aBrandWithPartner();
  const { brandId, brand, partner, entry } = world;
  await approvals.deliver(brand, partner());
  const path = `/api/v1/brands/${brandId}/routing-policies`;
  const rows = [{ name: 'all', outcome: 'manager-and-finance', decideWithinHours: 24 }];
  await as('key_writer').post(path).send({ rows, reason: 'two look' }).expect(201);
  await as('key_acceptor').post(`${path}/1/accept`).send({}).expect(200);
  const sale = entry(60_000);
  await approvals.deliver(sale);
  const [{ id }] = (await as('key_m').get(`/api/v1/approvals?entryId=${sale.data.entryId}`).expect(200)).body.data;
  await decide(as('key_m'), id).expect(200);
  await decide(finance('key_f'), id).expect(200);
  const report = (rule = 'odd', by = 'key_desk') =>
    as(by).post('/api/v1/risk-hits').send({ brandId, conversionId: sale.data.conversionId, rule, detail: 'odd' }).expect(201);
  const told = async () =>
    (await approvals.published())
      .filter(({ subject, type }) => subject === sale.data.entryId && type.startsWith('approvals.commission.'))
      .map(({ type }) => type.split('.')[2]);
  const resolve = async (resolution: string, by = 'key_lead') => {
    const [open] = (await as(by).get(`/api/v1/risk-cases?brandId=${brandId}&status=open`).expect(200)).body.data;
    return as(by).post(`/api/v1/risk-cases/${open.id}/resolution`).send({ resolution, reason: 'looked into' });
  };
  return { ...world, id: id as string, sale, report, resolve, told };
}

test('T-46 D-11 FG6 a hit after two stages holds again and voids both; cleared, it is approved again by two persons, in its time', async () => {
  const { id, brandId, report, resolve, told } = await approvedInStages();
  const before = await shown(id);
  await later(30);
  await report();
  const held = await shown(id);
  expect(held).toMatchObject({ status: 'held', decidedBy: 'automatic', needs: 'manager-and-finance', decisions: 3, escalatedAt: null });
  expect(held.contentHash).not.toBe(before.contentHash);
  expect(await decidersOf(id)).toEqual([null, null]);
  expect(Date.parse(held.dueAt) - Date.parse(held.decidedAt)).toBe(24 * hour);
  expect((await decide(finance('key_f2'), id, { contentHash: before.contentHash, reason: 'r' }).expect(409)).body.code).toBe(
    'approval-content-changed',
  );
  const batch = { brandId, decision: 'approve', items: [{ approvalId: id }] };
  const [row] = (await finance('key_f').post('/api/v1/approvals/batch-decisions').send(batch).expect(200)).body.rows;
  expect(row).toMatchObject({ outcome: 'exception', code: 'risk-hit' });
  await later(25);
  expect((await shown(id)).escalatedAt).not.toBeNull();
  expect((await resolve('clear', 'key_desk')).body.code).toBe('four-eyes');
  expect((await resolve('clear')).status).toBe(200);
  const waiting = await shown(id);
  expect(waiting).toMatchObject({ status: 'waiting', contentHash: held.contentHash, escalatedAt: null, exception: null, decisions: 4 });
  expect(Date.parse(waiting.dueAt) - approvals.clock.now().getTime()).toBeGreaterThan(23 * hour);
  // Who reported the hit stays one of those who do not approve, cleared or not.
  expect((await decide(as('key_desk'), id).expect(403)).body.code).toBe('four-eyes');
  await decide(as('key_m'), id, { contentHash: waiting.contentHash }).expect(200);
  expect(await decidersOf(id)).toEqual(['key_m', null]);
  expect((await decide(finance('key_m'), id).expect(403)).body.code).toBe('four-eyes');
  expect((await decide(finance('key_desk'), id).expect(403)).body.code).toBe('four-eyes');
  const last = (await decide(finance('key_f'), id).expect(200)).body;
  expect(last).toMatchObject({ status: 'approved', decidedBy: 'key_f', decisions: 6, contentHash: held.contentHash });
  expect(await told()).toEqual(['approved', 'held', 'escalated', 'approved']);
});

test('T-46 F-07 a hit after two stages, and fraud rejects it for good', async () => {
  const { id, report, resolve, told } = await approvedInStages();
  await report();
  expect((await resolve('fraud')).status).toBe(200);
  expect(await shown(id)).toMatchObject({ status: 'rejected', decidedBy: 'key_lead' });
  expect((await decide(finance('key_f'), id, { reason: 'r' }).expect(409)).body.code).toBe('approval-already-decided');
  await report('velocity');
  expect(await shown(id)).toMatchObject({ status: 'rejected' });
  expect(await told()).toEqual(['approved', 'held', 'rejected']);
});

test('T-46 F-07 T-12 past a hit a stage answers no doubt for the next: a batch leaves it, and fraud still rejects it', async () => {
  const { id, brandId, report, resolve } = await approvedInStages();
  await report();
  expect((await decide(as('key_m'), id, { reason: 'looks right' }).expect(200)).body.status).toBe('waiting');
  const batch = { brandId, decision: 'approve', reason: 'all of them', filter: {} };
  const { body } = await finance('key_f').post('/api/v1/approvals/batch-decisions').send(batch).expect(200);
  expect(body.rows).toMatchObject([{ approvalId: id, outcome: 'exception', code: 'risk-hit' }]);
  expect((await resolve('fraud')).body.code).toBe('above-your-threshold');
  const [open] = (await as('key_lead').get(`/api/v1/risk-cases?brandId=${brandId}&status=open`).expect(200)).body.data;
  const fraud = { resolution: 'fraud', reason: 'looked into' };
  await finance('key_f').post(`/api/v1/risk-cases/${open.id}/resolution`).send(fraud).expect(200);
  expect(await shown(id)).toMatchObject({ status: 'rejected', decidedBy: 'key_f' });
});

test('T-07 F-07 rows that look back count hits and flags of a partner, and none that was cleared', async () => {
  const desk = riskDesk(approvals);
  const facts = await desk.ruled([{ rule: 'velocity', parameters: { per: 'partner', atLeast: 2, minutes: 10 }, action: 'flag' }]);
  const { brandId } = facts;
  const path = `/api/v1/brands/${brandId}/routing-policies`;
  const flagged = { combinator: 'and', rules: [{ field: 'flags.30', operator: '>=', value: 1 }] };
  const rows = [
    { name: 'flagged', when: flagged, outcome: 'manager' },
    { name: 'rest', outcome: 'auto' },
  ];
  await as('key_writer').post(path).send({ rows, reason: 'look back' }).expect(201);
  await as('key_acceptor').post(`${path}/1/accept`).send({}).expect(200);
  const at = approvals.clock.now().toISOString();
  const earn = async () => {
    const told = aConversion(facts, {}, at);
    const entry = desk.earned(facts, told);
    await approvals.deliver(told, entry);
    return desk.statusOf(entry);
  };
  const [first, second] = [await earn(), await earn()];
  expect([first, second]).toEqual(['approved', 'waiting']);
  for (const { id } of (await as('key_lead').get(`/api/v1/risk-cases?brandId=${brandId}`).expect(200)).body.data)
    await as('key_lead').post(`/api/v1/risk-cases/${id}/resolution`).send({ resolution: 'clear', reason: 'a campaign' }).expect(200);
  await later(1);
  const plain = facts.entry(1_000);
  const untold = aConversion(facts, { conversionId: plain.data.conversionId ?? '' }, approvals.clock.now().toISOString());
  await approvals.deliver(untold, plain);
  expect(await desk.statusOf(plain)).toBe('approved');
});

test('SEC20 T-46 the database opens an approved one for a hit that came since, and for nothing else', async () => {
  const { id, report, resolve, entry, brandId } = await approvedInStages();
  const open = (decisions: number, status = 'held', by = 'automatic') =>
    approvals.sql('UPDATE approval SET status = $2, decided_by = $3, decisions = $4 WHERE id = $1', [id, status, by, decisions]);
  for (const status of ['held', 'waiting', 'rejected']) await expect(open(3, status)).rejects.toThrow(/approval_content_fixed/);
  await report();
  // Approved past the hit, by two persons: it was there before, and reopens nothing.
  expect((await resolve('clear')).status).toBe(200);
  await decide(as('key_m'), id).expect(200);
  await decide(finance('key_f'), id).expect(200);
  for (const decisions of [4, 6, 7]) await expect(open(decisions)).rejects.toThrow(/approval_(content_fixed|decisions_grow)/);
  await expect(approvals.sql('UPDATE approval SET decisions = 2 WHERE id = $1', [id])).rejects.toThrow(/approval_decisions_grow/);
  // Nor does a hit of another conversion, or one that holds nothing.
  const effect = `INSERT INTO risk_hit_effect (hit_id, approval_id, brand_id, effect, decision) VALUES ($1, $2, $3, $4, 7)`;
  const { conversionId } = entry(1).data;
  const foreign = await as('key_desk').post('/api/v1/risk-hits').send({ brandId, conversionId, rule: 'odd', detail: 'odd' }).expect(201);
  await approvals.sql(effect, [foreign.body.id, id, brandId, 'held']);
  await expect(open(7)).rejects.toThrow(/approval_content_fixed/);
  await report('velocity');
  expect((await shown(id)).status).toBe('held');
});
