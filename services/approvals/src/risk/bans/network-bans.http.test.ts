import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { aBrandWithPartner } from '../../../test/facts.js';
import { aConversion, type Facts, riskDesk } from '../../../test/risk-facts.js';
import { compose } from '../../composition.js';

let approvals: TestService;
let desk: ReturnType<typeof riskDesk>;
beforeAll(async () => {
  approvals = await startTestService(compose, { now: new Date('2026-03-01T12:00:00Z') });
  desk = riskDesk(approvals);
});
afterAll(() => approvals.stop());

/** Brands at all of which one partner promotes, the first with what it does on being told of bans. */
async function brands(...policies: (string | null)[]): Promise<Facts[]> {
  const first = aBrandWithPartner();
  const all = [first, ...policies.map(() => aBrandWithPartner())].map((facts) => ({ ...facts, partnerId: first.partnerId }));
  await approvals.deliver(...all.map(({ brand }) => brand), first.partner());
  for (const [index, onBan] of policies.entries())
    if (onBan !== null)
      await desk
        .as('key_policy')
        .post(`/api/v1/brands/${all[index + 1]?.brandId}/network-ban-policies`)
        .send({ onBan })
        .expect(201);
  return all;
}
const bought = async (facts: Facts) => {
  const told = aConversion(facts);
  const entry = facts.entry(1_000, { conversionId: told.data.conversionId, partnerId: facts.partnerId });
  return { told, entry, id: told.data.conversionId };
};
const decide = (id: string, decision: string, by: string) =>
  desk.as(by).post(`/api/v1/network-bans/${id}/decision`).send({ decision, reason: 'reviewed' });
async function banned(at: Facts | undefined, by = 'key_desk') {
  const { body } = await desk
    .as(by)
    .post('/api/v1/network-bans')
    .send({ brandId: at?.brandId, partnerId: at?.partnerId, reason: 'fraud ring' })
    .expect(201);
  return body;
}
const rulesOn = async (id: string) => (await desk.hitsOn(id)).map(({ rule, holds }: { rule: string; holds: boolean }) => [rule, holds]);

test('F-06 a ban for fraud at one brand does at each other brand what that brand chose, with the source brand as evidence', async () => {
  const all = await brands('ban', 'hold', 'notify', null);
  const [source, , holding] = all;
  const before = await Promise.all(all.map(bought));
  await approvals.deliver(...before.flatMap(({ told, entry }) => [told, entry]));
  const ban = await banned(source);
  expect(ban).toMatchObject({ status: 'proposed', confirmedBy: null });
  expect((await decide(ban.id, 'confirm', 'key_desk').expect(403)).body.code).toBe('four-eyes');
  expect(await rulesOn(before[2]?.id ?? '')).toEqual([]);
  expect((await decide(ban.id, 'confirm', 'key_lead').expect(200)).body.status).toBe('active');
  expect((await decide(ban.id, 'confirm', 'key_lead').expect(409)).body.code).toBe('ban-state-forbids');
  await approvals.service.runDueJobs();
  const after = await Promise.all(all.map(bought));
  // Commissions before what they rest on wait for it.
  await approvals.deliver(...after.map(({ entry }) => entry));
  await approvals.deliver(...after.map(({ told }) => told));
  await approvals.service.messaging.drained();
  for (const earned of [before, after])
    expect(await Promise.all(earned.map(({ entry }) => desk.statusOf(entry)))).toEqual(['held', 'held', 'held', 'approved', 'held']);
  const [hit] = await desk.hitsOn(after[2]?.id ?? '');
  expect(hit).toMatchObject({
    rule: 'network-ban',
    detail: `the partner is banned at ${source?.brandId}`,
    evidence: [ban.id, source?.brandId],
  });
  expect(await rulesOn(after[3]?.id ?? '')).toEqual([['network-ban', false]]);
  const told = (await approvals.published('approvals.partner.banned.v1')).filter(({ data }) => data.banId === ban.id);
  expect(new Map(told.map(({ data }) => [data.brandId, data.effect]))).toEqual(
    new Map(all.map(({ brandId }, index) => [brandId, ['ban', 'ban', 'hold', 'notify', 'hold'][index]])),
  );
  expect(told).toHaveLength(5);
  const along = (await desk.as('key_desk').get(`/api/v1/network-bans?brandId=${all[1]?.brandId}`).expect(200)).body.data;
  expect(along).toMatchObject([
    { status: 'active', sourceBrandId: source?.brandId, confirmedBy: 'key_policy', proposedBy: `ban:${ban.id}` },
  ]);
  // Another brand's people see their hits, and not the ban itself.
  const theirs = approvals.request({ brandIds: [holding?.brandId ?? ''] });
  expect((await theirs.get('/api/v1/network-bans').expect(200)).body.data).toEqual([]);
  await theirs.post(`/api/v1/network-bans/${ban.id}/decision`).send({ decision: 'lift', reason: 'x' }).expect(404);
});

