import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aConversion, type Facts, riskDesk } from '../../test/risk-facts.js';
import { compose } from '../composition.js';

const now = new Date('2026-03-01T12:00:00Z');
let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  approvals = await startTestService(compose, { now });
  desk = riskDesk(approvals);
});
afterAll(() => approvals.stop());

const rules = [{ rule: 'velocity', parameters: { per: 'partner', atLeast: 2, minutes: 10 } }];
const casesOf = async (facts: Facts, query = '') =>
  (await desk.as('key_desk').get(`/api/v1/risk-cases?brandId=${facts.brandId}${query}`).expect(200)).body.data;
const inFull = async (id: string) => (await desk.as('key_desk').get(`/api/v1/risk-cases/${id}`).expect(200)).body;
const act = (id: string, what: string, body: object, actorId = 'key_lead') =>
  desk.as(actorId).post(`/api/v1/risk-cases/${id}/${what}`).send(body);
const report = (facts: Facts, conversionId: string, rule = 'odd', actorId = 'key_desk') =>
  desk.as(actorId).post('/api/v1/risk-hits').send({ brandId: facts.brandId, conversionId, rule, detail: 'odd' });

async function burst(count: number, amount = 60_000) {
  const facts = await desk.ruled(rules);
  const told = Array.from({ length: count }, () => aConversion(facts));
  const entries = told.map((one) => desk.earned(facts, one, amount));
  await approvals.deliver(...told, ...entries);
  const [found] = await casesOf(facts);
  return { facts, told, entries, found };
}

test('F-13 fifty hits of one rule on one partner are one case with fifty pieces of evidence', async () => {
  const { facts, entries, found } = await burst(50);
  expect(await casesOf(facts)).toHaveLength(1);
  expect(found).toMatchObject({ rule: 'velocity', partnerId: facts.partnerId, status: 'open', hits: 50 });
  const { hitIds, approvalIds, history } = await inFull(found.id);
  expect([hitIds.length, approvalIds.length, history.length]).toEqual([50, 50, 50]);
  expect(await desk.statusOf(entries[0] as never)).toBe('held');
});

test('F-07 fraud rejects all that a case holds, and what comes later of the partner opens another case', async () => {
  const { facts, entries, found } = await burst(3);
  const { body } = await act(found.id, 'resolution', { resolution: 'fraud', reason: 'click farm' }).expect(200);
  expect(body).toMatchObject({ status: 'resolved', resolution: 'fraud', resolvedBy: 'key_lead' });
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['rejected', 'rejected', 'rejected']);
  const rejected = (await approvals.published('approvals.commission.rejected.v1')).filter(({ data }) => data.brandId === facts.brandId);
  expect(rejected.map(({ data }) => [data.decidedBy, data.reason])).toEqual(
    Array(3).fill(['key_lead', `case ${found.id}, fraud: click farm`]),
  );
  expect((await act(found.id, 'resolution', { resolution: 'clear', reason: 'no' }).expect(409)).body.code).toBe('case-already-resolved');
  await act(found.id, 'notes', { note: 'late' }).expect(409);
  const more = aConversion(facts);
  await approvals.deliver(more);
  expect((await casesOf(facts)).map(({ status }: { status: string }) => status)).toEqual(['open', 'resolved']);
});

test('F-07 clear lets all be decided as if nothing had held it, and later entries of the conversions pass', async () => {
  const { facts, told, entries, found } = await burst(2, 1_000);
  await act(found.id, 'resolution', { resolution: 'clear', reason: 'a campaign of ours' }).expect(200);
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['waiting', 'waiting']);
  expect((await desk.decide(entries[0] as never, { decision: 'approve' })).status).toBe(200);
  const lift = desk.earned(facts, told[1] as never, 500);
  await approvals.deliver(lift);
  expect(await desk.statusOf(lift)).toBe('approved');
});

test('F-07 what another open case or a person holds stays held when one case is cleared', async () => {
  const { facts, told, entries, found } = await burst(3);
  const [first, second] = told.map(({ data }) => data.conversionId);
  await report(facts, first ?? '').expect(201);
  await approvals.sql(`UPDATE approval SET decided_by = 'key_manager' WHERE conversion_id = $1`, [second]);
  await act(found.id, 'resolution', { resolution: 'clear', reason: 'fine' }).expect(200);
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['held', 'held', 'waiting']);
  const other = (await casesOf(facts, '&status=open'))[0];
  expect(other.rule).toBe('odd');
  await act(other.id, 'resolution', { resolution: 'clear', reason: 'fine too' }).expect(200);
  expect(await desk.statusOf(entries[0] as never)).toBe('waiting');
});

