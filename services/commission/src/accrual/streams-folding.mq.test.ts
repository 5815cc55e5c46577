import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, newId } from '@tributary/contracts';
import { everything } from '@tributary/service-kit';
import { shuffled } from '@tributary/testkit';
import {
  aConversion,
  aRefund,
  attributed,
  createDeal,
  entriesOf,
  partnerOf,
  recorded,
  startWorld,
  type World,
} from '../../test/builders.js';
import { refoldStatements } from '../statements/refold-statements.js';
import { onConversionRecorded } from './on-conversion.consumer.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 12, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
const partner = (): World => ({ ...world, partnerIds: [world.partnerIds[next++] ?? ''] });
const policies = { bounds: 'inclusive', demotion: 'unwind', crossing: 'new', retroactive: 'none' };
const scale = (bands: readonly object[], rest: object = {}) => ({
  metric: { measure: 'count' },
  reset: 'month',
  scale: 'whole',
  ...policies,
  bands,
  ...rest,
});
const percentage = (rest: object) => ({ components: [{ on: 'sale', model: 'percentage', rate: '0.10', ...rest }] });
const bands = (upTo: number) => [{ upTo }, { upTo: null, rate: '0.20' }];
const minute = (index: number): string => new Date(Date.UTC(2026, 4, 4, 8, index)).toISOString();

async function nets(place: World): Promise<Map<string, number>> {
  const rows = await world.service.sql<{ id: string; net: number }>(
    'SELECT conversion_id AS id, sum(amount)::int AS net FROM commission_entry WHERE partner_id = $1 GROUP BY 1',
    [partnerOf(place)],
  );
  return new Map(rows.map(({ id, net }) => [id, net]));
}
const netsOf = async (place: World, conversions: readonly ConversionData[]): Promise<number[]> => {
  const known = await nets(place);
  return conversions.map(({ conversionId }) => known.get(conversionId) ?? 0);
};
const total = async (place: World): Promise<number> => [...(await nets(place)).values()].reduce((sum, one) => sum + one, 0);

test('M-27 a late sale in the middle of 450 is folded on from the last checkpoint before it', async () => {
  const place = partner();
  await createDeal(place, { partnerId: partnerOf(place), terms: percentage({ tiers: scale(bands(300)) }) });
  const sales = Array.from({ length: 450 }, (_, index) => aConversion(place, { amount: 1_000, occurredAt: minute(index) }));
  const all = shuffled(
    3,
    sales.filter((_, index) => index !== 250),
  );
  for (let at = 0; at < all.length; at += 150) await world.service.deliver(...all.slice(at, at + 150).map((sale) => recorded(sale)));
  const wanted = (late: boolean) => sales.map((_, index) => (index === 250 && !late ? 0 : index < (late ? 300 : 301) ? 100 : 200));
  expect(await netsOf(place, sales)).toEqual(wanted(false));
  const kept = await world.service.sql<{ count: number }>('SELECT count(*)::int AS count FROM stream_checkpoint');
  expect(kept[0]?.count).toBeGreaterThan(0);

  await world.service.deliver(recorded(sales[250] as ConversionData));
  expect(await netsOf(place, sales)).toEqual(wanted(true));
  await world.service.deliver(recorded(aRefund(place, sales[10] as ConversionData, 1_000)));
  expect(await netsOf(place, sales)).toEqual(sales.map((_, index) => (index === 10 ? 0 : index < 301 ? 100 : 200)));
});

