import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import type { PrismaClient } from '../src/generated/client.js';
import { accrued, aPartner, approved, balanceOf, earned, type Owed, partnerChanged, payRun, settle, start } from './world.js';

let s: TestService<PrismaClient>;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

const endOfMarch = '2026-03-31T21:59:59.999Z';
const of = ({ brandId }: Owed, query = '') => s.request().get(`/api/v1/brands/${brandId}/balance${query}`);

test('O-11 a refund dated last month: by effective date and by booking date both answers are right, and differ', async () => {
  const owed = await aPartner(s);
  const other = newId('partner');
  const [sale] = await earned(s, owed, 10_000);
  await payRun(s, owed.brandId);
  await settle(s);
  await s.deliver(partnerChanged(other));
  await earned(s, { brandId: owed.brandId, partnerId: other }, 700);

  await s.moveClock(new Date('2026-04-10T09:00:00.000Z'));
  const refund = accrued(owed.partnerId, owed.brandId, -2500, {
    adjusts: sale?.data.entryId ?? null,
    occurredAt: '2026-03-20T12:00:00.000Z',
  });
  await s.deliver(refund, approved(refund));

  const booked = await balanceOf(s, owed.partnerId, `?asOf=${endOfMarch}&by=booked`);
  const effective = await balanceOf(s, owed.partnerId, `?asOf=${endOfMarch}&by=effective`);
  expect(booked).toMatchObject({ accrued: 10_000, reversed: 0, paid: 10_000, receivable: 0 });
  expect(effective).toMatchObject({ accrued: 10_000, reversed: 2500, paid: 10_000, receivable: 2500 });
  expect(await balanceOf(s, owed.partnerId, `?asOf=${endOfMarch}`)).toEqual(effective);
  // As it was known then, the effective date gives what was booked; and by now the two agree.
  expect(await balanceOf(s, owed.partnerId, `?asOf=${endOfMarch}&knownAt=${endOfMarch}`)).toEqual(booked);
  expect(await balanceOf(s, owed.partnerId, '?by=booked')).toEqual(await balanceOf(s, owed.partnerId));

  // The brand's totals are those of its partners; a receivable of one lessens no other's payable.
  const [bookedTotal, effectiveTotal, now] = await Promise.all([
    of(owed, `?asOf=${endOfMarch}&by=booked`),
    of(owed, `?asOf=${endOfMarch}`),
    of(owed),
  ]);
  expect(bookedTotal.body.balances).toMatchObject([{ currency: 'EUR', accrued: 10_700, reversed: 0, payable: 700, receivable: 0 }]);
  expect(effectiveTotal.body.balances).toMatchObject([{ accrued: 10_700, reversed: 2500, payable: 700, receivable: 2500 }]);
  expect(now.body).toMatchObject({ by: 'effective', balances: effectiveTotal.body.balances });
});

test('O-11 by booking, knownAt says nothing more; a brand is shown to who sees it and to no partner', async () => {
  const owed = await aPartner(s);
  await earned(s, owed, 100);
  const both = await s.request().get(`/api/v1/partners/${owed.partnerId}/balance?by=booked&knownAt=${endOfMarch}`).expect(422);
  expect(both.body).toMatchObject({ code: 'request-invalid', errors: [{ pointer: '?knownAt' }] });
  const path = `/api/v1/brands/${owed.brandId}/balance`;
  await s
    .request({ brandIds: [newId('brand')] })
    .get(path)
    .expect(404);
  await s.request({ actorKind: 'partner', partnerId: owed.partnerId }).get(path).expect(404);
  await s
    .request()
    .get(`/api/v1/brands/${newId('brand')}/balance`)
    .expect(404);
});
