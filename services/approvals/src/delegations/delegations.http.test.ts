import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, type Role } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../test/facts.js';
import { compose } from '../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-01T00:00:00Z') });
});
afterAll(() => approvals.stop());

const as = (actorId: string, role: Role = 'programme-manager') => approvals.request({ actorId, roles: [role] });
const finance = (actorId: string) => as(actorId, 'finance-approver');
const inHours = (hours: number) => new Date(approvals.clock.now().getTime() + hours * 60 * 60 * 1000).toISOString();
const delegate = (from: ReturnType<typeof as>, brandId: string, delegateId: string, change: object = {}) =>
  from.post('/api/v1/approval-delegations').send({ brandId, delegateId, validUntil: inHours(24), reason: 'on leave', ...change });
const decide = (by: ReturnType<typeof as>, id: string, onBehalfOf?: string, decision = 'approve') =>
  by.post(`/api/v1/approvals/${id}/decision`).send({ decision, onBehalfOf, ...(decision === 'approve' ? {} : { reason: 'no' }) });
const shown = async (entryId: string) => (await approvals.request().get(`/api/v1/approvals?entryId=${entryId}`).expect(200)).body.data[0];

/** Commissions that wait, of a brand where a manager and then finance decide. */
async function waiting(count = 1) {
  const world = aBrandWithPartner();
  await approvals.deliver(world.brand, world.partner());
  const path = `/api/v1/brands/${world.brandId}/routing-policies`;
  await as('key_writer')
    .post(path)
    .send({ rows: [{ name: 'all', outcome: 'manager-and-finance' }], reason: 'two look' })
    .expect(201);
  await as('key_acceptor').post(`${path}/1/accept`).send({}).expect(200);
  const entries = Array.from({ length: count }, () => world.entry(60_000));
  await approvals.deliver(...entries);
  const ids = await Promise.all(entries.map(async ({ data }) => (await shown(data.entryId)).id as string));
  return { ...world, entries, ids };
}

test('a delegate decides in the name of who let him, for that time; the decision names both', async () => {
  const { brandId, ids, entries } = await waiting(2);
  const [first = '', second = ''] = ids;
  expect((await decide(as('key_d'), first, 'key_m').expect(403)).body.code).toBe('delegation-not-in-force');
  const { body: given } = await delegate(as('key_m'), brandId, 'key_d', { validFrom: inHours(1) }).expect(201);
  expect(given).toMatchObject({ giverId: 'key_m', delegateId: 'key_d', aboveThreshold: false, revokedAt: null });
  expect((await decide(as('key_d'), first, 'key_m').expect(403)).body.code).toBe('delegation-not-in-force');
  await approvals.moveClock(inHours(2));
  const { body } = await decide(as('key_d'), first, 'key_m').expect(200);
  expect(body.stages[0]).toMatchObject({ stage: 'manager', decidedBy: 'key_d', onBehalfOf: 'key_m' });
  await decide(finance('key_f'), first).expect(200);
  const [told] = (await approvals.published('approvals.commission.approved.v1')).filter(
    ({ subject }) => subject === entries[0]?.data.entryId,
  );
  expect(told?.data.stages).toEqual([
    { stage: 'manager', decidedBy: 'key_d', onBehalfOf: 'key_m' },
    { stage: 'finance', decidedBy: 'key_f' },
  ]);
  const kept = await approvals.sql('SELECT decided_by, on_behalf_of FROM approval_decision WHERE approval_id = $1 ORDER BY decision', [
    first,
  ]);
  expect(kept).toEqual([
    { decided_by: 'key_d', on_behalf_of: 'key_m' },
    { decided_by: 'key_f', on_behalf_of: null },
  ]);
  await approvals.moveClock(inHours(25));
  expect((await decide(as('key_d'), second, 'key_m').expect(403)).body.code).toBe('delegation-not-in-force');
});

test('SEC20 four eyes count both persons, on both stages', async () => {
  const { brandId, ids } = await waiting();
  const [id = ''] = ids;
  await delegate(as('key_author'), brandId, 'key_d').expect(201);
  await delegate(finance('key_f'), brandId, 'key_d').expect(201);
  await delegate(finance('key_d'), brandId, 'key_x').expect(201);
  expect((await decide(finance('key_d'), id, 'key_author').expect(403)).body.code).toBe('four-eyes');
  await decide(finance('key_d'), id, 'key_f').expect(200);
  for (const [by, name] of [['key_d'], ['key_f'], ['key_x', 'key_d']] as const)
    expect((await decide(finance(by), id, name).expect(403)).body.code).toBe('four-eyes');
  expect((await decide(finance('key_x'), id).expect(200)).body.status).toBe('approved');
});

