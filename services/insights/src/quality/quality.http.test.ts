import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { systemPrincipal } from '@tributary/service-kit';
import { anEvent, repeated, startTestService, type TestService } from '@tributary/testkit';
import { aBrand } from '../../test/facts.js';
import { compose } from '../composition.js';

let insights: TestService;
beforeAll(async () => {
  insights = await startTestService(compose, { now: new Date('2026-06-01T12:00:00Z') });
});
afterAll(() => insights.stop());

const march = 'from=2026-03-01&to=2026-03-31';
const qualityOf = async (brandId: string, search = march) =>
  (await insights.request().get(`/api/v1/insights/partner-quality?brandId=${brandId}&${search}`).expect(200)).body;
const scores = (body: { data: { partnerId: string; score: string }[] }) => body.data.map(({ partnerId, score }) => [partnerId, score]);
const setWeights = (body: object, as = {}) => insights.request(as).post('/api/v1/quality-weights').send(body);

/** Two partners of a brand: one with few traders who trade on, one with many who trade once. */
function twoPartners() {
  const { brand, brandId, recorded } = aBrand();
  const [few, many] = [newId('partner'), newId('partner')];
  const trade = (partnerId: string, customerId: string | null, day: string, more: Parameters<typeof recorded>[0] = {}) =>
    recorded({ kind: 'trade', partnerId, customerId, occurredAt: `2026-${day}T12:00:00.000Z`, amount: 1_000, ...more });
  const [loyal, leaving] = [newId('customer'), newId('customer')];
  const events = [
    trade(few, loyal, '02-01'),
    trade(few, loyal, '03-10'),
    trade(few, leaving, '03-11'),
    trade(few, leaving, '03-20'),
    ...Array.from({ length: 10 }, () => trade(many, newId('customer'), '03-15', { amount: 300 })),
  ];
  return { brand, brandId, few, many, loyal, trade, events };
}
const weights = { retention: '0.6', volume: '0.2', value: '0.2', refunds: '0' };

test.each([1, 2])('T-45 who has fewer but retained traders scores above who has more, and says why (seed %i)', async (seed) => {
  const { brand, brandId, few, many, events } = twoPartners();
  await insights.deliver(brand);
  for (const event of repeated(seed, events)) await insights.deliver(event);
  const set = { brandId, weights, effectiveFrom: '2026-01-01T00:00:00.000Z' };
  expect((await setWeights(set).expect(201)).body).toEqual({
    ...set,
    recordedAt: expect.stringMatching(/^2026-06-01T12:/),
    recordedBy: expect.any(String),
  });
  expect(await qualityOf(brandId)).toEqual({
    brandId,
    currency: 'EUR',
    weights,
    weightsFrom: set.effectiveFrom,
    compared: 2,
    nextCursor: null,
    data: [
      {
        partnerId: few,
        score: '0.86',
        customers: 2,
        retained: 1,
        inOtherCurrencies: 0,
        figures: {
          retention: { figure: '0.5', ofBest: '1', weight: '0.6', product: '0.6' },
          volume: { figure: '3', ofBest: '0.3', weight: '0.2', product: '0.06' },
          value: { figure: '3000', ofBest: '1', weight: '0.2', product: '0.2' },
          refunds: { figure: '1', ofBest: '1', weight: '0', product: '0' },
        },
      },
      expect.objectContaining({ partnerId: many, score: '0.4', customers: 10, retained: 0 }),
    ],
  });
});

test('T-45 the weights are data: others turn the order, each counts from its time on, and none is lost', async () => {
  const { brand, brandId, few, many, events } = twoPartners();
  await insights.deliver(brand, ...events);
  expect(await qualityOf(brandId)).toMatchObject({ weightsFrom: null, weights });
  const volume = { retention: '0.2', volume: '0.8', value: '0', refunds: '0' };
  await setWeights({ brandId, weights: volume, effectiveFrom: '2026-03-31T21:59:59Z' }).expect(201);
  expect(scores(await qualityOf(brandId))).toEqual([
    [many, '0.8'],
    [few, '0.44'],
  ]);
  // Midnight in Berlin: the day after belongs to no question that ends in March.
  await setWeights({ brandId, weights, effectiveFrom: '2026-03-31T22:00:00Z' }).expect(201);
  expect(await qualityOf(brandId)).toMatchObject({ weights: volume });
  expect(await qualityOf(brandId, 'from=2026-03-01&to=2026-04-01')).toMatchObject({ weights });
  // Said for a time to come, it does not count yet; of two for one time the last said does.
  await setWeights({ brandId, weights: volume, effectiveFrom: '2026-07-01T00:00:00Z' }).expect(201);
  expect(await qualityOf(brandId, 'from=2026-03-01&to=2026-12-31')).toMatchObject({ weights });
  await setWeights({ brandId, weights: volume, effectiveFrom: '2026-03-31T22:00:00Z' }).expect(201);
  expect(await qualityOf(brandId, 'from=2026-03-01&to=2026-12-31')).toMatchObject({ weights: volume });
  expect(await insights.sql('SELECT 1 FROM quality_weights WHERE brand_id = $1', [brandId])).toHaveLength(4);
  await expect(insights.db.pool.query("UPDATE quality_weights SET recorded_by = 'nobody'")).rejects.toThrow('permission denied');
});

