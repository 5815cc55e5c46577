import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { repeated, startTestService, type TestService } from '@tributary/testkit';
import { aBrand } from '../../test/facts.js';
import { compose } from '../composition.js';

let insights: TestService;
beforeAll(async () => {
  insights = await startTestService(compose);
});
afterAll(() => insights.stop());

test.each([1, 2])(
  'T-34 a conversion counts once, for who brought it; what it earns counts for each who earns it (seed %i)',
  async (seed) => {
    const { brandId, partnerId, brand, recorded, entry } = aBrand();
    const [above, sharing] = [newId('partner'), newId('partner')];
    const sale = recorded();
    const { conversionId } = sale.data;
    const of = (amount: number, beneficiary: string, component: string) =>
      entry(amount, sale.data.occurredAt, { conversionId, causeConversionId: conversionId, partnerId: beneficiary, component });
    const month = { conversionId: null, causeConversionId: null, component: 'play', reason: 'statement' } as const;
    const events = [
      of(600, partnerId, 'sale'),
      of(400, sharing, 'sale'),
      of(60, above, 'master'),
      of(-60, partnerId, 'master-funding'),
      entry(4200, sale.data.occurredAt, month),
    ];
    await insights.deliver(brand);
    for (const event of repeated(seed, [sale, ...events])) await insights.deliver(event);
    const rows = async (by: string) =>
      (await insights.request().get(`/api/v1/insights/activity?${by}brandId=${brandId}`).expect(200)).body.data;
    const byPartner = Object.fromEntries(
      (await rows('by=partner&')).map((row: { partnerId: string; conversions: number; accrued: number }) => [
        row.partnerId,
        [row.conversions, row.accrued],
      ]),
    );
    expect(byPartner).toEqual({ [partnerId]: [1, 4740], [sharing]: [0, 400], [above]: [0, 60] });
    expect(await rows('')).toMatchObject([{ conversions: 1, accrued: 5200 }]);
  },
);