test('F-06 a lifted ban holds nothing new, and what it held stays held until it is decided', async () => {
  const [source, other] = await brands('hold');
  const early = await bought(other as Facts);
  await approvals.deliver(early.told, early.entry);
  const ban = await banned(source);
  expect((await decide(ban.id, 'lift', 'key_lead').expect(409)).body.code).toBe('ban-state-forbids');
  await decide(ban.id, 'confirm', 'key_lead').expect(200);
  await approvals.service.runDueJobs();
  expect((await decide(ban.id, 'lift', 'key_desk').expect(403)).body.code).toBe('four-eyes');
  expect((await decide(ban.id, 'lift', 'key_lead').expect(200)).body.status).toBe('lifted');
  const late = await bought(other as Facts);
  await approvals.deliver(late.told, late.entry);
  expect([await desk.statusOf(early.entry), await desk.statusOf(late.entry)]).toEqual(['held', 'approved']);
});

test('F-06 a ban and conversions at the same time: none is missed', async () => {
  for (let round = 0; round < 8; round++) {
    const [source, other] = await brands('hold');
    const ban = await banned(source);
    const earned = await Promise.all([1, 2, 3].map(() => bought(other as Facts)));
    await Promise.all([
      decide(ban.id, 'confirm', 'key_lead').expect(200),
      ...earned.flatMap(({ told, entry }) => [approvals.deliver(told), approvals.deliver(entry)]),
    ]);
    await approvals.service.runDueJobs();
    await approvals.service.messaging.drained();
    expect([round, await Promise.all(earned.map(({ entry }) => desk.statusOf(entry)))]).toEqual([round, ['held', 'held', 'held']]);
  }
});

test('F-06 four eyes on bans hold in the database too, and nothing about them is ever changed', async () => {
  const [source] = await brands();
  const ban = await banned(source);
  const confirm = (proposer: string, by: string) =>
    approvals.sql(`INSERT INTO network_ban_decision VALUES ($1, 'confirm', $2, $3, $4, 'x', now())`, [
      ban.id,
      source?.brandId,
      proposer,
      by,
    ]);
  await expect(confirm('key_desk', 'key_desk')).rejects.toThrow(/four_eyes/);
  await expect(confirm('key_nobody', 'key_desk')).rejects.toThrow(/network_ban_decision_proposed/);
  for (const table of ['network_ban', 'network_ban_decision', 'network_ban_effect', 'network_ban_policy'])
    await expect(approvals.db.pool.query(`DELETE FROM ${table}`)).rejects.toThrow(/permission denied/);
  const unknown = { brandId: source?.brandId, partnerId: newId('partner'), reason: 'x' };
  expect((await desk.as('key_desk').post('/api/v1/network-bans').send(unknown).expect(409)).body.code).toBe('reference-not-yet-known');
});
