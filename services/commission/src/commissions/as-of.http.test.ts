import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, newId } from '@tributary/contracts';
import { aConversion, aRefund, createDeal, partnerOf, recorded, startWorld, type World } from '../../test/builders.js';
import { changePartner } from '../../test/models.js';

let world: World;
let dealId: string;
const sales: Record<string, ConversionData> = {};
let lateRefund: ConversionData;

const when = (field: string, operator: string, value: unknown) => ({ combinator: 'and', rules: [{ field, operator, value }] });
const terms = (rate: string) => ({
  components: [
    {
      on: 'sale',
      model: 'percentage',
      rate,
      alternatives: [
        { name: 'gold', priority: 2, when: when('partner.tags', 'contains', 'gold'), rate: '0.20' },
        { name: 'platinum', priority: 1, when: when('partner.tier', '=', 'platinum'), rate: '0.15' },
      ],
    },
  ],
});
const at = (instant: string) => world.service.clock.set(new Date(instant));
async function sell(name: string, recordedAt: string, occurredAt: string, amount: number): Promise<void> {
  at(recordedAt);
  const sale = aConversion(world, { occurredAt, amount });
  sales[name] = sale;
  await world.service.deliver(recorded(sale));
}
async function refund(name: string, recordedAt: string, occurredAt: string, amount: number): Promise<ConversionData> {
  at(recordedAt);
  const fact = aRefund(world, sales[name] as ConversionData, amount, { occurredAt });
  await world.service.deliver(recorded(fact));
  return fact;
}
const post = (path: string, body: object) => world.service.request().post(`/api/v1${path}`).set('If-Match', '*').send(body);

/** March and April 2026 of one partner, in Berlin's time, told in the order in which it became known. */
beforeAll(async () => {
  world = await startWorld({ partners: 2, now: '2026-02-28T12:00:00Z' });
  dealId = (await createDeal(world, { terms: terms('0.10') })).id;
  const place = { partnerId: partnerOf(world), brandId: world.brandId };
  await sell('midnight', '2026-03-01T09:00:00Z', '2026-02-28T23:30:00.000Z', 1_000);
  await sell('first', '2026-03-05T12:00:00Z', '2026-03-05T10:00:00.000Z', 10_000);
  await sell('second', '2026-03-20T12:00:00Z', '2026-03-20T10:00:00.000Z', 20_000);
  await refund('first', '2026-04-02T12:00:00Z', '2026-04-02T10:00:00.000Z', 5_000);
  await sell('late', '2026-04-05T12:00:00Z', '2026-03-30T10:00:00.000Z', 30_000);
  await sell('april', '2026-04-06T12:00:00Z', '2026-03-31T22:30:00.000Z', 4_000);
  at('2026-04-08T12:00:00Z');
  await changePartner(world, place.partnerId, { tags: [{ tag: 'gold', effectiveFrom: '2026-03-25T00:00:00.000Z', effectiveTo: null }] });
  at('2026-04-10T06:00:00Z');
  await post('/periods/2026-03/close', { brandId: world.brandId }).expect(200);
  await sell('after the close', '2026-04-12T12:00:00Z', '2026-03-10T10:00:00.000Z', 5_000);
  at('2026-04-15T12:00:00Z');
  const amendment = { effectiveFrom: '2026-02-28T23:00:00Z', terms: terms('0.12'), reason: 'two points more since March' };
  await post(`/deals/${dealId}/amendments`, amendment).expect(201);
  at('2026-04-20T12:00:00Z');
  const since = { effectiveFrom: '2026-03-15T00:00:00.000Z', recordedAt: '2026-04-20T12:00:00.000Z' };
  await changePartner(world, place.partnerId, { tiers: [{ tier: 'platinum', ...since }] });
  lateRefund = await refund('second', '2026-04-25T12:00:00Z', '2026-03-31T10:00:00.000Z', 2_000);
  at('2026-05-02T12:00:00Z');
  const bonus = { ...place, amount: 700, currency: 'EUR', reason: 'thanks for March', occurredAt: '2026-03-31T12:00:00Z' };
  await post('/adjustments', bonus).expect(201);
  at('2026-05-10T12:00:00Z');
});
afterAll(() => world.service.stop());

interface AsOf {
  known: { entries: number; amounts: { component: string; amount: number }[] };
  present: AsOf['known'];
  since: {
    reason: string;
    entries: number;
    amount: number;
    causes: { kind: string; id: string; changed: string[]; amount: number; period: string }[];
  }[];
}
const ask = async (period: string, knownAt: string, partnerId = partnerOf(world)): Promise<AsOf> =>
  (await world.service.request().get('/api/v1/commissions/as-of').query({ partnerId, brandId: world.brandId, period, knownAt }).expect(200))
    .body;
const sumOf = ({ amounts }: AsOf['known']): number => amounts.reduce((sum, { amount }) => sum + amount, 0);

