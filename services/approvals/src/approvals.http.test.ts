import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { shuffled, startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../test/facts.js';
import { compose } from './composition.js';

let approvals: TestService;
beforeAll(async () => {
  approvals = await startTestService(compose);
});
afterAll(() => approvals.stop());

const manager = () => approvals.request({ actorId: 'key_manager', roles: ['programme-manager'] });
const approvalOf = async (entryId: string) =>
  (await approvals.request().get(`/api/v1/approvals?entryId=${entryId}`).expect(200)).body.data[0];
const decisionsOn = async (entryId: string) => (await approvals.published()).filter((event) => event.subject === entryId);

test('T-08 a low-risk partner is approved automatically up to the threshold; a manager decides above it', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const entries = [entry(49_999), entry(50_000), entry(50_001)];
  await approvals.deliver(brand, partner(), ...entries);
  const states = await Promise.all(entries.map(async (one) => (await approvalOf(one.data.entryId)).status));
  expect(states).toEqual(['approved', 'approved', 'waiting']);
  const waiting = await approvalOf(entries[2]?.data.entryId ?? '');
  expect(waiting).toMatchObject({ needs: 'manager', route: '500.01 USD is above the automatic limit of 500.00 USD: a manager decides' });
  const answer = await manager().post(`/api/v1/approvals/${waiting.id}/decision`).send({ decision: 'approve' }).expect(200);
  expect(answer.body).toMatchObject({ status: 'approved', decidedBy: 'key_manager' });
  expect((await decisionsOn(waiting.entryId)).map((event) => event.type)).toEqual(['approvals.commission.approved.v1']);
});

test('each refusal of a decision has its name', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const [big, huge] = [entry(60_000), entry(600_000)];
  await approvals.deliver(brand, partner(), big, huge);
  const decide = async (agent: ReturnType<typeof manager>, entryId: string, body: object, status: number) =>
    (
      await agent
        .post(`/api/v1/approvals/${(await approvalOf(entryId)).id}/decision`)
        .send(body)
        .expect(status)
    ).body.code;
  const author = approvals.request({ actorId: 'key_author', roles: ['finance-approver'] });
  expect(await decide(author, big.data.entryId, { decision: 'approve' }, 403)).toBe('four-eyes');
  expect(await decide(manager(), huge.data.entryId, { decision: 'approve' }, 403)).toBe('above-your-threshold');
  expect(await decide(manager(), big.data.entryId, { decision: 'hold' }, 422)).toBe('reason-required');
  await decide(manager(), big.data.entryId, { decision: 'reject', reason: 'no such order' }, 200);
  expect(await decide(manager(), big.data.entryId, { decision: 'approve' }, 409)).toBe('approval-already-decided');
  const viewer = approvals.request({ roles: ['analytics-viewer'] });
  expect(await decide(viewer, huge.data.entryId, { decision: 'approve' }, 403)).toBe('not-permitted');
});

test('the database itself refuses an approval by the author of the deal', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const big = entry(60_000);
  await approvals.deliver(brand, partner(), big);
  await expect(
    approvals.sql(`UPDATE approval SET status = 'approved', decided_by = maker_id WHERE entry_id = $1`, [big.data.entryId]),
  ).rejects.toThrow(/approval_four_eyes/);
  await expect(approvals.db.pool.query('DELETE FROM approval_decision')).rejects.toThrow(/permission denied/);
});

test('a reversal shares the fate of the entry that it takes back', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const sale = entry(60_000);
  const refund = entry(-60_000, { adjusts: sale.data.entryId, reason: 'refund' });
  await approvals.deliver(brand, partner(), sale, refund);
  const reversal = await approvalOf(refund.data.entryId);
  expect(reversal.status).toBe('waiting');
  expect((await manager().post(`/api/v1/approvals/${reversal.id}/decision`).send({ decision: 'approve' }).expect(409)).body.code).toBe(
    'approval-follows-original',
  );
  const { id } = await approvalOf(sale.data.entryId);
  await manager().post(`/api/v1/approvals/${id}/decision`).send({ decision: 'reject', reason: 'fraud' }).expect(200);
  expect(await approvalOf(refund.data.entryId)).toMatchObject({ status: 'rejected', decidedBy: 'automatic' });
});

