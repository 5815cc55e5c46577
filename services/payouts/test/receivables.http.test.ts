import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { expectSoundBooks } from './sound-books.js';
import {
  accrued,
  addMethod,
  aPartner,
  approved,
  approver,
  balanceOf,
  builder,
  buildRun,
  decided,
  earned,
  later,
  type Owed,
  payRun,
  settle,
  start,
} from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(async () => {
  await expectSoundBooks(s);
  await s.stop();
});

const second = { ...approver, actorId: 'usr_second' };
const dayMs = 86_400_000;

/** A commission was paid and then taken back: the partner owes it. */
async function owing(amount: number): Promise<Owed & { debt: string }> {
  const owed = await aPartner(s);
  const [sale] = await earned(s, owed, amount);
  await payRun(s, owed.brandId);
  await settle(s);
  const refund = accrued(owed.partnerId, owed.brandId, -amount, { adjusts: sale?.data.entryId ?? '' });
  await s.deliver(refund, approved(refund));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, receivable: amount });
  return { ...owed, debt: refund.data.entryId };
}
const propose = ({ partnerId, brandId, debt }: Owed & { debt: string }, amount: number, as: object = builder) =>
  s
    .request(as)
    .post(`/api/v1/partners/${partnerId}/write-offs`)
    .send({ brandId, entryIds: [debt], amount, reason: 'moved away' });
const decide = (id: string, decision: string, as: object) => s.request(as).post(`/api/v1/write-offs/${id}/decide`).send({ decision });

test('O-08 SEC20 what a partner owes is written off by two people, by a posting of its own; later earnings are not netted against it', async () => {
  const owed = await owing(1000);
  expect((await propose(owed, 999).expect(409)).body.code).toBe('write-off-not-due');
  const { id } = (await propose(owed, 1000, approver).expect(201)).body;
  expect((await decide(id, 'approve', approver).expect(403)).body.code).toBe('four-eyes');
  await decide(id, 'approve', builder).expect(403);
  expect((await decide(id, 'approve', second).expect(200)).body).toMatchObject({
    status: 'approved',
    amount: 1000,
    decidedBy: 'usr_second',
  });
  expect((await decide(id, 'decline', approver).expect(409)).body.code).toBe('write-off-not-due');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ receivable: 0, payable: 0, writtenOff: -1000, paid: 1000 });
  expect(await s.sql('SELECT kind, reason FROM ledger_transaction WHERE entry_id = $1 AND kind = $2', [owed.debt, 'write-off'])).toEqual([
    { kind: 'write-off', reason: 'approved' },
  ]);
  const told = (await s.published('payouts.receivable.written-off.v1')).filter(({ data }) => data.writeOffId === id);
  expect(told.map(({ data }) => [data.amount, data.proposedBy, data.approvedBy])).toEqual([[1000, 'usr_approver', 'usr_second']]);
  await earned(s, owed, 300);
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts).toMatchObject([{ amount: 300 }]);
});

test('SEC20 declined, or netted meanwhile, nothing is written off; only what is owed can be proposed', async () => {
  const owed = await owing(500);
  const declined = (await propose(owed, 500).expect(201)).body;
  await decide(declined.id, 'decline', second).expect(200);
  const { id } = (await propose(owed, 500).expect(201)).body;
  await earned(s, owed, 800);
  // He owes nothing on balance any more: it nets by itself.
  expect((await decide(id, 'approve', second).expect(409)).body.detail).toContain('nets by itself');
  expect((await buildRun(s, { brandIds: [owed.brandId] })).payouts).toMatchObject([{ amount: 300 }]);
  expect((await propose(owed, 500).expect(409)).body.code).toBe('write-off-not-due');
  const outside = { ...approver, brandIds: [newId('brand')] };
  await s.request(outside).get(`/api/v1/write-offs/${id}`).expect(404);
  const { data } = (await s.request(approver).get(`/api/v1/write-offs?partnerId=${owed.partnerId}`).expect(200)).body;
  expect(data.map((each: { status: string }) => each.status)).toEqual(['proposed', 'declined']);
});

