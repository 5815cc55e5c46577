import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../src/composition.js';
import { partnerSide } from './tax-world.js';
import { aPartner, approver, builder, start } from './world.js';

let s: TestService;
beforeAll(async () => {
  s = await startTestService((environment) => compose(environment), { now: start });
});
afterAll(() => s.stop());

test('C-07 SEC19 who is bound to a partner decides nothing of how its brand pays, whatever its role, and verifies no account', async () => {
  const owed = await aPartner(s);
  const account = { kind: 'bank-account', account: { name: 'Ada', iban: 'SE4550000000058398257466' } };
  const { id } = (await s.request().post(`/api/v1/partners/${owed.partnerId}/payout-methods`).send(account).expect(201)).body;
  const brand = `/api/v1/brands/${owed.brandId}`;
  const tries = [
    [builder, `${brand}/payout-exchange-policies`, { pairs: [{ from: 'USD', to: 'EUR' }] }],
    [builder, `${brand}/payout-schedules`, { pay: { anchor: 'month-end', days: 4 }, minimum: 1 }],
    [approver, `${brand}/payout-limits`, { brandPerDay: 100, reason: 'more' }],
    [approver, `${brand}/tax/profile`, { country: 'US', legalName: 'Brand Ltd', address: '2 Brand Road' }],
    [approver, `/api/v1/payout-methods/${id}/verify`, { means: 'prenote' }],
  ] as const;
  for (const [as, path, body] of tries) {
    const answer = (who: object) => s.request(who).post(path).send(body);
    expect([path, (await answer({ ...partnerSide(owed), roles: as.roles })).body.code]).toEqual([path, 'not-permitted']);
    expect([path, (await answer(as)).status]).toEqual([path, path.endsWith('verify') ? 200 : 201]);
  }
  const limits = async (as: object) => (await s.request(as).get(`/api/v1/payout-limits?brandId=${owed.brandId}`).expect(200)).body.data;
  expect([await limits(partnerSide(owed)), (await limits(approver)).length]).toEqual([[], 1]);
});
