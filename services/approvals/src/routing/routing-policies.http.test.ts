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
const path = (brandId: string, rest = '') => `/api/v1/brands/${brandId}/routing-policies${rest}`;
const rule = (field: string, operator: string, value: unknown) => ({ combinator: 'and', rules: [{ field, operator, value }] });
const theRest = { name: 'the-rest', outcome: 'auto' };
const write = (brandId: string, rows: object[], change: object = {}) =>
  as('key_author_of_table')
    .post(path(brandId))
    .send({ rows, reason: 'new policy', ...change });
/** Written by one and accepted by another. */
async function inForce(brandId: string, ...rows: object[]) {
  const { version } = (await write(brandId, rows).expect(201)).body;
  return (
    await as('key_other')
      .post(path(brandId, `/${version}/accept`))
      .send({})
      .expect(200)
  ).body;
}
const approvalOf = async (entryId: string) =>
  (await approvals.request().get(`/api/v1/approvals?entryId=${entryId}`).expect(200)).body.data[0];

test('T-07 exactly one row of the table decides, and it is kept with the facts it looked at', async () => {
  const { brandId, brand, partner, entry } = aBrandWithPartner({
    tags: [
      { tag: 'vip', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: null },
      { tag: 'new', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: '2026-02-01T00:00:00.000Z' },
    ],
  });
  await approvals.deliver(brand, partner());
  await inForce(
    brandId,
    { name: 'large', when: rule('size', '>', 500_000), outcome: 'manager-and-finance', because: '{amount} is large' },
    { name: 'newcomers', when: rule('partner.tags', 'contains', 'new'), outcome: 'finance' },
    { name: 'vip', when: rule('partner.tags', 'contains', 'vip'), outcome: 'auto' },
    { name: 'the-rest', outcome: 'manager' },
  );
  const [small, large] = [entry(60_000), entry(500_001)];
  await approvals.deliver(small, large);
  expect(await approvalOf(small.data.entryId)).toMatchObject({
    status: 'approved',
    needs: 'nobody',
    routing: { policyVersion: 1, row: 'vip', facts: { size: 60_000, takesOut: true, byHand: false, 'partner.tags': ['vip'] } },
  });
  const [told] = (await approvals.published('approvals.commission.approved.v1')).filter(({ subject }) => subject === small.data.entryId);
  expect(told?.data.routing).toEqual({ policyVersion: 1, row: 'vip' });
  const waiting = await approvalOf(large.data.entryId);
  expect(waiting).toMatchObject({
    status: 'waiting',
    needs: 'manager-and-finance',
    route: '5000.01 USD is large: a manager decides, then finance',
    routing: { policyVersion: 1, row: 'large' },
  });
  expect((await as('key_m').get(`/api/v1/approvals/${waiting.id}`).expect(200)).body.routing).toEqual(waiting.routing);
});

test('T-09 a commission of 20.00 with a risk hit 10 days ago needs a manager; once 30 days have passed it does not', async () => {
  const { brandId, brand, partner, entry } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  await inForce(brandId, { name: 'recently-flagged', when: rule('flags.30', '>=', 1), outcome: 'manager' }, theRest);
  const first = entry(100);
  await approvals.deliver(first);
  const { conversionId } = first.data;
  await as('key_risk').post('/api/v1/risk-hits').send({ brandId, conversionId, rule: 'velocity', detail: 'many' }).expect(201);
  const start = approvals.clock.now().getTime();
  const [after10, almost30, later] = [entry(2000), entry(2000), entry(2000)];
  await approvals.moveClock(new Date(start + 10 * 86_400_000));
  await approvals.deliver(after10);
  await approvals.moveClock(new Date(start + 30 * 86_400_000 - 60_000));
  await approvals.deliver(almost30);
  await approvals.moveClock(new Date(start + 30 * 86_400_000 + 60_000));
  await approvals.deliver(later);
  expect(await approvalOf(after10.data.entryId)).toMatchObject({
    status: 'waiting',
    needs: 'manager',
    routing: { row: 'recently-flagged', facts: { 'flags.30': 1 } },
  });
  expect((await approvalOf(almost30.data.entryId)).status).toBe('waiting');
  expect(await approvalOf(later.data.entryId)).toMatchObject({
    status: 'approved',
    routing: { row: 'the-rest', facts: { 'flags.30': 0 } },
  });
});

