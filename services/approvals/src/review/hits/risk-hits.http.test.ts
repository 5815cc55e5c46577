import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { repeated, seededRandom, startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../../test/facts.js';
import { compose } from '../../composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose);
});
afterAll(() => approvals.stop());

type Facts = ReturnType<typeof aBrandWithPartner>;
type Entry = ReturnType<Facts['entry']>;
const desk = () => approvals.request({ actorId: 'key_desk', roles: ['programme-manager'] });
const manager = () => approvals.request({ actorId: 'key_manager', roles: ['programme-manager'] });
const conversionOf = (entry: Entry) => entry.data.conversionId ?? '';
const report = (entry: Entry, change: object = {}, as = desk()) =>
  as.post('/api/v1/risk-hits').send({
    brandId: entry.data.brandId,
    conversionId: entry.data.conversionId,
    rule: 'same-device',
    detail: 'the buyer clicked from the partner’s own device',
    ...change,
  });
const approvalOf = async (entry: Entry) =>
  (await approvals.request().get(`/api/v1/approvals?entryId=${entry.data.entryId}`).expect(200)).body.data[0];
const decide = async (entry: Entry, body: object, as = manager()) =>
  as.post(`/api/v1/approvals/${(await approvalOf(entry)).id}/decision`).send(body);
const statusOf = async (entry: Entry) => (await approvalOf(entry)).status;
const typesOn = async (entry: Entry) =>
  (await approvals.published())
    .filter(({ subject }) => subject === entry.data.entryId)
    .map(({ type, data }) => [type.split('.')[2], (data as { decision: number }).decision]);
const hitsOn = async (entry: Entry): Promise<{ held: string[]; decided: string[] }[]> =>
  (
    await desk()
      .get(`/api/v1/risk-hits?conversionId=${conversionOf(entry)}`)
      .expect(200)
  ).body.data;
/** A correction of an entry, of the same conversion. */
const correcting = (facts: Facts, entry: Entry, amount: number, reason: 'refund' | 're-rating' = amount < 0 ? 'refund' : 're-rating') =>
  facts.entry(amount, { adjusts: entry.data.entryId, conversionId: entry.data.conversionId, reason, causeConversionId: null });
async function ready(): Promise<Facts> {
  const facts = aBrandWithPartner();
  await approvals.deliver(facts.brand, facts.partner());
  return facts;
}

test('T-46 a hit before the entry: even what approves itself is held from the start, until a person decides with a reason', async () => {
  const { entry } = await ready();
  const small = entry(1_000);
  const { body: hit } = await report(small).expect(201);
  expect(hit).toMatchObject({ rule: 'same-device', reportedBy: 'key_desk', held: [], decided: [] });
  await approvals.deliver(small);
  const held = await approvalOf(small);
  expect(held).toMatchObject({
    status: 'held',
    needs: 'manager',
    conversionId: conversionOf(small),
    decidedBy: 'automatic',
    reason: 'risk hit: same-device',
    route: 'risk hit: same-device: a manager decides',
    decisions: 1,
  });
  expect((await decide(small, { decision: 'approve' })).body.code).toBe('reason-required');
  expect((await decide(small, { decision: 'approve', reason: 'mine' }, desk())).body.code).toBe('four-eyes');
  expect((await decide(small, { decision: 'approve', reason: 'a shared family computer' })).status).toBe(200);
  expect(await typesOn(small)).toEqual([
    ['held', 1],
    ['approved', 2],
  ]);
  const data = await hitsOn(small);
  expect(data).toEqual([{ ...hit, held: [held.id] }]);
});

test('T-46 a hit after the entry: what waits or was approved is held with what follows it, what was rejected is named and left alone', async () => {
  const facts = await ready();
  const [large, small] = [facts.entry(60_000), facts.entry(1_000)];
  const sameConversion = { conversionId: conversionOf(large) };
  const beside = facts.entry(1_000, sameConversion);
  const refund = correcting(facts, large, -10_000);
  await approvals.deliver(large, small, beside, refund);
  expect([await statusOf(beside), await statusOf(refund)]).toEqual(['approved', 'waiting']);
  const { body: hit } = await report(large).expect(201);
  const idsOf = async (...entries: Entry[]) => (await Promise.all(entries.map(approvalOf))).map(({ id }) => id).sort();
  expect(hit).toMatchObject({ held: await idsOf(large, refund, beside), decided: [] });
  expect([await statusOf(large), await statusOf(refund), await statusOf(beside), await statusOf(small)]).toEqual([
    'held',
    'held',
    'held',
    'approved',
  ]);
  expect(await typesOn(beside)).toEqual([
    ['approved', 1],
    ['held', 2],
  ]);
  expect(await approvalOf(large)).toMatchObject({ needs: 'manager', reason: 'risk hit: same-device', decidedBy: 'automatic' });
  expect((await decide(large, { decision: 'approve' })).body.code).toBe('reason-required');
  expect((await decide(large, { decision: 'reject', reason: 'it was the partner' })).status).toBe(200);
  expect([await statusOf(large), await statusOf(refund)]).toEqual(['rejected', 'rejected']);
  expect(await typesOn(refund)).toEqual([
    ['held', 1],
    ['rejected', 2],
  ]);
  const second = (await report(large, { rule: 'velocity' }).expect(201)).body;
  expect(second).toMatchObject({ held: await idsOf(beside), decided: await idsOf(large, refund) });
});