test('weights that are not a whole, of no known brand, or by who may not, are refused', async () => {
  const { brand, brandId } = aBrand();
  await insights.deliver(brand);
  const { body } = await setWeights({ brandId, weights: { ...weights, refunds: '0.1' } }).expect(422);
  expect(body).toMatchObject({ code: 'weights-do-not-add-up', errors: [{ pointer: '/weights' }] });
  await setWeights({ brandId, weights: { ...weights, retention: 0.6 } }).expect(422);
  await setWeights({ brandId, weights: { ...weights, retention: '-0.6' } }).expect(422);
  await setWeights({ brandId: newId('brand'), weights }).expect(409);
  await setWeights({ brandId, weights }, { brandIds: [newId('brand')] }).expect(404);
  for (const role of ['relationship-owner', 'finance-approver', 'auditor'])
    await setWeights({ brandId, weights }, { roles: [role] }).expect(403);
  await setWeights({ brandId, weights }, { roles: ['programme-manager'] }).expect(201);
});

test('a customer came back at the day asked for, with a conversion of the same kind, of the same partner, up to the end', async () => {
  const { brand, brandId, few, many, loyal, trade } = twoPartners();
  const retained = async (search: string) =>
    (await qualityOf(brandId, search)).data.find((row: { partnerId: string }) => row.partnerId === few);
  await insights.deliver(
    brand,
    trade(few, loyal, '03-01'),
    trade(few, loyal, '03-31', { kind: 'deposit' }),
    trade(many, loyal, '03-31'),
    trade(few, null, '03-31'),
    trade(few, loyal, '04-05', { occurredAt: '2026-04-05T11:30:00.000Z' }),
  );
  expect(await retained(march)).toMatchObject({ customers: 1, retained: 0, figures: { volume: { figure: '3' } } });
  const toApril = 'from=2026-03-01&to=2026-04-05';
  expect(await retained(toApril)).toMatchObject({ customers: 1, retained: 1 });
  // Days of the brand: the hour that summer time takes does not make the 35th day late.
  expect(await retained(`${toApril}&retentionDays=35`)).toMatchObject({ retained: 1 });
  expect(await retained(`${toApril}&retentionDays=36`)).toMatchObject({ retained: 0 });
});

test('refunds lower what is kept, other currencies are counted apart, the highest revision says whose it is', async () => {
  const { brand, brandId, few, many, loyal, trade } = twoPartners();
  const stray = trade(many, loyal, '03-05', { partnerId: null, unattributedReason: 'no-touch' });
  const found = { ...stray.data, partnerId: few, unattributedReason: null, revision: 1 };
  await insights.deliver(
    brand,
    stray,
    anEvent('tracking.conversion.attributed.v1', found),
    trade(few, loyal, '03-06', { kind: 'refund', amount: 250 }),
    trade(few, loyal, '03-07', { currency: 'USD' }),
    trade(many, loyal, '03-08', { kind: 'chargeback' }),
  );
  const { data } = await qualityOf(brandId);
  const told = (partnerId: string) => data.find((row: { partnerId: string }) => row.partnerId === partnerId);
  expect(told(few)).toMatchObject({
    inOtherCurrencies: 1,
    figures: { volume: { figure: '2' }, value: { figure: '1000' }, refunds: { figure: '0.75' } },
  });
  expect(told(many)).toMatchObject({ customers: 0, figures: { volume: { figure: '0' }, refunds: { figure: '0' } } });
});

test('pages follow the order; a brand that is unknown or another is not found; days must be in order', async () => {
  const { brand, brandId, few, many, events } = twoPartners();
  await insights.deliver(brand, ...events);
  const first = await qualityOf(brandId, `${march}&limit=1`);
  const second = await qualityOf(brandId, `${march}&limit=1&cursor=${first.nextCursor}`);
  expect([...scores(first), ...scores(second)].map(([partnerId]) => partnerId)).toEqual([few, many]);
  expect([second.nextCursor, second.compared]).toEqual([null, 2]);
  const ask = (id: string, search: string, as = {}) => insights.request(as).get(`/api/v1/insights/partner-quality?brandId=${id}&${search}`);
  await ask(newId('brand'), march).expect(404);
  await ask(brandId, march, { brandIds: [newId('brand')] }).expect(404);
  await ask(brandId, 'from=2026-03-02&to=2026-03-01').expect(422);
  await ask(brandId, `${march}&cursor=x`).expect(422);
  expect((await ask(brandId, march, { brandIds: [brandId], partnerId: many })).body.compared).toBe(1);
});

test('a rebuild leaves the weights: nothing else holds them', async () => {
  const { brand, brandId, events } = twoPartners();
  await insights.deliver(brand, ...events);
  await setWeights({ brandId, weights: { ...weights, retention: '0.5', refunds: '0.1' }, effectiveFrom: '2026-01-01T00:00:00Z' }).expect(
    201,
  );
  const before = await qualityOf(brandId);
  await insights.request(systemPrincipal('audit')).post('/internal/rebuild').send().expect(200);
  await insights.deliver(brand, ...events);
  expect(await qualityOf(brandId)).toEqual(before);
});
