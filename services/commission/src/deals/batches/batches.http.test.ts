import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aConversion, createDeal, entriesOf, recorded, startWorld, tenPercent, type World } from '../../../test/builders.js';

const partners = 246;
let world: World;
beforeAll(async () => {
  world = await startWorld({ partners, now: '2026-04-01T00:00:00Z' });
});
afterAll(() => world.service.stop());

const percent = (rate: string) => ({ components: [{ on: 'sale', model: 'percentage', rate }] });
const twoPoints = { adjust: [{ pointer: '/components/0/rate', add: '0.02' }] };
const post = (path: string, body: object) => world.service.request().post(`/api/v1${path}`).send(body);
const newTemplate = async () =>
  (await post('/deal-templates', { name: 'D', brandId: world.brandId, terms: tenPercent }).expect(201)).body.id as string;
const bulk = (templateId: string, body: object = {}, query = '') =>
  post(`/deal-templates/${templateId}/amendments${query}`, {
    effectiveFrom: '2026-05-01T00:00:00Z',
    reason: 'two points more',
    change: twoPoints,
    ...body,
  });
const supersede = (batchId: string, query = '') => post(`/deal-batches/${batchId}/supersede${query}`, { reason: 'withdrawn' });
const termsAt = async (dealId: string, asOf: string) =>
  (await world.service.request().get(`/api/v1/deals/${dealId}`).query({ asOf }).expect(200)).body;
const amend = (dealId: string, latest: number, body: object) =>
  world.service
    .request()
    .post(`/api/v1/deals/${dealId}/amendments`)
    .set('If-Match', `"${latest}"`)
    .send({ effectiveFrom: '2026-02-01T00:00:00Z', terms: percent('0.30'), reason: 'by hand', ...body })
    .expect(201);

let next = 0;
async function dealsOf(templateId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const partnerId = world.partnerIds[next] ?? '';
    next += 1;
    ids.push((await createDeal(world, { partnerId, terms: undefined, templateId })).id);
  }
  return ids;
}

test('T-06 240 partners get two points more under one batch id, and the batch is taken back as a unit before its date', async () => {
  const templateId = await newTemplate();
  const deals = await dealsOf(templateId, 240);
  const [listed = '', ended = '', later = '', other = '', plain = ''] = deals;
  await amend(ended, 1, { status: 'ended' });
  await amend(later, 1, { effectiveFrom: '2026-06-01T00:00:00Z' });
  await amend(other, 1, { terms: { components: [{ on: 'lead', model: 'flat', amount: 500 }] } });

  const except = [{ dealId: listed, reason: 'fixed by contract' }];
  const dry = await bulk(templateId, { except }, '?dryRun=true').expect(200);
  const { body } = await bulk(templateId, { except }).expect(201);
  expect(body).toMatchObject({ amended: 236, exceptions: dry.body.exceptions });
  expect(dry.body.amended).toBe(236);
  const reasons = new Map(body.exceptions.map((one: { dealId: string; reason: string }) => [one.dealId, one.reason]));
  expect(Object.fromEntries(reasons)).toEqual({
    [listed]: 'fixed by contract',
    [ended]: 'deal-already-ended',
    [later]: 'already-amended-later',
    [other]: 'terms-differ-from-template',
  });
  const told = (await world.service.published('commission.deal.versioned.v1')).filter(({ data }) => data.batchId === body.batchId);
  expect(told).toHaveLength(236);
  expect(new Set(told.map(({ data }) => JSON.stringify(data.terms)))).toEqual(new Set([JSON.stringify(percent('0.12'))]));
  expect(await termsAt(plain, '2026-04-30T23:59:59Z')).toMatchObject({ version: 1, terms: tenPercent });
  expect(await termsAt(plain, '2026-05-01T00:00:00Z')).toMatchObject({ version: 2, terms: percent('0.12'), batchId: body.batchId });

  expect((await supersede(body.batchId, '?dryRun=true').expect(200)).body).toMatchObject({ restored: 236 });
  expect((await supersede(body.batchId).expect(200)).body).toEqual({ batchId: body.batchId, restored: 236, exceptions: [] });
  expect(await termsAt(plain, '2026-05-01T00:00:00Z')).toMatchObject({ version: 3, terms: tenPercent, batchId: null });
  const shown = (await world.service.request().get(`/api/v1/deal-batches/${body.batchId}`).expect(200)).body;
  expect(shown).toMatchObject({ templateId, amended: 236, change: twoPoints, superseded: { reason: 'withdrawn' } });
  expect([shown.deals.length, shown.exceptions.length]).toEqual([236, 4]);
  expect((await supersede(body.batchId).expect(409)).body.code).toBe('batch-already-superseded');
});