test('T-08 T-10 C-07 a brand that wrote no table has that of its limits, shown like any other', async () => {
  const { brandId, brand, partner, entry } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  const { body } = await as('key_m').get(`/api/v1/brands/${brandId}/routing-table`).expect(200);
  expect(body.policyVersion).toBeNull();
  expect(body.rows.at(-1)).toEqual({
    name: 'within-automatic-limit',
    outcome: 'auto',
    because: '{amount} of a low-risk partner is within the automatic limit of 500.00 USD',
  });
  const entries = [49_999, 50_000, 50_001, 500_000, 500_001].map((amount) => entry(amount));
  await approvals.deliver(...entries);
  const needs = await Promise.all(entries.map(async ({ data }) => (await approvalOf(data.entryId)).needs));
  expect(needs).toEqual(['nobody', 'nobody', 'manager', 'manager', 'finance']);
  const euros = entry(100, { currency: 'EUR' });
  await approvals.deliver(euros);
  expect(await approvalOf(euros.data.entryId)).toMatchObject({ needs: 'finance', routing: { policyVersion: null, row: 'other-currency' } });
});

test('a version counts from its instant on, once another person has accepted it; earlier decisions keep theirs', async () => {
  const { brandId, brand, partner, entry } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  const from = new Date(approvals.clock.now().getTime() + 86_400_000);
  const all = [{ name: 'all', outcome: 'finance' }];
  const { body: written } = await write(brandId, all, { effectiveFrom: from.toISOString() }).expect(201);
  expect(written).toMatchObject({ version: 1, authorId: 'key_author_of_table', acceptedBy: null, rows: all });
  const accept = (actorId: string, version = 1) =>
    as(actorId)
      .post(path(brandId, `/${version}/accept`))
      .send({});
  expect((await accept('key_author_of_table').expect(403)).body.code).toBe('four-eyes');
  await accept('key_other').expect(200);
  expect((await accept('key_third').expect(409)).body.code).toBe('routing-policy-already-accepted');
  const [before, after] = [entry(100), entry(100)];
  await approvals.deliver(before);
  await approvals.moveClock(from);
  await approvals.deliver(after, before);
  expect(await approvalOf(before.data.entryId)).toMatchObject({ status: 'approved', routing: { policyVersion: null } });
  expect(await approvalOf(after.data.entryId)).toMatchObject({ needs: 'finance', routing: { policyVersion: 1, row: 'all' } });
  const [told] = (await approvals.published('approvals.routing-policy.accepted.v1')).filter(({ subject }) => subject === brandId);
  expect(told?.data).toMatchObject({ version: 1, authorId: 'key_author_of_table', acceptedBy: 'key_other', rows: all });
  await write(brandId, [theRest]).expect(201);
  await write(brandId, all).expect(201);
  await accept('key_other', 3).expect(200);
  expect((await accept('key_other', 2).expect(409)).body.code).toBe('routing-policy-superseded');
  const { body: list } = await as('key_m').get(path(brandId, '?limit=2')).expect(200);
  expect(list.data.map((one: { version: number }) => one.version)).toEqual([3, 2]);
  const { body: next } = await as('key_m')
    .get(path(brandId, `?limit=2&cursor=${list.nextCursor}`))
    .expect(200);
  expect(next).toMatchObject({ data: [{ version: 1, acceptedBy: 'key_other' }], nextCursor: null });
});

test('T-07 a table with a gap, or with rows that nothing reaches, is refused by row', async () => {
  const { brandId, brand, partner } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  const large = { name: 'large', when: rule('size', '>', 500), outcome: 'finance' };
  const refused = async (...rows: object[]) => {
    const { body } = await write(brandId, rows).expect(422);
    return [body.code, body.errors];
  };
  expect(await refused(large)).toEqual(['routing-table-invalid', [{ pointer: '/rows', rule: 'last-row-leaves-a-gap' }]]);
  expect(await refused(theRest, large, { name: 'last', outcome: 'auto' })).toEqual([
    'routing-table-invalid',
    [
      { pointer: '/rows/1', rule: 'row-is-unreachable' },
      { pointer: '/rows/2', rule: 'row-is-unreachable' },
    ],
  ]);
  const dry = await as('key_m')
    .post(path(brandId, '?dryRun=true'))
    .send({ rows: [large, theRest], reason: 'try' })
    .expect(200);
  expect(dry.body).toMatchObject({ version: 1 });
  expect((await as('key_m').get(path(brandId)).expect(200)).body.data).toEqual([]);
});

