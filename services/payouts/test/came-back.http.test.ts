import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { expectSoundBooks } from './sound-books.js';
import { aPartner, balanceOf, builder, buildRun, decided, earned, payRun, sendOut, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

/** Paid, and rejected after that. */
async function rejectedAfterPayment() {
  const owed = await aPartner(s);
  const [sale] = await earned(s, owed, 1000);
  const run = await payRun(s, owed.brandId);
  await settle(s);
  if (!sale) throw new Error('nothing was earned');
  await s.deliver(decided(sale, 'rejected', 2));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ rejected: 1000, paid: 1000, receivable: 1000 });
  return { owed, sale, run };
}
const comeBack = async ({ id, payouts }: { id: string; payouts: { id: string }[] }) => {
  const settlements = payouts.map(({ id: payoutId }) => ({ payoutId, outcome: 'returned' }));
  await s.request().post(`/api/v1/payout-runs/${id}/settlements`).send({ settlements }).expect(200);
};
const sound = async () => {
  await expectSoundBooks(s);
};

test('WE-51 FF7 rejected after payment, and then the payment comes back: the two cancel each other out, and the partner is paid what he earns', async () => {
  const { owed, sale, run } = await rejectedAfterPayment();
  await comeBack(run);
  const nothing = { rejected: 1000, paid: 0, payable: 0, receivable: 0 };
  expect(await balanceOf(s, owed.partnerId)).toMatchObject(nothing);
  const [more] = await earned(s, owed, 500);
  const next = await payRun(s, owed.brandId);
  expect(next.payouts).toMatchObject([{ amount: 500, lines: [{ entryId: more?.data.entryId, amount: 500 }] }]);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ ...nothing, paid: 500 });
  // Approved once more it is paid as one line, and taken back once when it is rejected after that.
  await s.deliver(decided(sale, 'approved', 3));
  const last = await payRun(s, owed.brandId);
  expect(last.payouts).toMatchObject([{ amount: 1000, lines: [{ amount: 1000 }] }]);
  await settle(s);
  await s.deliver(decided(sale, 'rejected', 4));
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ rejected: 1000, paid: 1500, receivable: 1000 });
  await sound();
});

test('WE-51 the payment comes back while a run nets what is taken back of it: what the run gives back cancels out then', async () => {
  const { owed, run } = await rejectedAfterPayment();
  await earned(s, owed, 3000);
  const netting = await buildRun(s, { brandIds: [owed.brandId] });
  expect(netting.payouts).toMatchObject([{ amount: 2000 }]);
  await comeBack(run);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ rejected: 1000, inPayout: 2000, payable: 1000, paid: 0 });
  await s.request(builder).post(`/api/v1/payout-runs/${netting.id}/cancel`).send({ reason: 'not now' }).expect(200);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ rejected: 1000, inPayout: 0, payable: 3000, receivable: 0 });
  const next = await buildRun(s, { brandIds: [owed.brandId] });
  expect(next.payouts).toMatchObject([{ amount: 3000, lines: [{ amount: 3000 }] }]);
  await sendOut(s, next);
  await settle(s);
  expect(await balanceOf(s, owed.partnerId)).toMatchObject({ paid: 3000, payable: 0 });
  await sound();
});

test('WE-51 FF5 FF7 rejected on its way, paid and back: said one after the other, at once, or only that it is back, it comes to the same', async () => {
  const tellings = [[['settled'], ['returned']], [['settled', 'returned']], [['returned']]] as const;
  for (const telling of tellings) {
    const owed = await aPartner(s);
    const [sale] = await earned(s, owed, 1000);
    const { id, payouts } = await payRun(s, owed.brandId);
    if (!sale) throw new Error('nothing was earned');
    await s.deliver(decided(sale, 'rejected', 2));
    for (const outcomes of telling) {
      const settlements = outcomes.flatMap((outcome) => payouts.map(({ id: payoutId }) => ({ payoutId, outcome })));
      await s.request().post(`/api/v1/payout-runs/${id}/settlements`).send({ settlements }).expect(200);
    }
    const nothing = { accrued: 1000, reversed: 0, rejected: 1000, pending: 0, inPayout: 0, paid: 0, payable: 0, receivable: 0 };
    expect(await balanceOf(s, owed.partnerId)).toMatchObject(nothing);
    for (const type of ['settled', 'returned'] as const)
      expect((await s.published(`payouts.payout.${type}.v1`)).filter(({ subject }) => subject === payouts[0]?.id)).toHaveLength(1);
    await earned(s, owed, 500);
    expect((await payRun(s, owed.brandId)).payouts).toMatchObject([{ amount: 500, lines: [{ amount: 500 }] }]);
  }
  await sound();
});