test('a bulk amendment that reaches back rates again what has occurred since; it can no longer be taken back', async () => {
  const templateId = await newTemplate();
  const place = { ...world, partnerIds: [world.partnerIds[next] ?? ''] };
  const [deal = ''] = await dealsOf(templateId, 2);
  await world.service.deliver(
    recorded(aConversion(place, { occurredAt: '2026-03-01T00:00:00.000Z' })),
    recorded(aConversion(place, { occurredAt: '2026-03-20T00:00:00.000Z' })),
  );
  const { body } = await bulk(templateId, { effectiveFrom: '2026-03-15T00:00:00Z' }).expect(201);
  expect(body).toMatchObject({ amended: 2, exceptions: [] });
  const entries = await entriesOf(place, { partnerId: place.partnerIds[0] ?? '' });
  expect(entries.map(({ amount, reason, dealVersion }) => [amount, reason, dealVersion])).toEqual([
    [1000, 'accrual', 1],
    [1000, 'accrual', 1],
    [200, 'amendment', 2],
  ]);
  const [accrued] = (await world.service.published('commission.entry.accrued.v1')).filter(({ subject }) => subject === entries[2]?.id);
  const [told] = (await world.service.published('commission.deal.versioned.v1')).filter(
    ({ data }) => data.dealId === deal && data.version === 2,
  );
  expect(accrued?.causationid).toBe(told?.id);
  expect((await supersede(body.batchId).expect(409)).body.code).toBe('batch-already-effective');
});

test('each mistake in a bulk amendment has its name', async () => {
  const templateId = await newTemplate();
  await dealsOf(templateId, 1);
  const adjusting = (pointer: string, add: string) => ({ change: { adjust: [{ pointer, add }] } });
  const refused = await bulk(templateId, adjusting('/components/1/rate', '0.01')).expect(422);
  expect(refused.body).toMatchObject({ code: 'pointer-not-in-template', errors: [{ pointer: '/change/adjust/0/pointer' }] });
  expect((await bulk(templateId, adjusting('/components/0/rate', '1e-2')).expect(422)).body.code).toBe('request-invalid');
  const badTerms = await bulk(templateId, { change: { terms: percent('1.01') } }).expect(422);
  expect(badTerms.body).toMatchObject({ code: 'terms-invalid', errors: [{ pointer: '/change/terms/components/0/rate' }] });
  const stray = { except: [{ dealId: newId('deal'), reason: 'not of it' }] };
  expect((await bulk(templateId, stray).expect(422)).body).toMatchObject({
    code: 'deal-not-of-template',
    errors: [{ pointer: '/except/0/dealId' }],
  });
  await bulk(newId('dealTemplate')).expect(404);
  await supersede(newId('dealBatch')).expect(404);
  const { body } = await bulk(templateId, { change: { terms: percent('0.5') } }).expect(201);
  const stranger = world.service.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/deal-batches/${body.batchId}`).expect(404);
  await stranger.post(`/api/v1/deal-batches/${body.batchId}/supersede`).send({ reason: 'x' }).expect(404);
});
