import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { anEvent } from '@tributary/testkit';
import { aConversion, aRefund, createDeal, entriesOf, partnerOf, recorded, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 8, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
const partner = (): World => ({ ...world, partnerIds: [world.partnerIds[next++] ?? ''] });
const nets = async (place: World): Promise<Record<string, number>> => {
  const byConversion: Record<string, number> = {};
  for (const { conversionId, amount } of await entriesOf(world, { partnerId: partnerOf(place) }))
    byConversion[conversionId] = (byConversion[conversionId] ?? 0) + amount;
  return byConversion;
};
const total = async (place: World): Promise<number> => Object.values(await nets(place)).reduce((a, b) => a + b, 0);

const retroactive = {
  components: [
    {
      on: 'deposit',
      model: 'flat',
      amount: 25_000,
      tiers: {
        metric: { measure: 'count' },
        reset: 'month',
        scale: 'whole',
        crossing: 'new',
        bounds: 'inclusive',
        retroactive: 'all',
        demotion: 'unwind',
        bands: [
          { upTo: 2, amount: 25_000 },
          { upTo: 4, amount: 27_500 },
          { upTo: null, amount: 30_000 },
        ],
      },
    },
  ],
};

test('WE-20 a retroactive scale posts a difference for each that came before', async () => {
  const place = partner();
  await createDeal(place, { partnerId: partnerOf(place), terms: retroactive });
  const deposits = Array.from({ length: 6 }, (_, index) =>
    aConversion(place, { kind: 'deposit', amount: 5_000, occurredAt: `2026-05-0${index + 1}T10:00:00.000Z` }),
  );
  const totals: number[] = [];
  for (const deposit of deposits) {
    await world.service.deliver(recorded(deposit));
    totals.push(await total(place));
  }
  expect(totals).toEqual([25_000, 50_000, 82_500, 110_000, 150_000, 180_000]);
  const entries = await entriesOf(world, { partnerId: partnerOf(place) });
  expect(entries.map(({ amount, reason }) => [amount, reason])).toEqual([
    [25_000, 'accrual'],
    [25_000, 'accrual'],
    [27_500, 'accrual'],
    [2_500, 're-rating'],
    [2_500, 're-rating'],
    [27_500, 'accrual'],
    [30_000, 'accrual'],
    ...Array.from({ length: 4 }, () => [2_500, 're-rating']),
    [30_000, 'accrual'],
  ]);
  await world.service.deliver(recorded(aRefund(place, deposits[5] as never, null)));
  expect(await total(place)).toBe(150_000);
});

test('WE-23 a marginal scale cuts what crosses a bound, in whatever order it comes', async () => {
  const terms = {
    components: [
      {
        on: 'sale',
        model: 'percentage',
        rate: '0.10',
        tiers: {
          metric: { measure: 'amount' },
          reset: 'month',
          scale: 'marginal',
          bounds: 'inclusive',
          retroactive: 'none',
          demotion: 'unwind',
          bands: [
            { upTo: 500_000, rate: '0.10' },
            { upTo: null, rate: '0.12' },
          ],
        },
      },
    ],
  };
  const place = partner();
  await createDeal(place, { partnerId: partnerOf(place), terms });
  const [first, second] = [400_000, 200_000].map((amount, index) =>
    aConversion(place, { amount, occurredAt: `2026-05-0${index + 1}T10:00:00.000Z` }),
  );
  await world.service.deliver(recorded(second as never));
  expect(await total(place)).toBe(20_000);
  await world.service.deliver(recorded(first as never));
  expect(await total(place)).toBe(62_000);
  expect(await nets(place)).toEqual({ [first?.conversionId ?? '']: 40_000, [second?.conversionId ?? '']: 22_000 });
  await world.service.deliver(recorded(aRefund(place, first as never, 400_000)));
  expect(await total(place)).toBe(20_000);
});

test('WE-70 caps by day and by month', async () => {
  const cap = (limit: number, per: string) => ({ measure: 'conversions', limit, per, of: 'partner', afterRefund: 'returns' });
  const terms = { components: [{ on: 'lead', model: 'flat', amount: 100, caps: [cap(50, 'day'), cap(500, 'month')] }] };
  const place = partner();
  await createDeal(place, { partnerId: partnerOf(place), terms });
  const leads = Array.from({ length: 60 }, (_, index) =>
    aConversion(place, {
      kind: 'lead',
      amount: null,
      currency: null,
      occurredAt: `2026-05-04T10:${String(index).padStart(2, '0')}:00.000Z`,
    }),
  );
  await world.service.deliver(...leads.slice(30).map((lead) => recorded(lead)));
  await world.service.deliver(...leads.slice(0, 30).map((lead) => recorded(lead)));
  expect(await total(place)).toBe(5_000);
  const paid = await nets(place);
  expect(leads.map(({ conversionId }) => (paid[conversionId] ?? 0) > 0)).toEqual(leads.map((_, index) => index < 50));
});

test('P-04 a tag removed at noon: what came before is rated with it, whatever arrives first', async () => {
  const place = partner();
  const terms = {
    components: [
      {
        on: 'sale',
        model: 'percentage',
        rate: '0.10',
        alternatives: [
          {
            name: 'influencer',
            priority: 1,
            when: { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'influencer' }] },
            rate: '0.20',
          },
        ],
      },
    ],
  };
  await createDeal(place, { partnerId: partnerOf(place), terms });
  const before = aConversion(place, { occurredAt: '2026-05-10T11:59:59.000Z' });
  const after = aConversion(place, { occurredAt: '2026-05-10T12:00:01.000Z' });
  await world.service.deliver(recorded(after));
  const event = anEvent(
    'directory.partner.changed.v1',
    {
      partnerId: partnerOf(place),
      type: 'affiliate',
      country: null,
      status: 'active',
      riskLevel: 'low',
      parentId: null,
      tags: [{ tag: 'influencer', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: '2026-05-10T12:00:00.000Z' }],
      contactCommitment: 'none',
      changedAt: '2026-05-10T12:00:00.000Z',
    },
    { sequence: 5 },
  );
  await world.service.deliver(event);
  await world.service.deliver(recorded(before));
  expect(await nets(place)).toEqual({ [before.conversionId]: 2_000, [after.conversionId]: 1_000 });
});

