import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { accrued, aPartner, approved, balanceOf, builder, buildRun, decided, earned, type Owed, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const rule = (field: string, operator: string, value: unknown) => ({ combinator: 'and', rules: [{ field, operator, value }] });
const fiveCustomers = { name: 'five active customers', rule: rule('month.customers', '>=', 5) };
const conditions = (owed: Owed, body: object) =>
  s
    .request(builder)
    .post(`/api/v1/brands/${owed.brandId}/payout-schedules`)
    .send({ pay: { anchor: 'month-end', days: 4 }, ...body });
const ask = (owed: Owed) =>
  s
    .request(builder)
    .post('/api/v1/payout-runs')
    .send({ brandIds: [owed.brandId] });

/** A customer's sale, approved. */
async function sale(owed: Owed, amount: number, options: Parameters<typeof accrued>[3] = {}) {
  const entry = accrued(owed.partnerId, owed.brandId, amount, { customerId: newId('customer'), ...options });
  await s.deliver(entry, approved(entry));
  await s.service.runDueJobs();
  return entry;
}

test('WE-25 O-04 earned but not withdrawable: with four active customers nothing is paid and the balance is kept; with the fifth all of it is', async () => {
  const owed = await aPartner(s);
  await conditions(owed, { eligibility: [fiveCustomers] }).expect(201);
  for (let customer = 0; customer < 4; customer++) await sale(owed, 1000);
  // The same customer again is none more; nor is one of last month, one whose sale was rejected, or one whose sale was taken back.
  const again = newId('customer');
  await sale(owed, 500, { customerId: again, occurredAt: '2026-02-27T12:00:00.000Z' });
  const rejected = accrued(owed.partnerId, owed.brandId, 700, { customerId: newId('customer') });
  await s.deliver(rejected, decided(rejected, 'rejected'));
  const left = await ask(owed).expect(422);
  expect(left.body).toMatchObject({ code: 'run-empty', errors: [{ rule: 'not-eligible' }] });
  expect(left.body.detail).toContain('not-eligible (five active customers)');
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ payable: 4500, inPayout: 0, paid: 0 });
  await sale(owed, 1, { customerId: again });
  const run = await buildRun(s, { brandIds: [owed.brandId] });
  expect(run.payouts.map(({ amount }) => amount)).toEqual([4501]);
});

test('O-04 a run names the balances that are not eligible, and the rule; others are paid', async () => {
  const owed = await aPartner(s);
  const other = { ...(await aPartner(s)), brandId: owed.brandId };
  await conditions(owed, { eligibility: [{ name: 'two sales', rule: rule('month.conversions', '>=', 2) }] }).expect(201);
  await earned(s, owed, 100);
  await earned(s, other, 100, 50);
  const run = (await buildRun(s, { brandIds: [owed.brandId] })) as unknown as { payouts: object[]; leftOut: object[] };
  expect(run.payouts).toMatchObject([{ partnerId: other.partnerId, amount: 150 }]);
  expect(run.leftOut).toEqual([
    { partnerId: owed.partnerId, brandId: owed.brandId, currency: 'EUR', amount: 100, reason: 'not-eligible', rule: 'two sales' },
  ]);
});

test.each([
  ['month.conversions', '=', 2, true],
  ['payable.entries', '=', 2, true],
  ['payable.amount', '>=', 150, true],
  ['payable.amount', '>', 150, false],
  ['enrollment.status', '=', 'active', true],
  ['enrollment.status', '=', 'ended', false],
  ['partner.tags', 'contains', 'vip', false],
  ['partner.tags', 'doesNotContain', 'vip', true],
])('O-04 %s %s %s holds: %s', async (field, operator, value, holds) => {
  const owed = await aPartner(s);
  await conditions(owed, { status: 'paused', eligibility: [{ name: 'it', rule: rule(field, operator, value) }] }).expect(201);
  await earned(s, owed, 100, 50);
  await ask(owed).expect(holds ? 201 : 422);
});

test('O-04 a sale that was taken back whole counts for nobody', async () => {
  const owed = await aPartner(s);
  await conditions(owed, { eligibility: [{ name: 'a customer', rule: rule('month.customers', '>=', 1) }] }).expect(201);
  await earned(s, owed, 900);
  const sold = await sale(owed, 100);
  const refund = accrued(owed.partnerId, owed.brandId, -100, { adjusts: sold.data.entryId, customerId: sold.data.customerId ?? '' });
  refund.data.conversionId = sold.data.conversionId;
  await s.deliver(refund, approved(refund));
  await ask(owed).expect(422);
});

test('a rule that cannot be evaluated is refused when it is written', async () => {
  const owed = await aPartner(s);
  const answer = await conditions(owed, { eligibility: [{ name: 'x', rule: rule('partner.iban', '=', 'x') }] }).expect(422);
  expect(answer.body.errors).toEqual([{ pointer: '/eligibility/0/rule/rules/0/field', rule: 'unknown-field' }]);
});