test('T-46 the same hit again changes nothing and answers what is there; another rule is another hit', async () => {
  const { entry } = await ready();
  const large = entry(60_000);
  await approvals.deliver(large);
  const { body: hit } = await report(large).expect(201);
  const again = await report(large, { detail: 'said otherwise' }, manager()).expect(201);
  expect(again.body).toEqual(hit);
  expect(await typesOn(large)).toEqual([['held', 1]]);
  const second = await report(large, { rule: 'velocity' }).expect(201);
  expect(second.body.held).toEqual(hit.held);
  expect(await typesOn(large)).toEqual([['held', 1]]);
  const keyed = () => report(large, { rule: 'third' }).set('idempotency-key', 'k-1');
  expect((await keyed().expect(201)).body).toEqual((await keyed().expect(201)).body);
});

test('T-46 what a person held already needs a reason too once a hit has come', async () => {
  const { entry } = await ready();
  const large = entry(60_000);
  await approvals.deliver(large);
  expect((await decide(large, { decision: 'hold', reason: 'a look at the traffic' })).status).toBe(200);
  await report(large).expect(201);
  expect(await approvalOf(large)).toMatchObject({ status: 'held', decidedBy: 'key_manager', decisions: 1 });
  expect((await decide(large, { decision: 'approve' })).body.code).toBe('reason-required');
  expect((await decide(large, { decision: 'approve', reason: 'mine' }, desk())).body.code).toBe('four-eyes');
});

test('T-46 after a person has approved, the hit holds no later correction, and a new hit does', async () => {
  const facts = await ready();
  const sale = facts.entry(10_000);
  await report(sale).expect(201);
  await approvals.deliver(sale);
  const early = correcting(facts, sale, 500);
  await approvals.deliver(early);
  expect(await statusOf(early)).toBe('held');
  expect((await decide(sale, { decision: 'approve', reason: 'looked at it' })).status).toBe(200);
  expect(await statusOf(early)).toBe('approved');
  const [lift, large, back] = [correcting(facts, sale, 500), correcting(facts, sale, 60_000), correcting(facts, sale, -500)];
  await approvals.deliver(lift, large, back);
  expect(await Promise.all([lift, large, back].map(statusOf))).toEqual(['approved', 'waiting', 'approved']);
  await report(sale, { rule: 'velocity' }).expect(201);
  const [later, laterBack] = [correcting(facts, sale, 500), correcting(facts, sale, -500)];
  await approvals.deliver(later, laterBack);
  expect(await Promise.all([sale, large, later, laterBack].map(statusOf))).toEqual(['held', 'held', 'held', 'held']);
});

test('T-46 what approved itself before the hit is stopped and not lifted past it, not even when what is beside it was rejected', async () => {
  const facts = await ready();
  const [sale, beside] = [facts.entry(10_000), facts.entry(60_000)];
  beside.data.conversionId = sale.data.conversionId;
  await approvals.deliver(sale, beside);
  await report(sale).expect(201);
  expect((await decide(beside, { decision: 'reject', reason: 'fraud' })).status).toBe(200);
  const [lift, onRejected] = [correcting(facts, sale, 500), correcting(facts, beside, 500)];
  await approvals.deliver(lift, onRejected);
  expect([await statusOf(lift), await statusOf(onRejected)]).toEqual(['held', 'rejected']);
  expect(await statusOf(sale)).toBe('held');
  expect((await decide(sale, { decision: 'approve' })).body.code).toBe('reason-required');
});

test('T-46 hits and entries, repeated and in any order, end held; nothing expires', async () => {
  for (let seed = 1; seed <= 25; seed++) {
    const facts = aBrandWithPartner();
    const sale = facts.entry(seededRandom(seed)() < 0.5 ? 60_000 : 1_000);
    const others = [facts.brand, facts.partner()];
    const steps = [
      async () => {
        await approvals.deliver(...others);
        await approvals.service.messaging.drained();
      },
      () => approvals.deliver(sale),
      () => report(sale).then(() => undefined),
      () => report(sale, { rule: 'velocity' }).then(() => undefined),
    ];
    let hitFirst: boolean | undefined;
    for (const step of [...repeated(seed, steps), ...steps]) {
      await step();
      if (hitFirst === undefined && (await approvalOf(sale))) hitFirst = (await hitsOn(sale)).length > 0;
    }
    // What approved itself before any hit was known is held again.
    const approvedFirst = sale.data.amount !== 60_000 && !hitFirst;
    const told = approvedFirst
      ? [
          ['approved', 1],
          ['held', 2],
        ]
      : [['held', 1]];
    expect([seed, await statusOf(sale), await typesOn(sale)]).toEqual([seed, 'held', told]);
    const data = await hitsOn(sale);
    const { id } = await approvalOf(sale);
    for (const hit of data) expect([...hit.held, ...hit.decided]).toEqual([id]);
  }
  const { entry } = await ready();
  const large = entry(60_000);
  await report(large).expect(201);
  await approvals.deliver(large);
  await approvals.moveClock(new Date(Date.now() + 400 * 24 * 3600 * 1000));
  expect(await statusOf(large)).toBe('held');
});