test('M-20 in a sum over many sales the rejection of one leaves the refund of another alone, and what corrects no entry stands by itself', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const sum = (amount: number, of?: ReturnType<typeof entry>, adjusts: string | null = null) =>
    entry(amount, { scope: 'dl_1/sale/USD/half-away', ...(of && { conversionId: of.data.conversionId, reason: 'refund', adjusts }) });
  const [first, second] = [sum(60_000), sum(1000)];
  const [ofFirst, ofSecond] = [sum(-60_000, first, first.data.entryId), sum(-1000, second, second.data.entryId)];
  const unposted = sum(-1, entry(0));
  await approvals.deliver(brand, partner(), first, second, ofFirst, ofSecond, unposted);
  const { id } = await approvalOf(first.data.entryId);
  await manager().post(`/api/v1/approvals/${id}/decision`).send({ decision: 'reject', reason: 'fraud' }).expect(200);
  const states = await Promise.all([ofFirst, ofSecond, unposted].map(async ({ data }) => (await approvalOf(data.entryId)).status));
  expect(states).toEqual(['rejected', 'approved', 'approved']);
});

test('what lifts a commission afterwards shares its fate while that is open, and is decided by itself where somebody is needed', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const [rejected, waiting, small] = [entry(60_000), entry(60_000), entry(1000)];
  const lifted = (of: typeof small, amount: number) =>
    entry(amount, { adjusts: of.data.entryId, reason: 're-rating', causeConversionId: null });
  const [onRejected, onWaiting, onSmall, large] = [lifted(rejected, 500), lifted(waiting, 500), lifted(small, 500), lifted(small, 60_000)];
  await approvals.deliver(brand, partner(), rejected, waiting, small);
  const { id } = await approvalOf(rejected.data.entryId);
  await manager().post(`/api/v1/approvals/${id}/decision`).send({ decision: 'reject', reason: 'fraud' }).expect(200);
  await approvals.deliver(onRejected, onWaiting, onSmall, large);
  const states = await Promise.all(
    [onRejected, onWaiting, onSmall, large].map(async ({ data }) => (await approvalOf(data.entryId)).status),
  );
  expect(states).toEqual(['rejected', 'waiting', 'approved', 'waiting']);
  const original = await approvalOf(waiting.data.entryId);
  await manager().post(`/api/v1/approvals/${original.id}/decision`).send({ decision: 'approve' }).expect(200);
  expect(await approvalOf(onWaiting.data.entryId)).toMatchObject({ status: 'approved', decidedBy: 'automatic' });
});

test('a line that funds a partner above, and what is given back of it, needs nobody', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const funding = entry(-5800, { component: 'master-funding' });
  const back = entry(580, { component: 'master-funding', adjusts: funding.data.entryId, reason: 'refund' });
  await approvals.deliver(brand, partner(), funding, back);
  for (const { data } of [funding, back]) expect(await approvalOf(data.entryId)).toMatchObject({ status: 'approved', needs: 'nobody' });
});

test('SEC20 an adjustment always waits for somebody other than its maker, also when it takes back, and so says the database', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const byHand = {
    reason: 'adjustment',
    dealId: null,
    dealVersion: null,
    conversionId: null,
    causeConversionId: null,
    dealAuthorId: 'key_maker',
  } as const;
  const made = [entry(100, byHand), entry(-100, byHand)];
  await approvals.deliver(brand, partner(), ...made);
  for (const { data } of made) {
    const waiting = await approvalOf(data.entryId);
    expect(waiting).toMatchObject({ status: 'waiting', needs: 'manager', dealId: null, makerId: 'key_maker' });
    const decide = (actorId: string) =>
      approvals
        .request({ actorId, roles: ['programme-manager'] })
        .post(`/api/v1/approvals/${waiting.id}/decision`)
        .send({ decision: 'approve' });
    expect((await decide('key_maker').expect(403)).body.code).toBe('four-eyes');
    const direct = (by: string) =>
      approvals.sql(
        `INSERT INTO approval_decision (approval_id, decision, brand_id, status, decided_by, decided_at, stage, content_hash)
         SELECT id, 7, brand_id, 'approved', $2, now(), 'manager', approval_content_hash(approval) FROM approval WHERE id = $1`,
        [waiting.id, by],
      );
    await expect(direct('key_maker')).rejects.toThrow(/approval_decision_four_eyes/);
    await expect(direct('automatic')).rejects.toThrow(/approval_decision_on_content/);
    for (const by of ['key_maker', 'automatic']) {
      const update = approvals.sql(`UPDATE approval SET status = 'approved', decided_by = $2, decisions = 1 WHERE id = $1`, [
        waiting.id,
        by,
      ]);
      await expect(update).rejects.toMatchObject({ code: '23514' });
    }
    await decide('key_manager').expect(200);
  }
});