test('customers are counted once over checkpoints, and one whose sale is refunded counts again with the next', async () => {
  const place = partner();
  const metric = { measure: 'customers' };
  await createDeal(place, { partnerId: partnerOf(place), terms: percentage({ tiers: scale(bands(2), { metric }) }) });
  const [x, y, z] = [newId('customer'), newId('customer'), newId('customer')];
  const at = (index: number, customerId: string) => aConversion(place, { amount: 1_000, customerId, occurredAt: minute(index) });
  const sales = [at(0, x), ...Array.from({ length: 220 }, (_, index) => at(index + 1, y)), at(230, x), at(231, z)];
  await world.service.deliver(...sales.map((sale) => recorded(sale)));
  expect((await netsOf(place, sales)).slice(-2)).toEqual([100, 200]);
  // x has bought nothing then before its second sale; y had counted long before.
  await world.service.deliver(recorded(aRefund(place, sales[0] as ConversionData, 1_000)));
  expect((await netsOf(place, sales)).slice(-2)).toEqual([100, 200]);
  await world.service.deliver(recorded(aRefund(place, sales[221] as ConversionData, 1_000)));
  expect((await netsOf(place, sales)).slice(-2)).toEqual([0, 100]);
  await world.service.deliver(recorded(at(0, newId('customer'))));
  expect((await netsOf(place, sales)).at(-1)).toBe(200);
});

test('P-07 a sale that goes to another partner leaves one retroactive scale and enters another: both are right', async () => {
  const [from, to] = [partner(), partner()];
  const terms = percentage({ tiers: scale(bands(3), { retroactive: 'all' }) });
  for (const place of [from, to]) await createDeal(place, { partnerId: partnerOf(place), terms });
  const sales = [from, to].map((place) =>
    Array.from({ length: 4 }, (_, index) => aConversion(place, { amount: 1_000, occurredAt: minute(index) })),
  );
  const [theirs, others] = [sales[0] ?? [], (sales[1] ?? []).slice(0, 3)];
  await world.service.deliver(...[...theirs, ...others].map((sale) => recorded(sale)));
  expect([await netsOf(from, theirs), await netsOf(to, others)]).toEqual([
    [200, 200, 200, 200],
    [100, 100, 100],
  ]);
  const moved = { ...(theirs[3] as ConversionData), partnerId: partnerOf(to) };
  await world.service.deliver(attributed(moved));
  expect(await netsOf(from, theirs)).toEqual([100, 100, 100, 0]);
  expect(await netsOf(to, [...others, moved])).toEqual([200, 200, 200, 200]);
});

test('M-10 a late sale within the same band moves another across the bound: what came before it is paid otherwise than what comes after', async () => {
  const place = partner();
  const back = [{ upTo: 2 }, { upTo: null, rate: '0.20', back: { rate: '0.15' } }];
  await createDeal(place, { partnerId: partnerOf(place), terms: percentage({ tiers: scale(back, { retroactive: 'all' }) }) });
  const sales = Array.from({ length: 5 }, (_, index) => aConversion(place, { amount: 1_000, occurredAt: minute(index) }));
  const [late, ...others] = sales as [ConversionData, ...ConversionData[]];
  await world.service.deliver(...others.map((sale) => recorded(sale)));
  expect(await netsOf(place, sales)).toEqual([0, 150, 150, 200, 200]);
  await world.service.deliver(recorded(late));
  expect(await netsOf(place, sales)).toEqual([150, 150, 200, 200, 200]);
  await world.service.deliver(recorded(aRefund(place, sales[1] as ConversionData, 1_000)));
  expect(await netsOf(place, sales)).toEqual([150, 0, 150, 200, 200]);
  await world.service.deliver(recorded(aRefund(place, sales[3] as ConversionData, 1_000)));
  expect(await netsOf(place, sales)).toEqual([150, 0, 150, 0, 200]);
  await world.service.deliver(recorded(aRefund(place, sales[0] as ConversionData, 1_000)));
  expect(await netsOf(place, sales)).toEqual([0, 0, 100, 0, 100]);
});

