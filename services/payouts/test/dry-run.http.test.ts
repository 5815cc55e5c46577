import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import fc from 'fast-check';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { accrued, aPartner, approved, brandChanged, builder, decided, earned, partnerChanged, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment, { settings: { payoutsPerRun: 5 } }), { now: start });
});
afterAll(() => s.stop());

const day = 86_400_000;
const at = (days: number) => new Date(start.getTime() - days * day).toISOString();

const entry = fc.record({
  amount: fc.integer({ min: -1500, max: 9000 }).filter((amount) => amount !== 0),
  currency: fc.constantFrom('EUR', 'USD'),
  earnedDaysAgo: fc.integer({ min: 0, max: 40 }),
  clearsInDays: fc.constantFrom(-1, -1, -1, 5),
  state: fc.constantFrom('approved' as const, 'approved' as const, 'approved' as const, 'held' as const),
});
const world = fc.record({
  brands: fc.array(fc.record({ minimumPayout: fc.constantFrom(0, 0, 1000, 5000), funded: fc.boolean() }), { minLength: 1, maxLength: 2 }),
  partners: fc.array(
    fc.record({
      active: fc.constantFrom(true, true, true, false),
      method: fc.boolean(),
      entries: fc.array(fc.tuple(fc.nat(1), entry), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});
const asked = fc.record(
  {
    earnedDaysAgo: fc.integer({ min: 0, max: 40 }),
    asDay: fc.boolean(),
    currency: fc.constantFrom('EUR', 'USD'),
    minimum: fc.constantFrom(0, 1, 1000, 5000),
    include: fc.nat(3),
    exclude: fc.nat(3),
  },
  { requiredKeys: [] },
);
const order = fc.oneof(fc.constant<typeof asked extends fc.Arbitrary<infer A> ? A : never>({}), asked);
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

async function build({ brands, partners }: World) {
  const brandIds = brands.map(() => newId('brand'));
  const partnerIds = partners.map(() => newId('partner'));
  await s.deliver(
    ...brands.map(({ minimumPayout }, index) => brandChanged(brandIds[index] ?? '', { minimumPayout })),
    ...partners.map(({ active }, index) => partnerChanged(partnerIds[index] ?? '', active ? 'active' : 'suspended')),
  );
  const post = (path: string, body: object) => s.request().post(path).send(body).expect(201);
  for (const [index, { funded }] of brands.entries())
    if (funded) await post(`/api/v1/brands/${brandIds[index]}/funding-accounts`, { rail: 'simulated-api', account: { name: 'pot' } });
  for (const [index, { method }] of partners.entries())
    if (method) await post(`/api/v1/partners/${partnerIds[index]}/payout-methods`, { kind: 'simulated', account: { name: `${index}` } });
  const entries = partners.flatMap((partner, index) =>
    partner.entries.map(([brand, { amount, currency, earnedDaysAgo, clearsInDays, state }]) => {
      const options = { currency, occurredAt: at(earnedDaysAgo), maturesAt: clearsInDays < 0 ? at(earnedDaysAgo) : at(-clearsInDays) };
      return { accrual: accrued(partnerIds[index] ?? '', brandIds[brand % brandIds.length] ?? '', amount, options), state };
    }),
  );
  await s.deliver(...entries.flatMap(({ accrual, state }) => [accrual, decided(accrual, state)]));
  return { brandIds, partnerIds };
}

const wholeDay: World = {
  brands: [{ minimumPayout: 0, funded: true }],
  partners: [
    { active: true, method: true, entries: [[0, { amount: 500, currency: 'EUR', earnedDaysAgo: 1, clearsInDays: -1, state: 'approved' }]] },
  ],
};

/** Everything that this service has written, so that a dry run shows if it wrote something. */
async function footprint(): Promise<unknown> {
  return s.sql(`SELECT (SELECT count(*) FROM payout_run) AS runs, (SELECT count(*) FROM payout) AS payouts, (SELECT count(*) FROM payout_line) AS lines,
    (SELECT count(*) FROM ledger_transaction) AS ledger, (SELECT md5(string_agg(concat(id, bucket, run_id, version), ',' ORDER BY id)) FROM entry) AS entries`);
}

/** An answer without what is new each time: ids of the run and its payouts, and the time, which is also the cut-off of a day that is not over. */
function essence(
  body: Record<string, unknown> & { payouts?: Record<string, unknown>[]; cutOffs?: { brandId: string; earnedUntil: string }[] },
): unknown {
  const { id: _id, contentHash: _hash, createdAt: _at, asOf, cutOffs, requestId: _request, traceId: _trace, ...others } = body;
  const rest = {
    ...others,
    cutOffs: cutOffs?.map(({ brandId, earnedUntil }) => ({ brandId, earnedUntil: earnedUntil === asOf ? 'now' : earnedUntil })),
  };
  const payouts = others.payouts?.map(({ id: _p, runId: _r, railKey: _k, createdAt: _c, ...payout }) => payout);
  return { ...rest, ...(payouts ? { payouts } : {}) };
}

test('O-12 whatever is owed and whatever is asked: a dry run answers what the real run then does, to the cent and the line, and writes nothing', async () => {
  let paid = 0;
  await fc.assert(
    fc.asyncProperty(world, order, async (owed, { earnedDaysAgo, asDay, include, exclude, ...others }) => {
      const { brandIds, partnerIds } = await build(owed);
      // Matured beforehand: a run would do it, and its dry run undo it.
      await s.service.runDueJobs();
      const pick = (index: number) => [partnerIds[index % partnerIds.length] ?? ''];
      const body = {
        brandIds,
        ...others,
        ...(earnedDaysAgo === undefined ? {} : { earnedUntil: asDay ? at(earnedDaysAgo).slice(0, 10) : at(earnedDaysAgo) }),
        ...(include === undefined ? {} : { include: pick(include) }),
        ...(exclude === undefined ? {} : { exclude: pick(exclude) }),
      };
      const before = await footprint();
      const said = await s.request(builder).post('/api/v1/payout-runs?dryRun=true').send(body);
      expect(await footprint()).toEqual(before);
      const done = await s
        .request(builder)
        .post('/api/v1/payout-runs')
        .send({ ...body, ...(said.status === 200 ? { planHash: said.body.planHash } : {}) });
      expect([said.status, done.status]).toEqual(said.status === 200 ? [200, 201] : [422, 422]);
      expect(essence(done.body)).toEqual(essence(said.body));
      if (done.status !== 201) return;
      paid++;
      // What was answered is what stands, and each payout is the sum of its lines.
      expect((await s.request().get(`/api/v1/payout-runs/${done.body.id}`).expect(200)).body).toEqual(done.body);
      for (const payout of done.body.payouts as { amount: number; lines: { amount: number }[] }[])
        expect(payout.lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(payout.amount);
    }),
    // Always among them: everything that was earned until the end of a day that is not over.
    { numRuns: 40, examples: [[wholeDay, { earnedDaysAgo: 0, asDay: true }]] },
  );
  expect(paid).toBeGreaterThan(5);
}, 120_000);

test('O-12 what changed between the dry run and the real one is a declared conflict: nothing is built', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 300);
  const ask = (path: string, body: object = {}) =>
    s
      .request(builder)
      .post(path)
      .send({ brandIds: [owed.brandId], ...body });
  const { planHash } = (await ask('/api/v1/payout-runs?dryRun=true').expect(200)).body;
  const [late] = [accrued(owed.partnerId, owed.brandId, 50)];
  await s.deliver(late, approved(late));
  const before = await footprint();
  expect((await ask('/api/v1/payout-runs', { planHash }).expect(412)).body.code).toBe('version-stale');
  expect(await footprint()).toEqual(before);
  const again = (await ask('/api/v1/payout-runs?dryRun=true').expect(200)).body;
  expect((await ask('/api/v1/payout-runs', { planHash: again.planHash }).expect(201)).body.totals).toEqual([
    { currency: 'EUR', amount: 350, payouts: 1 },
  ]);
});
