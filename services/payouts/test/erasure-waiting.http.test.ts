import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, eventually, startTestService, type TestService } from '@tributary/testkit';
import pg from 'pg';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { everyBrand } from '../src/parts.js';
import { refuseErased } from '../src/shared/erased.js';
import { answersTo, askFor, confirmed, erase, lastAnswer, offer, register, report, subjectErased, textSha256 } from './erasure-world.js';
import { expectSoundBooks } from './sound-books.js';
import { handIn, partnerSide, w9 } from './tax-world.js';
import {
  accrued,
  addMethod,
  aPartner,
  approve,
  approved,
  approver,
  builder,
  buildRun,
  cleared,
  decided,
  earned,
  later,
  type Owed,
  payRun,
  sendOut,
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

type Run = Awaited<ReturnType<typeof buildRun>>;
const statusOf = async (run: Run) => (await s.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`).expect(200)).body.status;
/** A draft run of one payout whose rail behaves like that. */
async function drafted(behaviour = 'ok'): Promise<Owed & { run: Run }> {
  const owed = await aPartner(s);
  await addMethod(s, owed.partnerId, { kind: 'simulated', account: { name: 'test', behaviour } });
  await earned(s, owed, 1000);
  return { ...owed, run: await buildRun(s, { brandIds: [owed.brandId] }) };
}
const submit = (run: Run) => s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
const recalled = (run: Run) =>
  anEvent(
    'approvals.run.recalled.v1',
    {
      runId: run.id,
      contentHash: run.contentHash,
      payoutIds: [run.payouts[0]?.id ?? ''],
      entryIds: [run.payouts[0]?.lines[0]?.entryId ?? ''],
      hitIds: [newId('riskHit')],
      recalledAt: start.toISOString(),
    },
    { subject: run.id },
  );

/** Brings a draft into a state that is not over. */
const into: Record<string, (run: Run) => Promise<unknown>> = {
  draft: async () => undefined,
  approved: (run) => approve(s, run.id),
  cleared: async (run) => {
    await approve(s, run.id);
    await s.deliver(cleared(run.id, run.contentHash));
  },
  submitted: (run) => sendOut(s, run),
  unknown: (run) => sendOut(s, run),
  recalled: async (run) => {
    await sendOut(s, run);
    await s.deliver(recalled(run));
  },
};
const rest: Record<string, (run: Run) => Promise<unknown>> = {
  draft: (run) => sendOut(s, run),
  approved: async (run) => {
    await submit(run);
    await s.deliver(cleared(run.id, run.contentHash));
  },
  cleared: submit,
};

test.each(Object.keys(into))('FG10 an erasure waits for a payout that is %s, and is clear once that has settled', async (state) => {
  const { run, ...owed } = await drafted(state === 'unknown' ? 'accept-then-timeout' : 'ok');
  await into[state]?.(run);
  const shown = state === 'recalled' ? 'submitted' : state;
  expect(await statusOf(run)).toBe(shown);
  const erasureId = await askFor(s, owed, state === 'draft' ? 'pay-first' : 'waived');
  const waitingFor = [{ kind: 'payout', payoutId: run.payouts[0]?.id }];
  expect(await answersTo(s, erasureId)).toMatchObject([{ answer: 'waiting', waitingFor, retained: [], sequence: 1 }]);
  // It says nothing twice.
  await s.service.runDueJobs();
  if (shown === state) expect(await answersTo(s, erasureId)).toHaveLength(1);
  await rest[state]?.(run);
  await s.service.runDueJobs();
  for (let n = 0; n < 5 && (await statusOf(run)) !== 'settled'; n++) await later(s, 60_000);
  expect(await statusOf(run)).toBe('settled');
  await later(s, 10_000);
  expect((await answersTo(s, erasureId)).at(-1)).toMatchObject({ answer: 'clear', waitingFor: [], sequence: 2 });
  await later(s, 10_000);
  expect(await answersTo(s, erasureId)).toHaveLength(2);
});

test('FG10 a run that is given up ends the wait when the money is waived; a payout that came back waits as a balance when it is paid first', async () => {
  const { run, ...owed } = await drafted();
  const waived = await askFor(s, owed, 'waived');
  await s.request(builder).post(`/api/v1/payout-runs/${run.id}/cancel`).send({ reason: 'not now' }).expect(200);
  await later(s, 10_000);
  expect(await lastAnswer(s, waived)).toMatchObject({ answer: 'clear' });

  const back = await drafted();
  await sendOut(s, back.run);
  await settle(s);
  await report(s, back.run, 'returned');
  const balance = { kind: 'balance', brandId: back.brandId, currency: 'EUR', amount: 1000 };
  const first = await askFor(s, back);
  expect(await lastAnswer(s, first)).toMatchObject({ answer: 'waiting', waitingFor: [balance] });
  const again = await buildRun(s, { brandIds: [back.brandId] });
  await later(s, 5000);
  expect(await lastAnswer(s, first)).toMatchObject({ waitingFor: [{ kind: 'payout', payoutId: again.payouts[0]?.id }] });
  await sendOut(s, again);
  await settle(s);
  await later(s, 5000);
  expect(await lastAnswer(s, first)).toMatchObject({ answer: 'clear' });
});

test('FG10 pay-first waits for what is pending, held or owed, of any brand and currency and in both directions; waived does not', async () => {
  const owed = await aPartner(s);
  const pending = accrued(owed.partnerId, owed.brandId, 700);
  const held = accrued(owed.partnerId, owed.brandId, 50, { currency: 'USD' });
  await s.deliver(pending, held, decided(held, 'held'));
  const erasureId = await askFor(s, owed);
  const of = (currency: string, amount: number) => ({ kind: 'balance', brandId: owed.brandId, currency, amount });
  expect(await lastAnswer(s, erasureId)).toMatchObject({ answer: 'waiting', waitingFor: [of('EUR', 700), of('USD', 50)] });
  await s.deliver(decided(pending, 'rejected'), decided(held, 'rejected', 2));
  await later(s, 5000);
  expect(await lastAnswer(s, erasureId)).toMatchObject({ answer: 'clear', sequence: 2 });

  const debtor = await aPartner(s);
  const [sale] = await earned(s, debtor, 300);
  await payRun(s, debtor.brandId);
  await settle(s);
  const refund = accrued(debtor.partnerId, debtor.brandId, -300, { adjusts: sale?.data.entryId ?? '' });
  await s.deliver(refund, approved(refund));
  const owing = await askFor(s, debtor);
  expect(await lastAnswer(s, owing)).toMatchObject({ answer: 'waiting', waitingFor: [{ kind: 'balance', amount: -300 }] });
  const proposal = { brandId: debtor.brandId, entryIds: [refund.data.entryId], amount: 300, reason: 'erased' };
  const { body } = await s.request(builder).post(`/api/v1/partners/${debtor.partnerId}/write-offs`).send(proposal).expect(201);
  await s.request(approver).post(`/api/v1/write-offs/${body.id}/decide`).send({ decision: 'approve' }).expect(200);
  await later(s, 5000);
  expect(await lastAnswer(s, owing)).toMatchObject({ answer: 'clear' });

  const generous = await aPartner(s);
  await s.deliver(accrued(generous.partnerId, generous.brandId, 700));
  expect(await lastAnswer(s, await askFor(s, generous, 'waived'))).toMatchObject({ answer: 'clear', sequence: 1 });
});

test('FC11 FG10 who is erased here already, and is to be erased again by a directory that was restored, is waited for no longer', async () => {
  const owed = await aPartner(s);
  await erase(s, owed);
  await s.deliver(accrued(owed.partnerId, owed.brandId, 700));
  const again = await askFor(s, owed);
  expect(await lastAnswer(s, again)).toMatchObject({ answer: 'clear', sequence: 1 });
  await s.deliver(subjectErased(owed.partnerId, again));
  expect(await lastAnswer(s, again)).toMatchObject({ answer: 'erased' });
});

test('FG10 the same confirmation again changes nothing', async () => {
  const { run, ...owed } = await drafted();
  const erasureId = await askFor(s, owed, 'waived');
  await s.deliver(confirmed(owed.partnerId, 'pay-first', erasureId));
  expect(await answersTo(s, erasureId)).toHaveLength(1);
  await sendOut(s, run);
  await settle(s);
  await later(s, 5000);
  await s.deliver(confirmed(owed.partnerId, 'waived', erasureId));
  expect((await answersTo(s, erasureId)).map(({ answer }) => answer)).toEqual(['waiting', 'clear']);
});

test('FG10 once it is clear no run, dry run or withdrawal holds the partner, and nothing new is taken in, by the routes or by direct SQL', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 500);
  const { body: agreement } = await offer(s, owed).expect(201);
  const other = { ...owed, partnerId: (await aPartner(s)).partnerId };
  await earned(s, other, 900);
  expect(await lastAnswer(s, await askFor(s, owed, 'waived'))).toMatchObject({ answer: 'clear' });

  const left = [expect.objectContaining({ partnerId: owed.partnerId, reason: 'partner-erased', amount: 500 })];
  const dry = await s
    .request(builder)
    .post('/api/v1/payout-runs?dryRun=true')
    .send({ brandIds: [owed.brandId] })
    .expect(200);
  expect(dry.body).toMatchObject({ payouts: [{ partnerId: other.partnerId }], leftOut: left });
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(run).toMatchObject({ payouts: [{ partnerId: other.partnerId }], leftOut: left });
  const withdrawal = await s.request().post(`/api/v1/partners/${owed.partnerId}/withdrawals`).send({ brandId: owed.brandId }).expect(422);
  expect(withdrawal.body.detail).toContain('partner-erased');

  const method = { kind: 'simulated', account: { name: 'again' } };
  const consent = s.request(partnerSide(owed)).post(`/api/v1/self-billing-agreements/${agreement.id}/consent`).send({ textSha256 });
  const refusals = [
    await s.request().post(`/api/v1/partners/${owed.partnerId}/payout-methods`).send(method),
    await handIn(s, owed, w9),
    await register(s, owed),
    await offer(s, owed),
    await consent,
  ];
  expect(refusals.map(({ status, body }) => [status, body.code])).toEqual(refusals.map(() => [410, 'partner-erased']));

  const broken = { code: '23514', constraint: 'partner_erased' };
  const copy = (table: string, id: string, columns: string) =>
    s.sql(`INSERT INTO ${table} (id, partner_id, ${columns}) SELECT '${id}', $1, ${columns} FROM ${table} LIMIT 1`, [owed.partnerId]);
  await expect(
    s.sql(
      `INSERT INTO payout_method (id, partner_id, kind, account, account_hmac, account_hint, usable_from, status, created_by, created_at) VALUES ('pm_x', $1, 'simulated', 'x', 'x', 'x', now(), 'active', 'usr_x', now())`,
      [owed.partnerId],
    ),
  ).rejects.toMatchObject(broken);
  await handIn(s, other, w9).expect(201);
  await expect(
    copy('tax_form', 'txf_x', 'version, kind, content, backup_withholding, corporation, signed_on, created_by, created_at'),
  ).rejects.toMatchObject(broken);
  await register(s, other).expect(201);
  await expect(
    copy('vat_registration', 'vat_x', 'version, country, content, rate, valid_from, created_by, created_at'),
  ).rejects.toMatchObject(broken);
  await expect(
    s.sql(`UPDATE self_billing_agreement SET consented_by = 'usr_x', consented_at = now(), consent_by = 'own-account' WHERE id = $1`, [
      agreement.id,
    ]),
  ).rejects.toMatchObject(broken);
  const columns = 'run_id, brand_id, amount, currency, status, sandbox, rail, account_hmac, line_count, lines_hash, created_at';
  await expect(
    s.sql(
      `INSERT INTO payout (id, rail_key, partner_id, ${columns}) SELECT 'pyt_x', 'pyt_x', $2, ${columns} FROM payout WHERE run_id = $1`,
      [run.id, owed.partnerId],
    ),
  ).rejects.toMatchObject({ code: expect.stringMatching(/23514|42501/) });
  for (const change of [`status = 'waiting'`, `partner_id = 'ptr_x'`, `cleared_at = now()`, 'sequence = 0', `balance = 'pay-first'`])
    await expect(s.sql(`UPDATE partner_erasure SET ${change} WHERE partner_id = $1`, [owed.partnerId])).rejects.toMatchObject({
      code: '42501',
    });
  await expect(s.sql('DELETE FROM partner_erasure WHERE partner_id = $1', [owed.partnerId])).rejects.toMatchObject({ code: '42501' });
});

test('FG10 a payout that is found for an erased partner, in books that were restored, is let go at the last gate', async () => {
  const { run, ...owed } = await drafted();
  await approve(s, run.id);
  await s.deliver(cleared(run.id, run.contentHash));
  await erase(s, owed);
  await submit(run);
  await s.service.runDueJobs();
  const { body } = await s.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`).expect(200);
  expect(body).toMatchObject({ status: 'failed', reason: 'the data of the partner is erased' });
  expect(await s.sql('SELECT 1 FROM simulator_money_out WHERE payout_id = $1', [run.payouts[0]?.id])).toEqual([]);
});