test('the database itself keeps versions as they are, and refuses who accepts their own', async () => {
  const { brandId, brand, partner } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  await write(brandId, [theRest]).expect(201);
  const insert = (author: string, by: string) =>
    approvals.sql('INSERT INTO routing_policy_acceptance VALUES ($1, 1, $2, $3, now())', [brandId, author, by]);
  await expect(insert('key_author_of_table', 'key_author_of_table')).rejects.toThrow(/routing_policy_four_eyes/);
  await expect(insert('key_nobody', 'key_author_of_table')).rejects.toThrow(/routing_policy_acceptance_of/);
  await expect(approvals.db.pool.query(`UPDATE routing_policy SET rows = '[]'`)).rejects.toThrow(/permission denied/);
  await expect(approvals.db.pool.query('DELETE FROM routing_policy_acceptance')).rejects.toThrow(/permission denied/);
});

test('C-07 who may write and accept a table; outside the brand there is none', async () => {
  const { brandId, brand, partner } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  const rows = [theRest];
  await as('key_f', 'finance-approver').post(path(brandId)).send({ rows, reason: 'x' }).expect(403);
  await as('key_a', 'auditor').post(path(brandId)).send({ rows, reason: 'x' }).expect(403);
  await write(brandId, rows).expect(201);
  await as('key_r', 'relationship-owner').post(path(brandId, '/1/accept')).send({}).expect(403);
  const stranger = approvals.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/brands/${brandId}/routing-table`).expect(404);
  await stranger.get(path(brandId)).expect(404);
  await stranger.post(path(brandId, '/1/accept')).send({}).expect(404);
  await as('key_f', 'finance-approver').post(path(brandId, '/1/accept')).send({}).expect(200);
  await as('key_m').post(path(brandId, '/9/accept')).send({}).expect(404);
  await as('key_m')
    .get(`/api/v1/brands/${newId('brand')}/routing-table`)
    .expect(404);
});

test('two who write at once get two versions', async () => {
  const { brandId, brand, partner } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  const written = await Promise.all(Array.from({ length: 5 }, () => write(brandId, [theRest]).expect(201)));
  expect(written.map(({ body }) => body.version).sort()).toEqual([1, 2, 3, 4, 5]);
});

test('T-07 T-10 a table for payouts is written and accepted like one for commissions, and does not touch it', async () => {
  const { brandId, brand, partner, entry } = aBrandWithPartner();
  await approvals.deliver(brand, partner());
  const shown = async (query = '') => (await as('key_m').get(`/api/v1/brands/${brandId}/routing-table${query}`).expect(200)).body;
  expect((await shown('?appliesTo=payouts')).rows.map(({ name, outcome }: Record<string, unknown>) => [name, outcome])).toEqual([
    ['other-currency', 'manager-and-finance'],
    ['above-finance-threshold', 'manager-and-finance'],
    ['within-finance-threshold', 'finance'],
  ]);
  const { body } = await write(brandId, [theRest], { appliesTo: 'payouts' }).expect(422);
  expect(body.errors).toEqual([{ pointer: '/rows/0/outcome', rule: 'payout-needs-a-person' }]);
  const rows = [{ name: 'all', outcome: 'manager-and-finance' }];
  const { version } = (await write(brandId, rows, { appliesTo: 'payouts' }).expect(201)).body;
  expect(
    (
      await as('key_author_of_table')
        .post(path(brandId, `/${version}/accept`))
        .send({})
        .expect(403)
    ).body.code,
  ).toBe('four-eyes');
  await as('key_other')
    .post(path(brandId, `/${version}/accept`))
    .send({})
    .expect(200);
  expect(await shown('?appliesTo=payouts')).toMatchObject({ appliesTo: 'payouts', policyVersion: version, rows });
  expect(await shown()).toMatchObject({ appliesTo: 'commissions', policyVersion: null });
  const small = entry(100);
  await approvals.deliver(small);
  expect(await approvalOf(small.data.entryId)).toMatchObject({ status: 'approved', routing: { policyVersion: null } });
  const [told] = (await approvals.published('approvals.routing-policy.accepted.v1')).filter(({ subject }) => subject === brandId);
  expect(told?.data).toMatchObject({ appliesTo: 'payouts', version, rows });
});