test('F-07 who reported a hit does not clear it, and fraud above the threshold is for finance; the database refuses too', async () => {
  const facts = await desk.ruled([]);
  const told = aConversion(facts);
  const entry = desk.earned(facts, told, 600_000);
  await approvals.deliver(told, entry);
  await report(facts, told.data.conversionId).expect(201);
  const [found] = await casesOf(facts);
  expect((await act(found.id, 'resolution', { resolution: 'clear', reason: 'mine' }, 'key_desk').expect(403)).body.code).toBe('four-eyes');
  const set = `UPDATE risk_case SET status = 'resolved', resolution = 'clear', resolved_at = now(), resolved_by = $2 WHERE id = $1`;
  await expect(approvals.sql(set, [found.id, 'key_desk'])).rejects.toThrow(/four_eyes/);
  expect((await act(found.id, 'resolution', { resolution: 'fraud', reason: 'much' }).expect(403)).body.code).toBe('above-your-threshold');
  const finance = approvals.request({ actorId: 'key_finance', roles: ['finance-approver'] });
  await finance.post(`/api/v1/risk-cases/${found.id}/resolution`).send({ resolution: 'fraud', reason: 'much' }).expect(200);
  expect(await desk.statusOf(entry)).toBe('rejected');
  await expect(approvals.sql(set, [found.id, 'key_other'])).rejects.toThrow(/is resolved/);
});

test('notes, assignment and all else about a case are kept for ever, and strangers see nothing of it', async () => {
  const { facts, found } = await burst(2);
  await act(found.id, 'assignment', { assigneeId: 'key_lead', note: 'please look' }).expect(200);
  await act(found.id, 'notes', { note: 'same device', evidence: ['clk_1'] }).expect(201);
  const full = await inFull(found.id);
  expect(full).toMatchObject({ status: 'assigned', assignedTo: 'key_lead' });
  expect(full.history.map(({ action }: { action: string }) => action)).toEqual(['hit', 'hit', 'assigned', 'note']);
  expect(full.history[3]).toMatchObject({ number: 4, actorId: 'key_lead', note: 'same device', evidence: ['clk_1'] });
  for (const table of ['risk_case_step', 'risk_case_hit'])
    await expect(approvals.db.pool.query(`DELETE FROM ${table}`)).rejects.toThrow(/permission denied/);
  const stranger = approvals.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/risk-cases/${found.id}`).expect(404);
  for (const what of [
    ['notes', { note: 'x' }],
    ['assignment', { assigneeId: 'x' }],
    ['resolution', { resolution: 'fraud', reason: 'x' }],
  ] as const)
    await stranger.post(`/api/v1/risk-cases/${found.id}/${what[0]}`).send(what[1]).expect(404);
  const page = (await desk.as('key_desk').get(`/api/v1/risk-cases?partnerId=${facts.partnerId}&limit=1`).expect(200)).body;
  expect(page.data).toHaveLength(1);
});

test('a resolution and new hits and entries at the same time: nothing is left approved that is held, nor held without a case', async () => {
  for (let round = 0; round < 8; round++) {
    const { facts, told, found } = await burst(2);
    const more = aConversion(facts);
    const entry = desk.earned(facts, more, 1_000);
    const late = desk.earned(facts, told[0] as never, 1_000);
    await Promise.all([
      act(found.id, 'resolution', { resolution: 'clear', reason: 'fine' }),
      approvals.deliver(more),
      approvals.deliver(entry, late),
    ]);
    await approvals.service.messaging.drained();
    const open = await casesOf(facts, '&status=open');
    const status = await desk.statusOf(entry);
    // Either the hit joined the case that was cleared, or a new case holds it.
    expect([round, status]).toEqual([round, open.length === 1 ? 'held' : expect.stringMatching(/waiting|approved/)]);
    expect([round, await desk.statusOf(late)]).toEqual([round, expect.stringMatching(/waiting|approved/)]);
  }
});

test('D-10 F-07 after 31 days and after a year a hold is escalated, told of once, and still held; no run takes it', async () => {
  const { facts, entries, found } = await burst(2);
  expect(Date.parse(found.dueAt) - Date.parse(found.openedAt)).toBe(7 * 86_400_000);
  const [entry] = entries;
  if (!entry) throw new Error('no entry');
  const days = async (count: number) => approvals.moveClock(new Date(now.getTime() + count * 86_400_000));
  await days(31);
  await days(366);
  expect(await Promise.all(entries.map(desk.statusOf))).toEqual(['held', 'held']);
  const [escalated] = await casesOf(facts);
  expect(escalated).toMatchObject({ status: 'open', resolution: null });
  expect(escalated.escalatedAt).not.toBeNull();
  const told = (await approvals.published('approvals.case.escalated.v1')).filter(({ data }) => data.caseId === found.id);
  expect(told).toHaveLength(1);
  const runId = newId('run');
  const payout = facts.payout(runId, [{ entryId: entry.data.entryId, amount: 60_000 }]);
  await approvals.deliver(payout, facts.sealed(runId, [payout]));
  const refused = await approvals.published('approvals.run.refused.v1');
  expect(refused.find(({ data }) => data.runId === runId)?.data.reason).toBe('every-line-approved');
  // Only a person's decision moves it.
  await act(found.id, 'resolution', { resolution: 'clear', reason: 'looked at it' }).expect(200);
  expect(await desk.statusOf(entry)).toBe('waiting');
});