/** A client that holds a lock of the database until told. */
async function holding(lock: string) {
  const client = new pg.Client({ connectionString: s.database.databaseUrl });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [lock]);
  return {
    query: (text: string, values: unknown[]) => client.query(text, values),
    async release() {
      await client.query('COMMIT');
      await client.end();
    },
  };
}
const somebodyWaits = () =>
  eventually('a lock is waited for', async () => {
    const [row] = await s.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_locks JOIN pg_database d ON d.oid = pg_locks.database AND d.datname = current_database() WHERE locktype = 'advisory' AND NOT granted`,
    );
    return row?.count === 1;
  });
const tryToBuild = async (brandId: string) =>
  s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [brandId] });

test('FG10 while an account is taken in nobody is found clear, and who takes it in is not refused half-way', async () => {
  const owed = await aPartner(s);
  const erasureId = await s.db.tx(everyBrand, async (tx) => {
    await refuseErased(tx, owed.partnerId);
    const asked = await askFor(s, owed, 'waived');
    expect(await answersTo(s, asked)).toEqual([]);
    return asked;
  });
  await later(s, 5000);
  expect(await lastAnswer(s, erasureId)).toMatchObject({ answer: 'clear', sequence: 1 });
});

test('FG10 while a run is being built nobody is found clear, and then its payout is seen as open', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 500);
  const lock = await holding(`claim:${owed.brandId}`);
  const building = tryToBuild(owed.brandId);
  await somebodyWaits();
  const erasureId = await askFor(s, owed, 'waived');
  expect(await answersTo(s, erasureId)).toEqual([]);
  await lock.release();
  const { body: run } = await building;
  await later(s, 5000);
  const waitingFor = [{ kind: 'payout', payoutId: run.payouts[0].id }];
  expect(await answersTo(s, erasureId)).toMatchObject([{ answer: 'waiting', waitingFor }]);
});

test('FG10 a run that is built while somebody is found clear waits for it, and leaves the partner out', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 500);
  const lock = await holding('payouts:building');
  const building = tryToBuild(owed.brandId);
  await somebodyWaits();
  await lock.query(
    `INSERT INTO partner_erasure (erasure_id, partner_id, status, correlation_id, cleared_at) VALUES ($1, $2, 'clear', 'test', now())`,
    [newId('erasure'), owed.partnerId],
  );
  await lock.release();
  const { status, body } = await building;
  expect([status, body.code]).toEqual([422, 'run-empty']);
  expect(body.detail).toContain('partner-erased');
});

test('FG10 runs and erasures at once: who is found clear is in no open payout, whatever comes first', async () => {
  const partners: Owed[] = [];
  for (let n = 0; n < 16; n++) {
    const owed = await aPartner(s);
    await earned(s, owed, 500 + n);
    partners.push(owed);
  }
  const asked = await Promise.all(
    partners.map(async (owed, n) => {
      const build = async () => {
        await setTimeout((n % 4) * 12);
        return tryToBuild(owed.brandId);
      };
      const [erasureId] = await Promise.all([askFor(s, owed, 'waived'), build(), build()]);
      return { ...owed, erasureId };
    }),
  );
  await later(s, 5000);
  const outcomes = { clear: 0, waiting: 0 };
  for (const { partnerId, erasureId } of asked) {
    const answer = await lastAnswer(s, erasureId);
    const open = await s.sql<{ id: string }>('SELECT id FROM payout WHERE partner_id = $1', [partnerId]);
    if (answer?.answer === 'clear') expect(open).toEqual([]);
    else expect(answer?.waitingFor).toEqual(open.map(({ id }) => ({ kind: 'payout', payoutId: id })));
    outcomes[answer?.answer === 'clear' ? 'clear' : 'waiting']++;
  }
  expect(outcomes.clear + outcomes.waiting).toBe(16);
});
