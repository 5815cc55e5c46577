import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, repeated, startTestService, type TestService } from '@tributary/testkit';
import { aBrand } from '../../test/facts.js';
import { compose } from '../composition.js';

let insights: TestService;
beforeAll(async () => {
  insights = await startTestService(compose);
});
afterAll(() => insights.stop());

test.each([1, 2, 3, 4])('P-07 a conversion counts for the partner of its highest revision, once (seed %i)', async (seed) => {
  const { brandId, brand, recorded } = aBrand();
  const sale = recorded({ revision: 0 });
  const [second, third] = [newId('partner'), newId('partner')];
  const given = (partnerId: string, revision: number) =>
    anEvent('tracking.conversion.attributed.v1', { ...sale.data, partnerId, revision });
  await insights.deliver(brand);
  for (const event of repeated(seed, [sale, given(second, 1), given(third, 2)])) await insights.deliver(event);
  const { body } = await insights.request().get(`/api/v1/insights/activity?by=partner&brandId=${brandId}`).expect(200);
  expect(body.data).toMatchObject([{ partnerId: third, conversions: 1 }]);
});
