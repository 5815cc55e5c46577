import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ConversionData } from '@tributary/contracts';
import { repeated, seededRandom } from '@tributary/testkit';
import { aConversion, aRefund, createDeal, recorded, startWorld, type World } from './builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 3, now: '2026-06-01T00:00:00Z' });
  const [withDeal] = world.partnerIds;
  await createDeal(world, {
    partnerId: withDeal,
    terms: {
      components: [
        { on: 'sale', model: 'percentage', rate: '0.10', qualify: { minAmount: 1000 } },
        { on: 'lead', model: 'flat', amount: 500 },
      ],
    },
  });
});
afterAll(() => world.service.stop());

const count = 10_000;

/** Accepted conversions of every sort, the same ones for the same seed. */
function conversions(seed: number): ConversionData[] {
  const random = seededRandom(seed);
  const [paid, , without] = world.partnerIds;
  const list: ConversionData[] = [];
  let sale: ConversionData | undefined;
  for (let index = 0; index < count; index += 1) {
    const die = random();
    const amount = 1000 + Math.floor(random() * 100_000);
    if (die < 0.1) list.push(aConversion(world, { partnerId: without ?? null }));
    else if (die < 0.2) list.push(aConversion(world, { amount: Math.floor(random() * 1000) }));
    else if (die < 0.3) list.push(aConversion(world, { partnerId: null, unattributedReason: 'outside-window' }));
    else if (die < 0.4 && sale) list.push(aRefund(world, sale, Math.floor(random() * 500)));
    else if (die < 0.42)
      list.push(
        aConversion(world, {
          kind: 'refund',
          originalEventId: 'never-seen',
          originalConversionId: null,
          partnerId: null,
          unattributedReason: 'original-unknown',
        }),
      );
    else if (die < 0.44) list.push(aConversion(world, { currency: null, amount: null, kind: 'lead', partnerId: paid ?? null }));
    else if (die < 0.46 && sale) list.push(aRefund(world, sale, 100, { currency: 'USD' }));
    else {
      sale = aConversion(world, { partnerId: paid ?? null, amount });
      list.push(sale);
    }
  }
  return list;
}

test('P-17 each of 10,000 accepted conversions, delivered up to three times, has exactly one outcome, and the counts sum to 10,000', async () => {
  const events = repeated(
    7,
    conversions(7).map((conversion) => recorded(conversion)),
  );
  expect(events.length).toBeGreaterThan(15_000);
  for (let at = 0; at < events.length; at += 500) await world.service.deliver(...events.slice(at, at + 500));

  const stored = await world.service.sql<{ outcome: string; count: number }>(
    'SELECT outcome, count(*)::int AS count FROM conversion WHERE level > 0 GROUP BY outcome',
  );
  const counts = Object.fromEntries(stored.map((row) => [row.outcome, row.count]));
  expect(Object.values(counts).reduce((sum, one) => sum + one, 0)).toBe(count);
  expect(Object.keys(counts).sort()).toEqual(['commission', 'held', 'rejected', 'reversal', 'zero-commission']);

  // What was told: per conversion the ratings count up from 1, and the last one told is the one stored.
  const [told] = await world.service.sql<{ conversions: number; broken: number }>(`
    WITH rated AS (SELECT envelope->'data' AS data FROM messaging.outbox WHERE type = 'commission.conversion.rated.v1'),
         last AS (SELECT data->>'conversionId' AS id, count(*) AS told, max((data->>'rating')::int) AS rating, (array_agg(data->>'outcome' ORDER BY (data->>'rating')::int DESC))[1] AS outcome FROM rated GROUP BY 1)
    SELECT count(*)::int AS conversions, (count(*) FILTER (WHERE told <> last.rating OR last.outcome <> conversion.outcome))::int AS broken
    FROM last JOIN conversion ON conversion_id = last.id`);
  expect(told).toEqual({ conversions: count, broken: 0 });
  // A commission has an entry; what has no commission has no net.
  const [odd] = await world.service.sql<{ count: number }>(`
    SELECT count(*)::int AS count FROM conversion LEFT JOIN (SELECT conversion_id, sum(net) AS net FROM commission_scope GROUP BY 1) AS books USING (conversion_id)
    WHERE kind NOT IN ('refund', 'chargeback') AND (outcome = 'commission') <> (coalesce(net, 0) <> 0)`);
  expect(odd?.count).toBe(0);
}, 120_000);