test('T-46 a hit and the entry of its conversion at the same time never miss each other', async () => {
  const facts = await ready();
  for (let round = 0; round < 40; round++) {
    const large = facts.entry(60_000);
    const batch = [large, ...Array.from({ length: round % 5 }, () => facts.entry(100))];
    const [first, second] = await Promise.all([
      report(large).then(({ body }) => body.id),
      report(large, {}, manager()).then(({ body }) => body.id),
      approvals.deliver(...batch),
    ]);
    expect([round, first]).toEqual([round, second]);
    expect([round, await statusOf(large), await typesOn(large)]).toEqual([round, 'held', [['held', 1]]]);
    const data = await hitsOn(large);
    expect(data.map(({ held }) => held)).toEqual([[(await approvalOf(large)).id]]);
  }
});

test('T-46 a hit and an approval at the same time: whichever comes first, it ends held', async () => {
  const facts = await ready();
  for (let round = 0; round < 20; round++) {
    const large = facts.entry(60_000);
    await approvals.deliver(large);
    const [hit, answer] = await Promise.all([report(large), decide(large, { decision: 'approve' })]);
    const { id, status } = await approvalOf(large);
    const { held, decided } = hit.body;
    expect([round, status, held, decided]).toEqual([round, 'held', [id], []]);
    if (answer.status !== 200) expect([round, answer.body.code]).toEqual([round, 'reason-required']);
  }
});

test("T-46 another brand's hit holds nothing, and another brand's people see and report none", async () => {
  const [facts, others] = [await ready(), await ready()];
  const small = facts.entry(1_000);
  const foreign = { brandId: others.brandId };
  await report(small, foreign).expect(201);
  await approvals.deliver(small);
  expect(await statusOf(small)).toBe('approved');
  await report(small).expect(201);
  expect(await statusOf(small)).toBe('held');
  const stranger = () => approvals.request({ brandIds: [others.brandId] });
  const seen = (await stranger().get('/api/v1/risk-hits').expect(200)).body.data;
  expect(seen.map(({ brandId }: { brandId: string }) => brandId)).toEqual([others.brandId]);
  await stranger().get(`/api/v1/risk-hits?brandId=${facts.brandId}`).expect(404);
  await report(small, { rule: 'velocity' }, stranger()).expect(404);
  const unknown = { brandId: newId('brand') };
  expect((await report(small, unknown).expect(409)).body.code).toBe('reference-not-yet-known');
  const rows = await approvals.db.tx({ brandIds: [others.brandId] }, (tx) =>
    tx.query<{ brand_id: string }>('SELECT brand_id FROM risk_hit UNION ALL SELECT brand_id FROM risk_hit_effect'),
  );
  expect(rows.rows).toEqual([{ brand_id: others.brandId }]);
});

test('T-46 hits are never changed, come in pages newest first, and not everybody may report them', async () => {
  const { entry, brandId } = await ready();
  const large = entry(60_000);
  for (const rule of ['one', 'two', 'three']) await report(large, { rule }).expect(201);
  const pageOf = (query: string) => desk().get(`/api/v1/risk-hits?brandId=${brandId}&limit=2${query}`).expect(200);
  const first = (await pageOf('')).body;
  const second = (await pageOf(`&cursor=${first.nextCursor}`)).body;
  expect([...first.data, ...second.data].map(({ rule }) => rule)).toEqual(['three', 'two', 'one']);
  expect(second.nextCursor).toBeNull();
  for (const table of ['risk_hit', 'risk_hit_effect'])
    await expect(approvals.db.pool.query(`DELETE FROM ${table}`)).rejects.toThrow(/permission denied/);
  await report(large, { rule: 'Not Kebab' }).expect(422);
  await report(large, {}, approvals.request({ roles: ['finance-approver'] })).expect(403);
  await approvals
    .request({ roles: ['auditor'] })
    .get('/api/v1/risk-hits')
    .expect(200);
  await approvals
    .request({ roles: ['relationship-owner'] })
    .get('/api/v1/risk-hits')
    .expect(403);
});
