import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DataOf, newId } from '@tributary/contracts';
import { anEvent, repeated } from '@tributary/testkit';
import { aConversion, attributed, createDeal, entriesOf, recorded, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 3 });
  for (const [index, rate] of ['0.10', '0.20', '0.30'].entries())
    await createDeal(
      { ...world, partnerIds: [world.partnerIds[index] ?? ''] },
      { terms: { components: [{ on: 'sale', model: 'percentage', rate }] } },
    );
});
afterAll(() => world.service.stop());

const netOf = async (conversionId: string) => {
  const nets = new Map<string, number>();
  for (const { partnerId, amount } of await entriesOf(world, { conversionId })) nets.set(partnerId, (nets.get(partnerId) ?? 0) + amount);
  return world.partnerIds.map((partnerId) => nets.get(partnerId) ?? 0);
};

test.each([1, 2, 3, 4, 5, 6])('P-07 the highest revision of a conversion holds, in whatever order they come (seed %i)', async (seed) => {
  const [first = '', second = '', third = ''] = world.partnerIds;
  const sale = aConversion(world, { partnerId: first, revision: 0, details: null });
  const told = [
    recorded(sale),
    attributed({ ...sale, partnerId: second, revision: 1 }),
    attributed({ ...sale, partnerId: third, revision: 2 }),
  ];
  for (const event of repeated(seed, told)) await world.service.deliver(event);
  expect(await netOf(sale.conversionId)).toEqual([0, 0, 3000]);
});

test('P-07 what was paid is not edited: the one gets the difference taken back, the other is given his own', async () => {
  const [first = '', second = ''] = world.partnerIds;
  const sale = aConversion(world, { partnerId: first });
  await world.service.deliver(recorded(sale));
  const [paid] = await entriesOf(world, { conversionId: sale.conversionId });
  await world.service.deliver(attributed({ ...sale, partnerId: second, revision: 1 }));
  const entries = await entriesOf(world, { conversionId: sale.conversionId });
  expect(entries.find(({ id }) => id === paid?.id)).toMatchObject({ amount: 1000, partnerId: first });
  expect(entries.map(({ amount, reason, partnerId }) => [amount, reason, partnerId])).toEqual(
    expect.arrayContaining([
      [1000, 'accrual', first],
      [-1000, 'reattribution', first],
      [2000, 'reattribution', second],
    ]),
  );
});

test('C-05 of what is told of a customer the highest sequence holds', async () => {
  const customerId = newId('customer');
  const standing = (sequence: number, excludedFrom: string | null) => {
    const data: DataOf<'tracking.customer.changed.v1'> = {
      customerId,
      brandId: world.brandId,
      partnerId: null,
      tags: [],
      country: 'MT',
      kycVerifiedAt: null,
      excludedFrom,
      assignments: [],
      changedAt: '2026-05-01T00:00:00.000Z',
    };
    return anEvent('tracking.customer.changed.v1', data, { sequence });
  };
  const at = '2026-04-01T00:00:00.000Z';
  await world.service.deliver(standing(3, at), standing(2, null));
  await world.service.deliver(standing(1, null));
  const kept = await world.service.sql('SELECT sequence, standing FROM customer WHERE customer_id = $1', [customerId]);
  const told = { tags: [], country: 'MT', kycVerifiedAt: null, excludedFrom: at, assignments: [] };
  expect(kept).toEqual([{ sequence: 3, standing: told }]);
});
