import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { entriesOf, partnerOf, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

const adjust = (body: Record<string, unknown> = {}, query = '') =>
  world.service
    .request({ actorId: 'key_maker', roles: ['programme-manager'] })
    .post(`/api/v1/adjustments${query}`)
    .send({ partnerId: partnerOf(world), brandId: world.brandId, amount: 2500, currency: 'EUR', reason: 'best of May', ...body });

test('an adjustment is a commission without deal and conversion, told to all, and recomputes to its amount', async () => {
  const { body } = await adjust({ kind: 'bonus' }).expect(201);
  expect(body).toMatchObject({
    kind: 'bonus',
    amount: 2500,
    currency: 'EUR',
    reason: 'best of May',
    makerId: 'key_maker',
    status: 'pending',
    period: '2026-06',
  });
  const [entry] = (await entriesOf(world)).filter(({ id }) => id === body.entryId);
  expect(entry).toMatchObject({
    amount: 2500,
    reason: 'adjustment',
    component: 'adjustment',
    dealId: null,
    dealVersion: null,
    conversionId: null,
    adjusts: null,
    status: 'pending',
  });
  const [told] = (await world.service.published('commission.entry.accrued.v1')).filter(({ subject }) => subject === body.entryId);
  expect(told?.data).toMatchObject({ scope: `adjustment/${body.id}`, dealId: null, conversionId: null, dealAuthorId: 'key_maker' });
  const { body: explained } = await world.service.request().get(`/api/v1/commissions/${body.entryId}/explanation`).expect(200);
  expect(explained).toMatchObject({
    explanation: { adjustment: { adjustmentId: body.id, makerId: 'key_maker', amount: '2500' } },
    recomputed: { entitlement: 2500, amount: 2500, matches: true },
  });
  const { body: list } = await world.service
    .request()
    .get('/api/v1/adjustments')
    .query({ partnerId: partnerOf(world) })
    .expect(200);
  expect(list.data).toEqual([body]);
});

test('money can be taken back by hand, and is held as long as asked', async () => {
  const { body } = await adjust({ amount: -700, holdDays: 2 }).expect(201);
  expect(body).toMatchObject({ kind: 'correction', amount: -700, maturesAt: '2026-06-03T22:00:00.000Z' });
});

test('an adjustment for a closed month posts into the open one', async () => {
  await world.service.request().post('/api/v1/periods/2026-05/close').send({ brandId: world.brandId }).expect(200);
  const { body } = await adjust({ occurredAt: '2026-05-31T10:00:00Z' }).expect(201);
  expect(body).toMatchObject({ occurredAt: '2026-05-31T10:00:00.000Z', period: '2026-06' });
  expect((await adjust({ occurredAt: '2026-04-30T10:00:00Z' }).expect(201)).body.period).toBe('2026-04');
});

test('O-12 a dry run writes nothing; the same key makes one adjustment', async () => {
  const count = async () => (await world.service.sql<{ n: number }>('SELECT count(*)::int AS n FROM adjustment'))[0]?.n ?? 0;
  const before = await count();
  expect((await adjust({}, '?dryRun=true').expect(200)).body).toMatchObject({ amount: 2500, period: '2026-06' });
  expect(await count()).toBe(before);
  const key = newId('event');
  const [first, second] = [await adjust().set('Idempotency-Key', key), await adjust().set('Idempotency-Key', key)];
  expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
  expect(await count()).toBe(before + 1);
});

test.each([
  [{ amount: 0 }, 422, 'adjustment-zero'],
  [{ currency: 'XYZ' }, 422, 'currency-unknown'],
  [{ occurredAt: '2026-06-02T12:00:00Z' }, 422, 'adjustment-in-future'],
  [{ reason: '' }, 422, 'request-invalid'],
  [{ partnerId: newId('partner') }, 409, 'reference-not-yet-known'],
])('%j is refused', async (change, status, code) => {
  expect((await adjust(change).expect(status)).body.code).toBe(code);
});

test('who may not see the brand, or not adjust, does neither', async () => {
  const { body } = await adjust().expect(201);
  const stranger = world.service.request({ brandIds: [newId('brand')] });
  expect((await stranger.get('/api/v1/adjustments').expect(200)).body.data).toEqual([]);
  await world.service
    .request({ roles: ['auditor'] })
    .post('/api/v1/adjustments')
    .send({})
    .expect(403);
  await expect(world.service.db.pool.query('UPDATE adjustment SET reason = $1', [body.id])).rejects.toMatchObject({ code: '42501' });
  await expect(world.service.sql(`UPDATE commission_entry SET deal_id = 'deal_x' WHERE entry_id = $1`, [body.entryId])).rejects.toThrow(
    /goes_back_to/,
  );
});
