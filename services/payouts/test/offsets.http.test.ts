import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { seededRandom, startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { balanceDrift } from '../src/ledger/balances.js';
import { everyBrand } from '../src/parts.js';
import { expectSoundBooks } from './sound-books.js';
import {
  accrued,
  aPartner,
  approved,
  approver,
  brandChanged,
  builder,
  buildRun,
  earned,
  enrolled,
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
afterAll(() => s.stop());

type Policy = Parameters<typeof aPartner>[1];
interface Account {
  brandId: string;
  payable: number;
  receivable: number;
  inPayout: number;
  paid: number;
  offset: number;
}
const all = async (partnerId: string): Promise<Account[]> =>
  (await s.request().get(`/api/v1/partners/${partnerId}/balance`).expect(200)).body.balances;
const at = async ({ partnerId, brandId }: Owed) => {
  const account = (await all(partnerId)).find((each) => each.brandId === brandId);
  if (!account) throw new Error(`no balance at ${brandId}`);
  return account;
};

/** One partner at two brands: at the first he owes `debt`, at the second he has earned `earnings`. */
async function two(
  debt: number,
  earnings: number,
  policies: [Policy, Policy] = [{ offsetScope: 'operator' }, { offsetScope: 'operator' }],
) {
  const a = await aPartner(s, policies[0]);
  const b = { brandId: newId('brand'), partnerId: a.partnerId };
  await s.deliver(brandChanged(b.brandId, policies[1]), enrolled(b.partnerId, b.brandId));
  await owing(a, debt);
  if (earnings > 0) await earned(s, b, earnings);
  return { a, b };
}
/** What was paid is taken back. */
async function owing(owed: Owed, debt: number): Promise<void> {
  const [sale] = await earned(s, owed, debt);
  await payRun(s, owed.brandId);
  await settle(s);
  const refund = accrued(owed.partnerId, owed.brandId, -debt, { adjusts: sale?.data.entryId ?? null });
  await s.deliver(refund, approved(refund));
}

test('T-22 a debt at one brand is offset against what another pays, when both say so', async () => {
  const { a, b } = await two(300, 1000);
  const run = await buildRun(s, { brandIds: [b.brandId] });
  expect(run.payouts).toMatchObject([{ amount: 700, charges: [{ kind: 'offset', amount: -300 }] }]);
  expect(await at(a)).toMatchObject({ payable: 0, receivable: 0, offset: -300 });
  expect(await at(b)).toMatchObject({ payable: 0, inPayout: 700, offset: 300 });
  await sendOut(s, run);
  await settle(s);
  expect(await at(b)).toMatchObject({ inPayout: 0, paid: 700 });
  // Both postings name the payout that joins them.
  const posted = (await s.published('payouts.ledger.posted.v1')).filter(({ data }) => data.payoutId === run.payouts[0]?.id);
  expect(posted.filter(({ data }) => data.kind === 'offset').map(({ data }) => [data.brandId, data.legs[1]])).toEqual([
    [a.brandId, { account: 'payable', amount: 300 }],
  ]);
  // What is earned at the first brand is paid whole: its debt is settled, and the offset comes as a charge that makes up for the refund.
  await earned(s, a, 1000);
  expect((await buildRun(s, { brandIds: [a.brandId] })).payouts).toMatchObject([
    { amount: 1000, charges: [{ kind: 'offset-credit', amount: 300 }] },
  ]);
  expect(await at(a)).toMatchObject({ payable: 0, receivable: 0, inPayout: 1000, offset: -300 });
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

test.each<[string, [Policy, Policy], number]>([
  ['one of them does not say so', [{ offsetScope: 'operator' }, {}], 1000],
  ['each says something else', [{ offsetScope: 'operator' }, { offsetScope: 'licence', licence: 'MGA' }], 1000],
  [
    'they have two licences',
    [
      { offsetScope: 'licence', licence: 'UKGC' },
      { offsetScope: 'licence', licence: 'MGA' },
    ],
    1000,
  ],
  [
    'they have one licence',
    [
      { offsetScope: 'licence', licence: 'MGA' },
      { offsetScope: 'licence', licence: 'MGA' },
    ],
    700,
  ],
])('T-22 %s: so much is paid', async (_, policies, amount) => {
  const { a, b } = await two(300, 1000, policies);
  expect((await payRun(s, b.brandId)).payouts.map((payout) => payout.amount)).toEqual([amount]);
  expect((await at(a)).receivable).toBe(amount === 1000 ? 300 : 0);
});

test('T-22 a payout that fails, and one that comes back, give the offset back, also when it was used already', async () => {
  const { a, b } = await two(300, 1000);
  const cancelled = await buildRun(s, { brandIds: [b.brandId] });
  await s.request(builder).post(`/api/v1/payout-runs/${cancelled.id}/cancel`).send({ reason: 'not now' }).expect(200);
  expect([await at(a), await at(b)]).toMatchObject([
    { receivable: 300, offset: 0 },
    { payable: 1000, offset: 0 },
  ]);
  const run = await payRun(s, b.brandId);
  await settle(s);
  await earned(s, a, 500);
  expect((await payRun(s, a.brandId)).payouts.map(({ amount }) => amount)).toEqual([500]);
  await settle(s);
  const settlements = run.payouts.map(({ id }) => ({ payoutId: id, outcome: 'returned' }));
  await s.request().post(`/api/v1/payout-runs/${run.id}/settlements`).send({ settlements }).expect(200);
  expect([await at(a), await at(b)]).toMatchObject([
    { receivable: 300, payable: 0, offset: 0 },
    { payable: 1000, offset: 0, paid: 0 },
  ]);
  expect((await payRun(s, b.brandId)).payouts.map(({ amount }) => amount)).toEqual([700]);
  expect(await at(a)).toMatchObject({ receivable: 0, payable: 0 });
  expect(await s.db.tx(everyBrand, balanceDrift)).toBe(0);
});

test('T-22 a debt that uses up the balance: nothing is paid and nothing is offset until more is earned', async () => {
  const { a, b } = await two(1000, 400);
  const none = await s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [b.brandId] })
    .expect(422);
  expect(none.body).toMatchObject({ code: 'run-empty', errors: [{ rule: 'owed-elsewhere' }] });
  expect([await at(a), await at(b)]).toMatchObject([{ receivable: 1000 }, { payable: 400 }]);
  await earned(s, b, 700);
  expect((await payRun(s, b.brandId)).payouts.map(({ amount }) => amount)).toEqual([100]);
});

test('T-22 SEC21 what is over a limit settles nothing: another balance of the partner in the same run does', async () => {
  const { a, b } = await two(300, 1000);
  const c = { brandId: newId('brand'), partnerId: a.partnerId };
  await s.deliver(brandChanged(c.brandId, { offsetScope: 'operator' }), enrolled(c.partnerId, c.brandId));
  await earned(s, c, 1000);
  const limit = { perPayout: 100, reason: 'as agreed' };
  await s.request(approver).post(`/api/v1/brands/${b.brandId}/payout-limits`).send(limit).expect(201);
  const run = await buildRun(s, { brandIds: [b.brandId, c.brandId] });
  expect(run).toMatchObject({
    payouts: [{ brandId: c.brandId, amount: 700, charges: [{ kind: 'offset', amount: -300 }] }],
    leftOut: [{ brandId: b.brandId, amount: 1000, reason: 'over-limit' }],
  });
  expect(await at(a)).toMatchObject({ receivable: 0, offset: -300 });
  expect(await at(b)).toMatchObject({ payable: 1000 });
});

test('T-22 who sees the paying brand alone builds its run all the same, and learns no more than the sum', async () => {
  const { b } = await two(300, 1000);
  const as = { ...builder, brandIds: [b.brandId] };
  const { body } = await s
    .request(as)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [b.brandId] })
    .expect(201);
  expect(body.payouts).toMatchObject([{ amount: 700, brandId: b.brandId }]);
  const seen = await s.request(as).get(`/api/v1/partners/${b.partnerId}/balance`).expect(200);
  expect(seen.body.balances.map(({ brandId }: Account) => brandId)).toEqual([b.brandId]);
  await expect(s.sql('UPDATE payout_offset SET amount = 1')).rejects.toMatchObject({ constraint: 'payout_offset_is_kept' });
  await expect(s.sql('DELETE FROM payout_offset')).rejects.toMatchObject({ code: '23514' });
});