test('SEC20 the database itself: nobody approves his own write-off or reversal, and no entry is forgiven without one', async () => {
  const owed = await owing(100);
  const { id } = (await propose(owed, 100).expect(201)).body;
  const approve = (by: string) =>
    s.sql(`UPDATE write_off SET status = 'approved', decided_by = $2, decided_at = now() WHERE id = $1`, [id, by]);
  await expect(approve('usr_builder')).rejects.toMatchObject({ code: '23514' });
  await expect(s.sql('UPDATE write_off SET amount = 1 WHERE id = $1', [id])).rejects.toMatchObject({ code: '42501' });
  await expect(s.sql('UPDATE entry SET written_off_by = $2 WHERE id = $1', [owed.debt, id])).rejects.toMatchObject({ code: '42501' });
  const { run } = await settled('simulated');
  const payoutId = run.payouts[0]?.id ?? '';
  await reverse(payoutId, approver).expect(200);
  const own = s.sql(`UPDATE payout_reversal SET approved_by = 'usr_approver', approved_at = now() WHERE payout_id = $1`, [payoutId]);
  await expect(own).rejects.toMatchObject({ code: '23514' });
});

test('a debt that is rejected after it was written off, or whose payment came back, is no gift', async () => {
  const owed = await aPartner(s);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour: 'late-return' } });
  const [sale] = await earned(s, owed, 1000);
  await payRun(s, owed.brandId);
  await settle(s);
  const refund = accrued(owed.partnerId, owed.brandId, -1000, { adjusts: sale?.data.entryId ?? '' });
  await s.deliver(refund, approved(refund));
  const { id } = (await propose({ ...owed, debt: refund.data.entryId }, 1000).expect(201)).body;
  await decide(id, 'approve', second).expect(200);
  await later(s, dayMs);
  // Sale and refund lie side by side again.
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 0, receivable: 0, writtenOff: 0, paid: 0 });
});

async function settled(kind: 'simulated' | 'bank', ...amounts: number[]) {
  const owed = await aPartner(s);
  if (kind === 'simulated') await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour: 'ok' } });
  else {
    const account = { name: 'Ada', iban: 'DE89 3704 0044 0532 0130 00' };
    await s.request(approver).post(`/api/v1/brands/${owed.brandId}/funding-accounts`).send({ rail: 'bank-file', account }).expect(201);
    await addMethod(s, owed.partnerId, { kind: 'bank-account', account });
  }
  const entries = await earned(s, owed, ...(amounts.length > 0 ? amounts : [1000]));
  const run = await payRun(s, owed.brandId);
  const settlements = run.payouts.map(({ id }) => ({ payoutId: id, outcome: 'settled', reference: 'B1' }));
  if (kind === 'bank') await s.request(approver).post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements }).expect(200);
  else await settle(s);
  return { owed, run, entries };
}
const reverse = (payoutId: string, as: object = approver) =>
  s.request(as).post(`/api/v1/payouts/${payoutId}/reversal`).send({ reason: 'paid twice' });
const agree = (payoutId: string, as: object = second) =>
  s.request(as).post(`/api/v1/payouts/${payoutId}/reversal/approve`).send({ requestedBy: 'usr_approver' });

