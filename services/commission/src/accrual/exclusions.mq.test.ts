import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent, repeated } from '@tributary/testkit';
import { aConversion, createDeal, entriesOf, recorded, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-01T12:00:00Z' });
  await createDeal(world, { terms: { components: [{ on: 'deposit', model: 'flat', amount: 5_000 }] } });
});
afterAll(() => world.service.stop());

const excluded = (customerId: string, excludedFrom: string | null, sequence: number) =>
  anEvent(
    'tracking.customer.changed.v1',
    {
      customerId,
      brandId: world.brandId,
      partnerId: null,
      tags: [],
      country: null,
      kycVerifiedAt: null,
      excludedFrom,
      assignments: [],
      changedAt: '2026-01-01T00:00:00.000Z',
    },
    { sequence },
  );

test('C-05 after a self-exclusion nothing is earned by a deal that asks nothing of customers, whichever is told first', async () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const customerId = newId('customer');
    const deposits = ['2026-05-01', '2026-05-10', '2026-05-11'].map((day) =>
      aConversion(world, { kind: 'deposit', customerId, occurredAt: `${day}T12:00:00.000Z` }),
    );
    const stranger = aConversion(world, { kind: 'deposit', customerId: newId('customer'), occurredAt: '2026-05-12T12:00:00.000Z' });
    const events = [...deposits, stranger].map((one) => recorded(one));
    for (const event of repeated(seed, [...events, excluded(customerId, '2026-05-10T12:00:00.000Z', 2), excluded(customerId, null, 1)]))
      await world.service.deliver(event);
    const entries = await entriesOf(world);
    const earned = (conversionId: string) =>
      entries.filter((one) => one.conversionId === conversionId).reduce((sum, { amount }) => sum + amount, 0);
    expect([...deposits, stranger].map(({ conversionId }) => earned(conversionId))).toEqual([5_000, 0, 0, 5_000]);
    for (const { id } of entries) {
      const { body } = await world.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
      expect(body.recomputed.matches).toBe(true);
    }
  }
});
