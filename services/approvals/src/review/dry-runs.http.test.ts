import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../test/facts.js';
import { compose } from '../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose);
});
afterAll(() => approvals.stop());

const decide = (id: string, body: object, query = '', actorId = 'key_manager') =>
  approvals
    .request({ actorId, roles: ['programme-manager'] })
    .post(`/api/v1/approvals/${id}/decision${query}`)
    .send(body);
const approvalOf = async (entryId: string) =>
  (await approvals.request().get(`/api/v1/approvals?entryId=${entryId}`).expect(200)).body.data[0];

/** Every row of every table, the outbox among them; without how far the relay has got with it. */
const everyRow = () =>
  approvals.sql(
    `SELECT table_name, query_to_xml(format('SELECT count(*) AS n, md5(string_agg(one::text, chr(10) ORDER BY one::text)) AS content FROM %I.%I AS one',
       table_schema, table_name), false, true, '')::text AS content
     FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
       AND (table_schema, table_name) NOT IN (('messaging', 'sent'), ('messaging', 'unpublished')) ORDER BY table_name`,
  );

/** A commission that waits for a manager, and what a refund took back of it: that shares its fate. */
async function waiting() {
  const { brand, partner, entry } = aBrandWithPartner();
  const sale = entry(60_000);
  const refund = entry(-20_000, { adjusts: sale.data.entryId, reason: 'refund' });
  await approvals.deliver(brand, partner(), sale, refund);
  const [{ id }, follower] = [await approvalOf(sale.data.entryId), await approvalOf(refund.data.entryId)];
  return { id: id as string, followerId: follower.id as string, entryIds: [sale.data.entryId, refund.data.entryId] };
}

const decisions: [body: { decision: string; reason?: string }, status: string][] = [
  [{ decision: 'approve' }, 'approved'],
  [{ decision: 'reject', reason: 'no such order' }, 'rejected'],
  [{ decision: 'hold', reason: 'to be looked at' }, 'held'],
];

test.each(decisions)(
  'O-12 decideApproval %j: the dry run says what the real decision does, and leaves nothing behind',
  async (body, status) => {
    const { id, entryIds } = await waiting();
    const before = await everyRow();
    const dry = await decide(id, body, '?dryRun=true').expect(200);
    expect(await everyRow()).toEqual(before);
    for (const entryId of entryIds) expect(await approvalOf(entryId)).toMatchObject({ status: 'waiting', decidedAt: null });
    const told = async () => (await approvals.published()).filter(({ subject }) => entryIds.includes(subject ?? ''));
    expect(await told()).toEqual([]);
    const real = await decide(id, body).expect(200);
    const sameBut = {
      decidedAt: expect.any(String),
      stages: dry.body.stages.map((one: object) => ({ ...one, decidedAt: expect.anything() })),
    };
    expect(real.body).toEqual({ ...dry.body, ...(status === 'approved' ? sameBut : { decidedAt: sameBut.decidedAt }) });
    expect(real.body).toMatchObject({ status, amount: 60_000, decidedBy: 'key_manager' });
    expect(dry.body.decidedAt).toEqual(expect.any(String));
    expect(await told()).not.toEqual([]);
  },
);

test('O-12 a decision by another since the dry run is a declared conflict, and what is refused is foretold', async () => {
  const { id, followerId } = await waiting();
  const dry = '?dryRun=true';
  await decide(id, { decision: 'approve' }, dry).expect(200);
  expect((await decide(followerId, { decision: 'approve' }, dry).expect(409)).body.code).toBe('approval-follows-original');
  expect((await decide(id, { decision: 'approve' }, dry, 'key_author').expect(403)).body.code).toBe('four-eyes');
  await decide(id, { decision: 'reject', reason: 'fraud' }, '', 'key_other').expect(200);
  const before = await everyRow();
  for (const query of ['', dry])
    expect((await decide(id, { decision: 'approve' }, query).expect(409)).body.code).toBe('approval-already-decided');
  expect(await everyRow()).toEqual(before);
});