test('A-19 the edges of a rolling window: what is changed lifts and lowers what lies within it, and nothing beyond', async () => {
  const place = partner();
  const tiers = scale(bands(2), { reset: { rollingDays: 10 }, retroactive: 'all' });
  await createDeal(place, { partnerId: partnerOf(place), terms: percentage({ tiers }) });
  const day = (number: number, time = '12:00:00') =>
    aConversion(place, { amount: 1_000, occurredAt: `2026-04-${String(number).padStart(2, '0')}T${time}.000Z` });
  const sales = [day(1), day(5), day(11), day(11, '12:00:01'), day(14), day(25), day(28)];
  for (const sale of shuffled(5, sales)) await world.service.deliver(recorded(sale));
  // From the 5th to the 14th there are four in ten days; on the 1st and at its edge on the 11th never more than two.
  expect(await netsOf(place, sales)).toEqual([100, 200, 200, 200, 200, 100, 100]);
  await world.service.deliver(recorded(aRefund(place, sales[1] as ConversionData, 1_000)));
  expect(await netsOf(place, sales)).toEqual([100, 0, 200, 200, 200, 100, 100]);
  const late = day(2);
  await world.service.deliver(recorded(late));
  await world.service.deliver(recorded(aRefund(place, sales[4] as ConversionData, 1_000)));
  expect(await netsOf(place, [...sales, late])).toEqual([100, 0, 200, 200, 0, 100, 100, 200]);
});

/** What an instance of the service does with a batch, in a transaction of its own beside the others. */
async function consume(conversions: readonly ConversionData[]): Promise<void> {
  const { db, service, clock } = world.service;
  const events = conversions.map((one) => recorded(one));
  await db.tx(everything, (tx) => onConversionRecorded({ outbox: service.messaging.outbox, clock, refold: refoldStatements })(tx, events));
}

async function consumeBeside(all: readonly ConversionData[], size: number): Promise<void> {
  const batches: ConversionData[][] = [];
  for (let at = 0; at < all.length; at += size) batches.push(all.slice(at, at + size));
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) await consume(batch);
  };
  await Promise.all([worker(), worker(), worker()]);
}

test('M-16 instances beside each other never exceed a cap, and deadlocks between their batches are tried again', async () => {
  const place = partner();
  const caps = [{ measure: 'amount', limit: 10_050, per: 'month', afterRefund: 'returns' }];
  await createDeal(place, { partnerId: partnerOf(place), terms: percentage({ caps }) });
  const sales = Array.from({ length: 180 }, (_, index) => aConversion(place, { amount: 1_000, occurredAt: minute(index) }));
  const refunds = sales.filter((_, index) => index % 4 === 0).map((sale) => aRefund(place, sale, 1_000));
  await consumeBeside(shuffled(7, [...sales, ...refunds, ...sales.slice(0, 60)]), 12);
  let left = 10_050;
  const wanted = sales.map((_, index) => {
    const amount = Math.min(index % 4 === 0 ? 0 : 100, left);
    left -= amount;
    return amount;
  });
  expect(await netsOf(place, sales)).toEqual(wanted);
  expect(await total(place)).toBe(10_050);
});

test('T-47 what instances beside each other are told of one customer qualifies it all the same', async () => {
  const place = partner();
  const components = [
    { on: 'first-deposit', model: 'flat', amount: 5_000, qualify: { customer: { minDeposits: 3_000, onExclusion: 'keep' } } },
    { on: 'sale', model: 'percentage', rate: '0', byOrdinal: { rates: ['0.30', '0.20', '0.10'], beyond: 'last' } },
  ];
  await createDeal(place, { partnerId: partnerOf(place), terms: { components } });
  const customers = Array.from({ length: 30 }, () => newId('customer'));
  const told = customers.flatMap((customerId) => [
    aConversion(place, { kind: 'first-deposit', amount: null, currency: null, customerId, occurredAt: minute(0) }),
    ...[1, 2, 3].map((index) => aConversion(place, { kind: 'deposit', amount: 1_000, customerId, occurredAt: minute(index) })),
    ...[4, 5, 6].map((index) => aConversion(place, { amount: 1_000, customerId, occurredAt: minute(index) })),
  ]);
  await consumeBeside(shuffled(9, told), 10);
  expect(await total(place)).toBe(30 * (5_000 + 300 + 200 + 100));
  expect((await entriesOf(world, { partnerId: partnerOf(place) })).length).toBeGreaterThanOrEqual(120);
});
