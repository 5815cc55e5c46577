import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aBrand, createDeal, partnerOf, startWorld, tenPercent, type World } from '../../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 3, now: '2026-01-01T00:00:00Z' });
});
afterAll(() => world.service.stop());

const percent = (rate: string) => ({ components: [{ on: 'sale', model: 'percentage', rate }] });
const post = (path: string, body: object) => world.service.request().post(`/api/v1/deal-templates${path}`).send(body);
const newTemplate = async () => (await post('', { name: 'Standard', brandId: world.brandId, terms: tenPercent }).expect(201)).body;

test('a template has versions, which are never changed', async () => {
  const template = await newTemplate();
  expect(template).toMatchObject({ version: 1, name: 'Standard', terms: tenPercent, reason: null });
  const next = { terms: percent('0.15'), reason: 'new year' };
  expect((await post(`/${template.id}/versions`, next).expect(428)).body.code).toBe('if-match-required');
  const { body } = await post(`/${template.id}/versions`, next).set('If-Match', '"1"').expect(201);
  expect(body).toMatchObject({ id: template.id, version: 2, name: 'Standard', terms: percent('0.15'), reason: 'new year' });
  expect((await post(`/${template.id}/versions`, next).set('If-Match', '"1"').expect(412)).body.code).toBe('version-stale');
  const read = async (query = '') => await world.service.request().get(`/api/v1/deal-templates/${template.id}${query}`).expect(200);
  expect((await read()).body).toEqual(body);
  expect((await read('?version=1')).body).toEqual(template);
  expect((await read('?version=1')).headers['etag']).toBe('"2"');
  const { body: list } = await world.service.request().get('/api/v1/deal-templates').query({ brandId: world.brandId }).expect(200);
  expect(list.data).toContainEqual(body);
});

test('a deal made from a template has its terms as they were, and says where they came from', async () => {
  const template = await newTemplate();
  await post(`/${template.id}/versions`, { terms: percent('0.15'), reason: 'more' })
    .set('If-Match', '"1"')
    .expect(201);
  const [first = '', second = ''] = world.partnerIds;
  const deal = await createDeal(world, { partnerId: first, terms: undefined, templateId: template.id });
  expect(deal).toMatchObject({ templateId: template.id, templateVersion: 2, terms: percent('0.15'), batchId: null });
  const older = await createDeal(world, { partnerId: second, terms: undefined, templateId: template.id, templateVersion: 1 });
  expect(older).toMatchObject({ templateVersion: 1, terms: tenPercent });
  const { body: amended } = await world.service
    .request()
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('If-Match', '"1"')
    .send({ effectiveFrom: '2026-02-01T00:00:00Z', terms: percent('0.30'), reason: 'his own' })
    .expect(201);
  expect(amended).toMatchObject({ templateId: template.id, templateVersion: 2, terms: percent('0.30') });
  const [told] = (await world.service.published('commission.deal.versioned.v1')).filter(({ subject }) => subject === deal.id);
  expect(told?.data).toMatchObject({ templateId: template.id, templateVersion: 2, batchId: null });
});

test('each way of naming a template wrongly is refused', async () => {
  const [otherBrand, program] = [newId('brand'), newId('program')];
  await world.service.deliver(aBrand(otherBrand, program));
  const foreign = (await post('', { name: 'Other', brandId: otherBrand, terms: tenPercent }).expect(201)).body;
  const own = await newTemplate();
  const ask = async (body: object, status: number) =>
    (
      await world.service
        .request()
        .post('/api/v1/deals')
        .send({ partnerId: partnerOf(world), brandId: world.brandId, ...body })
        .expect(status)
    ).body.code;
  expect(await ask({ templateId: foreign.id }, 422)).toBe('template-not-of-brand');
  expect(await ask({ templateId: newId('dealTemplate') }, 422)).toBe('template-unknown');
  expect(await ask({ templateId: own.id, templateVersion: 2 }, 422)).toBe('template-unknown');
  expect(await ask({ templateId: own.id, terms: tenPercent }, 422)).toBe('request-invalid');
  expect(await ask({}, 422)).toBe('request-invalid');
  expect(await ask({ terms: tenPercent, templateVersion: 1 }, 422)).toBe('request-invalid');
  expect((await post('', { name: 'Bad', brandId: world.brandId, terms: percent('1.5') }).expect(422)).body.code).toBe('terms-invalid');
});

test('who may not see the brand does not see its templates', async () => {
  const template = await newTemplate();
  const stranger = world.service.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/deal-templates/${template.id}`).expect(404);
  expect((await stranger.get('/api/v1/deal-templates').expect(200)).body.data).toEqual([]);
  await world.service
    .request({ roles: ['finance-approver'] })
    .post('/api/v1/deal-templates')
    .send({})
    .expect(403);
});
