import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestDatabase, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import type { Rail } from '../src/rails/domain/rail.js';
import { backUp } from './backup.js';
import { ProviderDouble } from './provider-double.js';
import { funding } from './provider-world.js';
import { expectSoundBooks } from './sound-books.js';
import {
  accrued,
  addMethod,
  approved,
  approver,
  balanceOf,
  brandChanged,
  builder,
  buildRun,
  cleared,
  earned,
  later,
  partnerChanged,
  sendOut,
  settle,
  start,
} from './world.js';

const second = { actorId: 'usr_second', roles: ['finance-approver' as const] };
const double = new ProviderDouble();
let s: TestService<PrismaClient>;
let backup: TestDatabase | undefined;
let restored: TestService<PrismaClient> | undefined;
let url: string;
const composed = (environment: Parameters<typeof compose>[0]) => composedAround()(environment);
/** Something else happens while this one compares: when it asks a rail for a second time, for the job that follows payouts up asks first, in vain. */
const composedAround =
  (meanwhile?: () => Promise<void>) =>
  (environment: Parameters<typeof compose>[0]): ReturnType<typeof compose> => {
    const asked = new Set<string>();
    let happened: Promise<void> | undefined;
    const around = (rail: Rail): Rail => ({
      ...rail,
      async lookup(key, now) {
        if (meanwhile && !asked.has(key)) {
          asked.add(key);
          throw new Error('busy');
        }
        happened ??= meanwhile?.();
        await happened;
        return rail.lookup(key, now);
      },
    });
    return compose(
      { ...environment, log: environment.log.child({}, { level: 'silent' }) },
      { settings: { paypalUrl: url, stripeUrl: url, providerTimeoutMs: 300 }, wrapRail: around },
    );
  };
beforeAll(async () => {
  url = await double.start();
  s = await startTestService(composed, { now: start });
});
afterAll(async () => {
  await restored?.stop();
  await backup?.drop();
  await s.stop();
  await double.stop();
});

const brandId = newId('brand');
async function aPayee(name: string): Promise<{ brandId: string; partnerId: string }> {
  const partnerId = newId('partner');
  await s.deliver(partnerChanged(partnerId));
  await addMethod(s, partnerId, { kind: 'stripe', account: { name, accountId: `acct_${name}` } });
  return { brandId, partnerId };
}
const freezeOf = async (of: TestService<unknown>) => (await of.request().get('/api/v1/payout-freezes').expect(200)).body.data[0];
const release = (of: TestService<unknown>, { id, findingsHash }: { id: string; findingsHash: string }) =>
  of.request(approver).post(`/api/v1/payout-freezes/${id}/release`).send({ reason: 'compared with the provider', findingsHash });
const confirm = (of: TestService<unknown>, { id, findingsHash }: { id: string; findingsHash: string }, as: object = second) =>
  of.request(as).post(`/api/v1/payout-freezes/${id}/release/confirm`).send({ findingsHash, proposedBy: approver.actorId });