test('O-08 a reversal that the rail cannot do books a receivable instead, which nets against what is earned later', async () => {
  const { owed, run } = await settled('bank', 700, 300);
  const payoutId = run.payouts[0]?.id ?? '';
  await reverse(payoutId).expect(200);
  expect((await agree(payoutId, approver).expect(403)).body.code).toBe('four-eyes');
  expect((await agree(payoutId).expect(200)).body).toMatchObject({ outcome: 'receivable', detail: 'bank-file takes nothing back' });
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 1000, payable: 0, receivable: 1000 });
  const told = (await s.published('payouts.payout.reversal-approved.v1')).filter(({ data }) => data.payoutId === payoutId);
  expect(told).toHaveLength(1);
  await agree(payoutId).expect(409);
  await reverse(payoutId).expect(409);
  await earned(s, owed, 1400);
  const next = await buildRun(s, { brandIds: [owed.brandId] });
  expect(next.payouts).toMatchObject([{ amount: 400 }]);
  await s
    .request({ ...approver, brandIds: [newId('brand')] })
    .get(`/api/v1/payouts/${payoutId}/reversal`)
    .expect(404);
});

test('O-08 a rail that can is asked, once, and says that the money came back', async () => {
  const { owed, run } = await settled('simulated');
  const payoutId = run.payouts[0]?.id ?? '';
  await reverse(payoutId).expect(200);
  expect((await agree(payoutId).expect(200)).body.outcome).toBeNull();
  await later(s, 60_000);
  await later(s, 60_000);
  const { body } = await s.request(approver).get(`/api/v1/payouts/${payoutId}/reversal`).expect(200);
  expect(body).toMatchObject({ outcome: 'asked', requestedBy: 'usr_approver', approvedBy: 'usr_second' });
  expect((await s.request(approver).get(`/api/v1/payouts/${payoutId}`).expect(200)).body.status).toBe('returned');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 0, payable: 1000, receivable: 0 });
  expect(await s.sql('SELECT sum(amount)::int AS out FROM simulator_money_out WHERE payout_id = $1', [payoutId])).toEqual([{ out: 0 }]);
});

test('O-08 after the days of its rail it is a receivable; that can be written off, and no later decision pays it again', async () => {
  const { owed, run, entries } = await settled('simulated');
  const payoutId = run.payouts[0]?.id ?? '';
  await later(s, 90 * dayMs);
  await reverse(payoutId).expect(200);
  expect((await agree(payoutId).expect(200)).body).toMatchObject({ outcome: 'receivable', detail: expect.stringContaining('90 days') });
  const debt = entries[0]?.data.entryId ?? '';
  const { id } = (await propose({ ...owed, debt }, 1000).expect(201)).body;
  await decide(id, 'approve', second).expect(200);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ receivable: 0, payable: 0, writtenOff: -1000, paid: 1000 });
  // Whatever is decided later, it is taken back, and given, once.
  const [entry] = entries;
  if (entry) await s.deliver(decided(entry, 'rejected', 5), approved(entry, 6));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ receivable: 0, payable: 0, writtenOff: -1000, paid: 1000 });
});

test('O-08 what has netted a refund is not reversed as a whole, nor what has not settled', async () => {
  const owed = await aPartner(s);
  const [sale] = await earned(s, owed, 1000);
  const refund = accrued(owed.partnerId, owed.brandId, -200, { adjusts: sale?.data.entryId ?? '' });
  await s.deliver(refund, approved(refund));
  const run = await payRun(s, owed.brandId);
  const payoutId = run.payouts[0]?.id ?? '';
  expect((await reverse(payoutId).expect(409)).body.detail).toContain('submitted');
  await settle(s);
  expect((await reverse(payoutId).expect(409)).body.detail).toContain('reject what is to be taken back');
});

test('O-08 what was charged anything is not reversed as a whole, though the charges cancel out', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 1000);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  const payoutId = run.payouts[0]?.id ?? '';
  const charges = JSON.stringify([
    { kind: 'vat', amount: 200 },
    { kind: 'withholding', amount: -200 },
  ]);
  // No charge is rewritten: as a replica the database does not look.
  await s.sql(
    `DO $$ BEGIN SET LOCAL session_replication_role = replica; UPDATE payout SET charges = '${charges}' WHERE id = '${payoutId}'; END $$`,
  );
  expect((await reverse(payoutId).expect(409)).body.detail).toContain('reject what is to be taken back');
});