test('T-22 over random histories of brands that offset, offsets sum to zero, no debt turns into a balance, and what is paid is earned', async () => {
  const seed = Number(process.env['SEED'] ?? 20_261_122);
  const random = seededRandom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const first = await aPartner(s, { offsetScope: 'operator' });
  const brands = [first, ...[1, 2].map(() => ({ brandId: newId('brand'), partnerId: first.partnerId }))];
  for (const each of brands.slice(1))
    await s.deliver(brandChanged(each.brandId, { offsetScope: 'operator' }), enrolled(each.partnerId, each.brandId));
  for (let step = 0; step < (process.env['TRIBUTARY_LONG'] === '1' ? 400 : 30); step++) {
    const at = brands[below(3)] as Owed;
    const action = below(4);
    if (action === 0) await earned(s, at, 1 + below(1000));
    if (action === 1) {
      const taken = accrued(at.partnerId, at.brandId, -1 - below(1500));
      await s.deliver(taken, approved(taken));
    }
    if (action === 2) {
      const answer = await s.request(builder).post('/api/v1/payout-runs').send({});
      if (answer.status === 201 && below(3) > 0) await sendOut(s, answer.body);
      else if (answer.status === 201)
        await s.request(builder).post(`/api/v1/payout-runs/${answer.body.id}/cancel`).send({ reason: 'no' }).expect(200);
    }
    if (action === 3) await settle(s);
    const accounts = await all(first.partnerId);
    expect([seed, step, accounts.reduce((sum, { offset }) => sum + offset, 0)]).toEqual([seed, step, 0]);
    // Lines and credits lie in what is payable; nothing else does.
    const { rows } = await s.db.tx(everyBrand, (tx) =>
      tx.query<{ brandId: string; lines: bigint; credit: bigint; payable: bigint }>(
        `SELECT b.brand_id AS "brandId", b.payable, coalesce((SELECT sum(amount) FROM entry e WHERE e.brand_id = b.brand_id AND e.bucket = 'payable'), 0)::bigint AS lines,
           (coalesce((SELECT sum(amount) FROM payout_offset o WHERE o.brand_id = b.brand_id AND given_back_at IS NULL), 0)
           - coalesce((SELECT sum((c ->> 'amount')::bigint) FROM payout p, jsonb_array_elements(p.charges) c WHERE p.brand_id = b.brand_id AND p.status NOT IN ('failed', 'returned') AND c ->> 'kind' = 'offset-credit'), 0))::bigint AS credit
         FROM balance b WHERE partner_id = $1`,
        [first.partnerId],
      ),
    );
    for (const { lines, credit, payable } of rows) expect([seed, step, lines + credit]).toEqual([seed, step, payable]);
  }
  await expectSoundBooks(s);
}, 600_000);

// The last one: it moves the clock into the next month.
test('T-22 O-13 the statement over brands has a section for each, with what was offset on both sides', async () => {
  const { a, b } = await two(300, 1000);
  await payRun(s, b.brandId);
  await settle(s);
  await s.moveClock(new Date('2026-04-01T06:00:00.000Z'));
  const { body } = await s.request().get(`/api/v1/partners/${a.partnerId}/account-statements/2026-03`).expect(200);
  const offsets = body.sections.map(
    ({ brandId, closing, totals }: { brandId: string; closing: number; totals: { kind: string; amount: number }[] }) => [
      brandId,
      closing,
      totals.find(({ kind }) => kind === 'offset')?.amount,
    ],
  );
  expect(offsets.sort()).toEqual(
    [
      [a.brandId, 0, 300],
      [b.brandId, 0, -300],
    ].sort(),
  );
  expect(body.totals).toEqual([{ currency: 'EUR', opening: 0, closing: 0, paid: 1000, offset: 0 }]);
});