test('FC11 restored from a backup older than what was sent: frozen, the rail is asked, what was sent is in the books, nothing is paid twice', async () => {
  await s.deliver(brandChanged(brandId));
  await s.request().post(`/api/v1/brands/${brandId}/funding-accounts`).send({ rail: 'stripe', account: funding.stripe }).expect(201);
  const cleanly = await aPayee('Ada');
  const afterwards = await aPayee('Bea');
  const refusedOnce = await aPayee('Cy');
  const late = await aPayee('Dee');
  const never = await aPayee('Eve');

  // In the backup: one run that waits to go out, and a balance that is in none.
  await earned(s, cleanly, 1000);
  const waiting = await buildRun(s, { brandIds: [brandId] });
  await s.request(approver).post(`/api/v1/payout-runs/${waiting.id}/approve`).send({}).expect(200);
  await s.deliver(cleared(waiting.id, waiting.contentHash));
  await earned(s, afterwards, 2000);
  backup = await backUp(s, 'backup');

  // Life goes on: all of these are paid, one after a timeout, one in its second run.
  await s.request(approver).post(`/api/v1/payout-runs/${waiting.id}/submit`).send({}).expect(202);
  await s.service.runDueJobs();
  double.faults.push('timeout-after-accept');
  await sendOut(s, await buildRun(s, { brandIds: [brandId] }));
  const [refusedEntry] = await earned(s, refusedOnce, 3000);
  double.faults.push('reject');
  await sendOut(s, await buildRun(s, { brandIds: [brandId] }));
  await sendOut(s, await buildRun(s, { brandIds: [brandId] }));
  const [lateEntry] = await earned(s, late, 4000);
  await sendOut(s, await buildRun(s, { brandIds: [brandId] }));
  await settle(s);
  const paid = new Map(double.moneyOut.map(({ payoutId, amount }) => [payoutId, Number(amount)]));
  expect([...paid.values()].sort()).toEqual([1000, 2000, 3000, 4000]);
  await later(s, 2 * 86_400_000);

  // The old books start: they would pay all of it once more, and the provider's keys are too old to keep them from it.
  double.forgetKeys();
  double.down = true;
  const onTheBackup = { database: backup, environment: { keys: s.environment.keys, config: s.environment.config } };
  restored = await startTestService(composed, { now: s.clock.now(), ...onTheBackup });
  const r = restored;
  const run = { brandIds: [brandId] };
  expect((await r.request(builder).post('/api/v1/payout-runs').send(run).expect(409)).body.code).toBe('payouts-frozen');
  expect((await r.request(approver).post(`/api/v1/payout-runs/${waiting.id}/submit`).send({}).expect(409)).body.code).toBe(
    'payouts-frozen',
  );
  await r.request(builder).post(`/api/v1/payout-runs/${waiting.id}/cancel`).send({ reason: 'old' }).expect(409);
  expect(await balanceOf(r, afterwards.partnerId)).toMatchObject({ payable: 2000, paid: 0 });
  await expect(r.sql(`UPDATE payout SET attempted_at = now() WHERE run_id = $1`, [waiting.id])).rejects.toMatchObject({ code: '23514' });
  expect(await freezeOf(r)).toMatchObject({ status: 'frozen', frozenBy: 'system:payouts', findingsHash: null });

  // As long as the rail cannot be asked, and entries are missing, nobody can release it.
  await later(r, 5000);
  let freeze = await freezeOf(r);
  expect(new Set(freeze.findings.map(({ kind }: { kind: string }) => kind))).toEqual(
    new Set(['was-sent', 'taken-up', 'waiting', 'not-asked']),
  );
  expect((await release(r, freeze).expect(409)).body.code).toBe('freeze-state-forbids');
  double.down = false;
  if (!refusedEntry || !lateEntry) throw new Error('nothing was earned');
  // One that began to compare before the entries came ends after another that has found more: it takes nothing away from that.
  const slow = await startTestService(
    composedAround(async () => {
      for (const entry of [refusedEntry, lateEntry]) await r.deliver(entry, approved(entry));
      await later(r, 5000);
    }),
    { now: r.clock.now(), ...onTheBackup },
  );
  await later(slow, 5000).finally(() => slow.stop());
  await later(r, 5000);
  freeze = await freezeOf(r);
  const kinds = freeze.findings.map(({ payoutId, kind, amount }: Record<string, string>) => [paid.get(payoutId ?? ''), amount, kind]);
  expect(kinds.sort()).toEqual([
    [1000, 1000, 'was-sent'],
    [2000, 2000, 'taken-up'],
    [3000, 3000, 'taken-up'],
    [4000, 4000, 'taken-up'],
  ]);

  // Two people, of what they have seen; the database says so too.
  await release(r, { ...freeze, findingsHash: 'b'.repeat(64) }).expect(409);
  await release(r, freeze).expect(200);
  expect((await confirm(r, freeze, approver).expect(403)).body.code).toBe('four-eyes');
  const alone = r.sql('UPDATE payout_freeze SET released_by = proposed_by, released_at = now()');
  await expect(alone).rejects.toMatchObject({ code: '23514' });
  await r.request(builder).post('/api/v1/payout-runs').send(run).expect(409);
  expect((await confirm(r, freeze).expect(200)).body).toMatchObject({ status: 'released', releasedBy: second.actorId });

  // What is owed and was not sent goes out; of the rest nothing does, however long it runs.
  const owed = accrued(never.partnerId, brandId, 5000);
  await r.deliver(owed, approved(owed));
  await sendOut(r, await buildRun(r, run));
  for (let round = 0; round < 5; round++) await later(r, 3_600_000);
  const out = double.moneyOut.map(({ payoutId, amount }) => [payoutId, Number(amount)]);
  expect(out.map(([, amount]) => amount)).toEqual([1000, 2000, 3000, 4000, 5000]);
  expect(new Set(out.map(([payoutId]) => payoutId)).size).toBe(5);
  for (const [index, { partnerId }] of [cleanly, afterwards, refusedOnce, late, never].entries())
    expect(await balanceOf(r, partnerId)).toMatchObject({ paid: 1000 * (index + 1), payable: 0, inPayout: 0 });
  await expectSoundBooks(r);
  expect((await r.published('payouts.freeze.changed.v1')).at(-1)?.data).toMatchObject({ status: 'released', proposedBy: approver.actorId });
  expect(await r.sql(`SELECT status FROM payout_run WHERE status NOT IN ('completed')`)).toEqual([]);
}, 60_000);