test('any order and repetition of the facts ends in the same approvals', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const sale = entry(10_000);
  const facts = [brand, partner(), sale, entry(60_000), entry(-10_000, { adjusts: sale.data.entryId, reason: 'refund' })];
  for (const event of shuffled(7, [...facts, ...facts])) await approvals.deliver(event);
  await approvals.service.messaging.drained();
  const states = await Promise.all(
    facts.slice(2).map(async (event) => (await approvalOf((event.data as { entryId: string }).entryId)).status),
  );
  expect(states).toEqual(['approved', 'waiting', 'approved']);
  expect(await decisionsOn(sale.data.entryId)).toHaveLength(1);
});

test('a caller of another brand sees and decides nothing', async () => {
  const { brand, partner, entry } = aBrandWithPartner();
  const big = entry(60_000);
  await approvals.deliver(brand, partner(), big);
  const { id } = await approvalOf(big.data.entryId);
  const stranger = approvals.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/approvals/${id}`).expect(404);
  await stranger.post(`/api/v1/approvals/${id}/decision`).send({ decision: 'approve' }).expect(404);
  expect((await stranger.get('/api/v1/approvals').expect(200)).body.data).toEqual([]);
});

test('a run whose lines are all approved is cleared for exactly its content, once', async () => {
  const { brand, partner, entry, payout, sealed } = aBrandWithPartner();
  const runId = newId('run');
  const sale = entry(10_000);
  const claimed = payout(runId, [{ entryId: sale.data.entryId, amount: 10_000 }]);
  // The seal overtakes everything that it refers to.
  await approvals.deliver(sealed(runId, [claimed]), claimed, sale, partner(), brand);
  await approvals.service.messaging.drained();
  await approvals.deliver(sealed(runId, [claimed]));
  const cleared = (await approvals.published('approvals.run.cleared.v1')).filter((event) => event.subject === runId);
  expect(cleared.map((event) => event.data.contentHash)).toEqual(['b'.repeat(64)]);
});

test('O-16 a payout in another currency is cleared at its rate, and refused at any other', async () => {
  const { brand, partner, entry, payout, sealed } = aBrandWithPartner();
  const sale = entry(10_000);
  await approvals.deliver(brand, partner(), sale);
  const paidIn = async (amount: number) => {
    const claimed = payout(newId('run'), [{ entryId: sale.data.entryId, amount: 10_000 }]);
    const of = { amount: 9_900, currency: 'USD', rate: '9/10', rateId: 'ecb:EUR/USD:2026-03-02', day: '2026-03-02' };
    const rates = [{ base: 'USD', quote: 'EUR', date: '2026-03-02', rate: '0.9', source: 'ecb' }];
    const exchange = { ...of, rates, rounding: 'half-even' as const, fee: 100, bearer: 'partner' as const };
    const charges = [{ kind: 'exchange-fee' as const, amount: -100 }];
    const inEuros = { ...claimed, data: { ...claimed.data, amount, currency: 'EUR', charges, exchange } };
    await approvals.deliver(inEuros, sealed(claimed.data.runId, [inEuros]));
    return (await approvals.published())
      .filter(({ subject }) => subject === claimed.data.runId)
      .map(({ type, data }) => [type, 'reason' in data ? data.reason : null]);
  };
  expect(await paidIn(8_911)).toEqual([['approvals.run.refused.v1', 'exchanges-at-their-rate']]);
  expect(await paidIn(8_910)).toEqual([['approvals.run.cleared.v1', null]]);
});

test('a risk hit between approval and clearance refuses the run', async () => {
  const { brand, partner, entry, payout, sealed } = aBrandWithPartner();
  const runId = newId('run');
  const sale = entry(10_000);
  const claimed = payout(runId, [{ entryId: sale.data.entryId, amount: 10_000 }]);
  await approvals.deliver(brand, partner(), sale, claimed);
  await approvals.deliver(partner({ riskLevel: 'high' }, 2));
  await approvals.deliver(sealed(runId, [claimed]));
  const refused = (await approvals.published('approvals.run.refused.v1')).filter((event) => event.subject === runId);
  expect(refused[0]?.data).toMatchObject({ reason: 'no-high-risk', entryIds: [sale.data.entryId] });
});
