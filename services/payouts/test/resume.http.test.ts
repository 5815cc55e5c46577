import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '@tributary/service-kit';
import { eventually, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { moneyGauges } from '../src/metrics.js';
import type { PayoutCrashPoint } from '../src/parts.js';
import { aPartner, approver, balanceOf, buildRun, cleared, earned, later, payRun, settle, start } from './world.js';

let dieAt: PayoutCrashPoint | undefined;
let submissions = 0;
let s: TestService<PrismaClient>;
beforeAll(async () => {
  const crashPoint = (name: PayoutCrashPoint) => {
    if (name !== dieAt) return;
    dieAt = undefined;
    throw new Error(`killed at ${name}`);
  };
  s = await startTestService(
    (environment) =>
      compose(
        { ...environment, log: createLogger({ level: 'silent' }) },
        {
          crashPoint,
          wrapRail: (rail) => ({
            ...rail,
            submit: (...parameters) => {
              submissions += 1;
              return rail.submit(...parameters);
            },
          }),
        },
      ),
    { now: start },
  );
});
afterAll(() => s.stop());

test.each(['payouts.before-submit', 'payouts.after-rail-answer-before-commit'] as const)(
  'D-12 killed at %s: the run is taken up again, the rail pays once',
  async (point) => {
    const owed = await aPartner(s);
    await earned(s, owed, 4200);
    submissions = 0;
    dieAt = point;
    const run = await payRun(s, owed.brandId);
    const [payout] = run.payouts;
    expect(dieAt).toBeUndefined();
    expect(await s.sql('SELECT status, attempted_at IS NOT NULL AS attempted FROM payout WHERE id = $1', [payout?.id])).toEqual([
      { status: 'cleared', attempted: true },
    ]);
    await later(s, 60_000);
    await settle(s);
    expect((await s.request().get(`/api/v1/payouts/${payout?.id}`)).body).toMatchObject({ status: 'settled', railKey: payout?.id });
    // What the rail knows already is looked up, not sent again.
    expect(submissions).toBe(1);
    expect(await s.sql('SELECT rail_key, amount::text FROM simulator_money_out WHERE payout_id = $1', [payout?.id])).toEqual([
      { rail_key: payout?.id, amount: '4200' },
    ]);
    expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 4200, inPayout: 0 });
  },
);

test('money is measured by state, and the imbalance and drift are zero', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 900);
  await buildRun(s, { brandIds: [owed.brandId] });
  const measured = await moneyGauges({ db: s.db, log: s.environment.log }).measure();
  expect(measured).toMatchObject({ imbalance: 0n, drift: 0, money: [{ currency: 'EUR', accrued: 9300n, inFlight: 900n, settled: 8400n }] });
});

test('a sandbox payout settles by itself within seconds', async () => {
  const running = await startTestService((environment) => compose(environment), { now: new Date(), jobs: 'workers' });
  try {
    const owed = await aPartner(running);
    await earned(running, owed, 1000);
    const run = await buildRun(running, { brandIds: [owed.brandId] });
    await running.request(approver).post(`/api/v1/payout-runs/${run.id}/approve`).send({}).expect(200);
    await running.request(approver).post(`/api/v1/payout-runs/${run.id}/submit`).send({}).expect(202);
    await running.deliver(cleared(run.id, run.contentHash));
    await eventually(
      'the payout is settled',
      async () => (await running.request().get(`/api/v1/payouts/${run.payouts[0]?.id}`)).body.status === 'settled',
      20_000,
    );
  } finally {
    await running.stop();
  }
});