test('a scale that lifts only what is unpaid leaves what a payout has settled', async () => {
  const place = partner();
  const [component] = retroactive.components;
  const terms = { components: [{ ...component, tiers: { ...component?.tiers, retroactive: 'unpaid' } }] };
  await createDeal(place, { partnerId: partnerOf(place), terms });
  const deposits = Array.from({ length: 3 }, (_, index) =>
    aConversion(place, { kind: 'deposit', amount: 5_000, occurredAt: `2026-05-0${index + 1}T10:00:00.000Z` }),
  );
  const [first, second, third] = deposits.map((deposit) => recorded(deposit)) as [never, never, never];
  await world.service.deliver(first, second);
  const [entry] = await entriesOf(world, { partnerId: partnerOf(place) });
  await world.service.deliver(third);
  expect(await total(place)).toBe(82_500);
  const [created, settled] = paying(place, entry?.id ?? '', '2026-05-02T20:00:00.000Z');
  await world.service.deliver(settled);
  expect(await total(place)).toBe(82_500);
  await world.service.deliver(created);
  expect(await total(place)).toBe(80_000);
});

test('A-19 a scale that lifts all posts the difference of what a payout has settled too, linked to it', async () => {
  const place = partner();
  await createDeal(place, { partnerId: partnerOf(place), terms: retroactive });
  const [first, second, third] = Array.from({ length: 3 }, (_, index) =>
    recorded(aConversion(place, { kind: 'deposit', amount: 5_000, occurredAt: `2026-05-0${index + 1}T10:00:00.000Z` })),
  ) as [never, never, never];
  await world.service.deliver(first, second);
  const before = await entriesOf(world, { partnerId: partnerOf(place) });
  for (const told of paying(place, before[0]?.id ?? '', '2026-05-02T20:00:00.000Z')) await world.service.deliver(told);
  const [paid, unpaid] = await entriesOf(world, { partnerId: partnerOf(place) });
  expect([paid, unpaid]).toMatchObject([{ amount: 25_000, status: 'paid' }, { amount: 25_000 }]);
  expect(unpaid?.status).not.toBe('paid');

  await world.service.deliver(third);
  const posted = (await entriesOf(world, { partnerId: partnerOf(place) })).slice(2);
  expect(posted.filter(({ reason }) => reason === 're-rating')).toMatchObject(
    [paid, unpaid].map((entry) => ({ amount: 2_500, conversionId: entry?.conversionId, adjusts: entry?.id })),
  );
  expect(posted).toHaveLength(3);
  expect(await total(place)).toBe(82_500);
  expect((await entriesOf(world, { partnerId: partnerOf(place) }))[0]).toEqual(paid);
});

/** A payout of one entry, and its settlement. */
function paying(place: World, entryId: string, at: string) {
  const [payoutId, runId] = [newId('payout'), newId('run')];
  const payout = { payoutId, runId, partnerId: partnerOf(place), brandId: place.brandId, amount: 25_000, currency: 'EUR', sandbox: true };
  const created = { ...payout, part: 1, parts: 1, lines: [{ entryId, amount: 25_000 }], createdAt: at };
  const step = { ...payout, rail: 'simulated', railKey: 'key', railReference: null, reason: null, contentHash: '0'.repeat(64), at };
  return [anEvent('payouts.payout.created.v1', created), anEvent('payouts.payout.settled.v1', step)] as const;
}

test('the order of a stream is that of the engine, whatever the collation of the database', async () => {
  const rows = await world.service.sql(
    `SELECT DISTINCT collation_name AS name FROM information_schema.columns
     WHERE table_name IN ('stream_record', 'stream_checkpoint') AND column_name IN ('event_id', 'conversion_id')`,
  );
  expect(rows).toEqual([{ name: 'C' }]);
});
