import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import { aPartner, approver, balanceOf, buildRun, cleared, decided, earned, later, sendOut, start } from './world.js';

let s: TestService<unknown>;
beforeAll(async () => {
  s = await startTestService(compose, { now: start });
});
afterAll(() => s.stop());

const recalled = (run: { id: string; contentHash: string; payouts: { id: string }[] }, entryId: string) =>
  anEvent(
    'approvals.run.recalled.v1',
    {
      runId: run.id,
      contentHash: run.contentHash,
      payoutIds: [run.payouts[0]?.id ?? ''],
      entryIds: [entryId],
      hitIds: [newId('riskHit')],
      recalledAt: start.toISOString(),
    },
    { subject: run.id },
  );
const payoutOf = async (run: { payouts: { id: string }[] }) =>
  (await s.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`).expect(200)).body;

test('T-46 a hit after the clearance and before the payout goes out stops it, whether its hold or its recall comes first', async () => {
  for (const holdFirst of [true, false]) {
    const owed = await aPartner(s);
    const [entry] = await earned(s, owed, 300);
    if (!entry) throw new Error('no entry');
    const run = await buildRun(s, { brandIds: [owed.brandId] });
    await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
    await s.deliver(cleared(run.id, run.contentHash));
    const facts = [decided(entry, 'held', 2), recalled(run, entry.data.entryId)];
    await s.deliver(...(holdFirst ? facts : [...facts].reverse()));
    await s.deliver(...facts);
    await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({});
    await s.service.runDueJobs();
    expect(await payoutOf(run)).toMatchObject({ status: 'failed', recall: { outcome: 'stopped' } });
    expect(await s.sql('SELECT 1 FROM simulator_money_out WHERE payout_id = $1', [run.payouts[0]?.id])).toEqual([]);
    expect(await balanceOf(s, owed.partnerId)).toMatchObject({ held: 300, payable: 0, inPayout: 0, paid: 0 });
    // Cleared by a person: it is payable again, in another payout.
    await s.deliver(decided(entry, 'approved', 3));
    await s.service.runDueJobs();
    expect(await balanceOf(s, owed.partnerId)).toMatchObject({ held: 0, payable: 300 });
  }
});

test('T-46 a hit after the payout went out marks it, moves no money, and fraud takes it back', async () => {
  const owed = await aPartner(s);
  const [entry] = await earned(s, owed, 300);
  if (!entry) throw new Error('no entry');
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  await sendOut(s, run);
  await later(s, 60_000);
  const before = (await payoutOf(run)).status;
  await s.deliver(decided(entry, 'held', 2), recalled(run, entry.data.entryId));
  expect(await payoutOf(run)).toMatchObject({ status: before, recall: { outcome: 'too-late', recalledAt: start.toISOString() } });
  expect(await s.sql('SELECT 1 FROM simulator_money_out WHERE payout_id = $1', [run.payouts[0]?.id])).toHaveLength(1);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 300, held: 0 });
  await s.deliver(decided(entry, 'rejected', 3));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ receivable: 300 });
  await expect(s.sql(`UPDATE payout SET recall_outcome = 'stopped' WHERE id = $1`, [run.payouts[0]?.id])).rejects.toThrow(
    /payout_recall_true/,
  );
});
