import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { seededRandom, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { behaviours } from '../src/rails/domain/behaviour.js';
import type { Rail } from '../src/rails/domain/rail.js';
import { expectSoundBooks } from './sound-books.js';
import { accrued, approved, approver, brandChanged, builder, cleared, later, partnerChanged, start } from './world.js';

const seed = Number(process.env['SEED'] ?? 20_260_302);
const random = seededRandom(seed);
let injected = 0;
let calm = false;

/** Dies here, with some probability. */
function maybeDie(where: string, probability: number): void {
  if (calm || random() >= probability) return;
  injected++;
  throw new Error(`killed ${where}`);
}

/** A rail on a bad line: a call may be lost on its way there, or its answer on its way back. */
const onABadLine = (rail: Rail): Rail => ({
  ...rail,
  async submit(instructions, now) {
    maybeDie('before the rail got it', 0.15);
    const answers = await rail.submit(instructions, now);
    maybeDie('after the rail took it', 0.15);
    return answers;
  },
  async lookup(railKey, now) {
    maybeDie('at a look-up', 0.3);
    return rail.lookup(railKey, now);
  },
  async acknowledge(ids) {
    maybeDie('before the acknowledgement', 0.3);
    await rail.acknowledge(ids);
  },
});

let s: TestService<PrismaClient>;
beforeAll(async () => {
  // Around the call of the rail: deaths around commits are those of real processes, in `crash/`.
  const places = ['payouts.before-submit', 'payouts.after-rail-answer-before-commit'];
  const crashPoint = (name: string) => (places.includes(name) ? maybeDie(name, 0.2) : undefined);
  const compositionOptions = { crashPoint, wrapRail: onABadLine, settings: { payoutsPerBatch: 3 } };
  s = await startTestService(
    (environment) => compose({ ...environment, log: environment.log.child({}, { level: 'silent' }) }, compositionOptions),
    { now: start },
  );
});
afterAll(() => s.stop());

const brands = [newId('brand'), newId('brand'), newId('brand')];

/** Partners with commission, each with a payout method of its own temper. */
async function populate(count: number): Promise<bigint> {
  const partners = Array.from({ length: count }, () => newId('partner'));
  await s.deliver(...brands.map((brandId) => brandChanged(brandId)), ...partners.map((partnerId) => partnerChanged(partnerId)));
  const entries = partners.flatMap((partnerId, index) =>
    Array.from({ length: 1 + (index % 3) }, () =>
      accrued(partnerId, brands[index % brands.length] ?? '', 1 + Math.floor(random() * 100_000)),
    ),
  );
  await s.deliver(...entries, ...entries.map((entry) => approved(entry)));
  const tempers = partners.map(() => behaviours[Math.floor(random() * behaviours.length)] ?? 'ok');
  await s.sql(
    `INSERT INTO payout_method (id, partner_id, kind, account, account_hmac, account_hint, behaviour, brand_ids, usable_from, status, created_by, created_at)
     SELECT 'pm_' || partner, partner, 'simulated', '', partner, 'simulated', temper, '{}', $3, 'active', 'test', $3 FROM unnest($1::text[], $2::text[]) AS p (partner, temper)`,
    [partners, tempers, start],
  );
  return entries.reduce((sum, entry) => sum + BigInt(entry.data.amount), 0n);
}

/** Builds a run of everything payable, and lets it through all its hands. False when nothing was payable. */
async function startRun(): Promise<boolean> {
  const { status, body: run } = await s.request(builder).post('/api/v1/payout-runs').send({ brandIds: brands });
  if (status === 422) return false;
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
  await s.deliver(cleared(run.id, run.contentHash));
  await s.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
  return true;
}

const open = async () =>
  (await s.sql<{ n: number }>(`SELECT count(*)::int AS n FROM payout WHERE status NOT IN ('settled', 'failed', 'returned')`))[0]?.n ?? 0;

/** No payout has moved money twice, whatever happened so far. */
async function expectNoDuplicate(): Promise<void> {
  expect([seed, await s.sql(`SELECT payout_id FROM simulator_money_out WHERE amount > 0 GROUP BY payout_id HAVING count(*) > 1`)]).toEqual([
    seed,
    [],
  ]);
}

test('D-12 500 payouts under 500 random failures: paid sum = approved sum, and the rail has no duplicate in its books', async () => {
  const owed = await populate(500);
  for (let round = 1; round <= 8 && (await startRun()); round++) {
    for (let step = 0; step < 800 && (await open()) > 0; step++) {
      // Who died is started again: what waited for a second try waits no longer.
      await s.sql(`UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'`);
      await later(s, step < 30 ? 10_000 : 1_800_000);
      await expectNoDuplicate();
    }
    expect([seed, round, await open()]).toEqual([seed, round, 0]);
    await later(s, 2 * 86_400_000);
    // Who was refused or whose money came back gives another account.
    await s.sql(`UPDATE payout_method SET behaviour = 'ok' WHERE behaviour IN ('reject', 'late-return')`);
  }
  calm = true;
  await later(s, 86_400_000);

  expect([seed, injected >= 500]).toEqual([seed, true]);
  const total = async (text: string) => BigInt((await s.sql<{ total: string | null }>(text))[0]?.total ?? 0);
  expect([seed, await total('SELECT sum(paid)::text AS total FROM balance')]).toEqual([seed, owed]);
  expect([seed, await total('SELECT sum(amount)::text AS total FROM simulator_money_out')]).toEqual([seed, owed]);
  expect([seed, await total(`SELECT sum(amount)::text AS total FROM payout WHERE status = 'settled'`)]).toEqual([seed, owed]);
  await expectNoDuplicate();
  const wrong = await s.sql(
    `SELECT p.id, p.status, coalesce(sum(m.amount), 0)::text AS moved FROM payout p LEFT JOIN simulator_money_out m ON m.payout_id = p.id GROUP BY p.id
     HAVING coalesce(sum(m.amount), 0) <> CASE WHEN p.status = 'settled' THEN p.amount ELSE 0 END`,
  );
  expect([seed, wrong]).toEqual([seed, []]);
  expect(await s.sql('SELECT 1 FROM simulator_instruction WHERE rail_key <> payout_id')).toEqual([]);
  await expectSoundBooks(s);
  expect(await total(`SELECT sum(amount)::text AS total FROM ledger_leg WHERE account = 'rail-clearing'`)).toBe(0n);
}, 300_000);