test('a delegate reaches no further than his own roles, nor than those of who let him', async () => {
  const { brandId, ids } = await waiting();
  const [id = ''] = ids;
  await delegate(as('key_m'), brandId, 'key_d').expect(201);
  await delegate(finance('key_f'), brandId, 'key_d').expect(201);
  await decide(as('key_first'), id).expect(200);
  expect((await decide(as('key_d'), id, 'key_f').expect(403)).body.code).toBe('above-your-threshold');
  expect((await decide(finance('key_d'), id, 'key_m').expect(403)).body.code).toBe('above-your-threshold');
  expect((await decide(finance('key_d'), id, 'key_f', 'reject').expect(200)).body.status).toBe('rejected');
  const [rejected] = await approvals.sql(`SELECT on_behalf_of FROM approval_decision WHERE approval_id = $1 AND status = 'rejected'`, [id]);
  expect(rejected).toEqual({ on_behalf_of: 'key_f' });
});

test('who gave a delegation takes it back, or an administrator; what was decided by it stays', async () => {
  const { brandId, ids } = await waiting();
  const [id = ''] = ids;
  const { body: given } = await delegate(as('key_m'), brandId, 'key_d').expect(201);
  const revoke = (by: ReturnType<typeof as>) => by.post(`/api/v1/approval-delegations/${given.id}/revoke`).send({});
  expect((await revoke(as('key_d')).expect(403)).body.code).toBe('not-permitted');
  const both = await Promise.all([revoke(as('key_m')).expect(200), revoke(as('key_admin', 'administrator')).expect(200)]);
  expect(new Set(both.map(({ body }) => body.revokedBy)).size).toBe(1);
  expect((await decide(as('key_d'), id, 'key_m').expect(403)).body.code).toBe('delegation-not-in-force');
  const told = (await approvals.published('approvals.delegation.changed.v1')).filter(({ subject }) => subject === given.id);
  expect(told.map(({ data }) => data.revokedBy)).toEqual([null, both[0]?.body.revokedBy]);
  const { body: list } = await as('key_m').get(`/api/v1/approval-delegations?brandId=${brandId}&delegateId=key_d`).expect(200);
  expect(list.data).toEqual([both[0]?.body]);
});

test('delegations go forward in time, to another person, within a brand of theirs', async () => {
  const { brandId } = await waiting(0);
  const refused = async (delegateId: string, change: object) =>
    (await delegate(as('key_m'), brandId, delegateId, change).expect(422)).body.errors[0].pointer;
  expect(await refused('key_m', {})).toBe('/delegateId');
  expect(await refused('key_d', { validUntil: inHours(-1) })).toBe('/validUntil');
  expect(await refused('key_d', { validFrom: inHours(2), validUntil: inHours(2) })).toBe('/validUntil');
  await delegate(as('key_a', 'auditor'), brandId, 'key_d').expect(403);
  const { body: given } = await delegate(as('key_m'), brandId, 'key_d').expect(201);
  const stranger = approvals.request({ brandIds: [newId('brand')] });
  await delegate(stranger, brandId, 'key_d').expect(404);
  await stranger.post(`/api/v1/approval-delegations/${given.id}/revoke`).send({}).expect(404);
  expect((await stranger.get('/api/v1/approval-delegations').expect(200)).body.data).toEqual([]);
});

test('SEC20 the database itself refuses a decision in the name of who gave nothing, of the maker, or by one person twice', async () => {
  const { brandId, ids } = await waiting();
  const [id = ''] = ids;
  const insert = (by: string, name: string, stage = 'manager') =>
    approvals.sql(
      `INSERT INTO approval_decision (approval_id, decision, brand_id, status, decided_by, on_behalf_of, decided_at, stage, content_hash)
       SELECT id, 7, brand_id, 'approved', $2, $3, $5, $4, approval_content_hash(approval) FROM approval WHERE id = $1`,
      [id, by, name, stage, approvals.clock.now()],
    );
  await expect(insert('key_d', 'key_m')).rejects.toThrow(/approval_delegation_missing/);
  await delegate(as('key_author'), brandId, 'key_d').expect(201);
  await delegate(as('key_m'), brandId, 'key_d').expect(201);
  await expect(insert('key_d', 'key_author')).rejects.toThrow(/approval_decision_four_eyes/);
  await decide(as('key_m'), id).expect(200);
  await expect(insert('key_d', 'key_m', 'finance')).rejects.toThrow(/approval_delegation_missing/);
  await delegate(finance('key_m'), brandId, 'key_d').expect(201);
  await expect(insert('key_d', 'key_m', 'finance')).rejects.toThrow(/approval_stages_need_two/);
  await expect(approvals.sql('UPDATE approval_decision SET on_behalf_of = decided_by WHERE approval_id = $1', [id])).rejects.toThrow(
    /approval_decision_two_persons/,
  );
  await expect(approvals.db.pool.query('UPDATE approval_delegation SET valid_until = now()')).rejects.toThrow(/permission denied/);
});