/** What was owed for a month as known at an instant, and by what it differs from what is known on 10 May. */
const questions: [period: string, knownAt: string, owed: number, since: Record<string, number>][] = [
  ['2026-03', '2026-02-28T13:00:00Z', 0, { accrual: 6_600, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-03-01T10:00:00Z', 100, { accrual: 6_500, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-03-05T11:59:59Z', 100, { accrual: 6_500, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-03-06T00:00:00Z', 1_100, { accrual: 5_500, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-04-01T00:00:00Z', 3_100, { accrual: 3_500, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-04-03T00:00:00Z', 3_100, { accrual: 3_500, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-04-07T00:00:00Z', 6_100, { accrual: 500, adjustment: 700, amendment: 620, 're-rating': 3_600, refund: -300 }],
  ['2026-03', '2026-04-10T00:00:00Z', 9_100, { accrual: 500, adjustment: 700, amendment: 620, 're-rating': 600, refund: -300 }],
  ['2026-03', '2026-04-13T00:00:00Z', 9_600, { adjustment: 700, amendment: 620, 're-rating': 600, refund: -300 }],
  ['2026-03', '2026-04-16T00:00:00Z', 10_220, { adjustment: 700, 're-rating': 600, refund: -300 }],
  ['2026-03', '2026-04-21T00:00:00Z', 10_820, { adjustment: 700, refund: -300 }],
  ['2026-03', '2026-04-26T00:00:00Z', 10_520, { adjustment: 700 }],
  ['2026-03', '2026-05-03T00:00:00Z', 11_220, {}],
  ['2026-03', '2027-01-01T00:00:00Z', 11_220, {}],
  ['2026-04', '2026-04-01T00:00:00Z', 0, { accrual: 400, 're-rating': 400, refund: -500 }],
  ['2026-04', '2026-04-03T00:00:00Z', -500, { accrual: 400, 're-rating': 400 }],
  ['2026-04', '2026-04-07T00:00:00Z', -100, { 're-rating': 400 }],
  ['2026-04', '2026-04-26T00:00:00Z', 300, {}],
  ['2026-02', '2026-05-03T00:00:00Z', 0, {}],
  ['2026-05', '2026-04-26T00:00:00Z', 0, {}],
];

test('D-04 there are twenty questions', () => expect(questions).toHaveLength(20));

test.each(questions)('D-04 what was owed for %s as known at %s: %i', async (period, knownAt, owed, since) => {
  const answer = await ask(period, knownAt);
  expect(sumOf(answer.known)).toBe(owed);
  expect(Object.fromEntries(answer.since.map(({ reason, amount }) => [reason, amount]))).toEqual(since);
  // The two together are what is owed now.
  expect(sumOf(answer.present)).toBe(owed + Object.values(since).reduce((sum, amount) => sum + amount, 0));
  expect(answer.present.entries).toBe(answer.known.entries + answer.since.reduce((sum, { entries }) => sum + entries, 0));
});

test('D-04 "what did we owe for March, as we knew it on 10 April, and why does it differ now?"', async () => {
  const { since, known, present } = await ask('2026-03', '2026-04-10T12:00:00Z');
  expect(known).toMatchObject({ amounts: [{ component: 'sale', currency: 'EUR', amount: 9_100 }] });
  expect(present).toMatchObject({
    amounts: [
      { component: 'adjustment', amount: 700 },
      { component: 'sale', amount: 10_520 },
    ],
  });
  const of = (name: string) => sales[name]?.conversionId;
  expect(
    since.map(({ reason, entries, causes }) => [
      reason,
      entries,
      causes.map(({ kind, id, changed, amount }) => [kind, id, changed, amount]),
    ]),
  ).toEqual([
    ['accrual', 1, [['conversion', of('after the close'), [], 500]]],
    ['adjustment', 1, [['adjustment', expect.stringMatching(/^adjustment\/adj_/), [], 700]]],
    ['amendment', 4, expect.arrayContaining([20, 100, 400, 100].map((amount) => ['deal-version', `${dealId}/2`, [], amount]))],
    ['re-rating', 1, [['circumstances', of('second'), ['tier'], 600]]],
    ['refund', 1, [['conversion', lateRefund.conversionId, [], -300]]],
  ]);
  // March was closed: all of it stands in the books of April.
  expect(new Set(since.flatMap(({ causes }) => causes.map(({ period }) => period)))).toEqual(new Set(['2026-04']));
  const early = await ask('2026-03', '2026-04-07T00:00:00Z');
  const rerated = early.since.find(({ reason }) => reason === 're-rating');
  expect(rerated?.causes.map(({ id, changed, amount, period }) => [id, changed, amount, period])).toEqual([
    [of('late'), ['tags'], 3_000, '2026-03'],
    [of('second'), ['tier'], 600, '2026-04'],
  ]);
});

test('D-04 of another partner nothing is owed, and another brand is not there', async () => {
  expect(await ask('2026-03', '2026-05-03T00:00:00Z', world.partnerIds[1])).toMatchObject({
    known: { entries: 0, amounts: [] },
    since: [],
  });
  const query = { partnerId: partnerOf(world), brandId: world.brandId, period: '2026-03', knownAt: '2026-05-03T00:00:00Z' };
  await world.service
    .request({ brandIds: [newId('brand')] })
    .get('/api/v1/commissions/as-of')
    .query(query)
    .expect(404);
  await world.service
    .request({ roles: ['analytics-viewer'] })
    .get('/api/v1/commissions/as-of')
    .query(query)
    .expect(403);
  for (const wrong of [{ period: '2026-13' }, { period: '0000-01' }, { knownAt: '0000-01-01T00:00:00Z' }])
    await world.service
      .request()
      .get('/api/v1/commissions/as-of')
      .query({ ...query, ...wrong })
      .expect(422);
});
