import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from './composition.js';

let directory: TestService;
beforeAll(async () => {
  directory = await startTestService(compose, { now: new Date('2026-03-01T12:00:00.000Z') });
});
afterAll(() => directory.stop());

const acme = { name: 'Acme', currency: 'EUR', timeZone: 'Europe/Berlin' };
const ada = { name: 'Ada Lovelace', email: 'ada@example.com' };
const makeBrand = async (slug: string) =>
  (
    await directory
      .request()
      .post('/api/v1/brands')
      .send({ ...acme, slug })
      .expect(201)
  ).body;
const makePartner = async (body: object = {}) =>
  (
    await directory
      .request()
      .post('/api/v1/partners')
      .send({ ...ada, ...body })
      .expect(201)
  ).body;

test('a brand is registered with a default programme, and the others are told', async () => {
  const brand = await makeBrand('acme');
  expect(brand).toMatchObject({ slug: 'acme', currency: 'EUR', programs: [{ id: brand.defaultProgramId, isDefault: true }] });
  const told = (await directory.published('directory.brand.changed.v1')).filter((event) => event.subject === brand.id);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ sequence: 1, brandid: brand.id, data: { programIds: [brand.defaultProgramId] } });
});

test.each([
  [{ currency: 'XXQ' }, 'currency-unknown', '/currency'],
  [{ timeZone: 'Mars/Base' }, 'time-zone-unknown', '/timeZone'],
])('a brand with %o is refused as %s', async (wrong, code, pointer) => {
  const answer = await directory
    .request()
    .post('/api/v1/brands')
    .send({ ...acme, slug: 'wrong', ...wrong })
    .expect(422);
  expect(answer.body).toMatchObject({ code, errors: [{ pointer }] });
});

test('brand-slug-taken', async () => {
  await makeBrand('twice');
  const answer = await directory
    .request()
    .post('/api/v1/brands')
    .send({ ...acme, slug: 'twice' })
    .expect(409);
  expect(answer.body.code).toBe('brand-slug-taken');
});

test('an unknown field is an error that names it', async () => {
  const answer = await directory
    .request()
    .post('/api/v1/partners')
    .send({ ...ada, shoeSize: 43 })
    .expect(422);
  expect(answer.body).toMatchObject({ code: 'request-invalid', errors: [{ pointer: '/shoeSize' }] });
});

test('a partner is told of without name and address', async () => {
  const partner = await makePartner();
  const told = (await directory.published('directory.partner.changed.v1')).find((event) => event.subject === partner.id);
  expect(JSON.stringify(told)).not.toMatch(/Ada|example\.com/);
  expect(told?.data).toMatchObject({ partnerId: partner.id, status: 'active', riskLevel: 'low' });
});

test('partner-external-id-taken, and parent-unknown', async () => {
  await makePartner({ externalId: 'crm-1' });
  expect(
    (
      await directory
        .request()
        .post('/api/v1/partners')
        .send({ ...ada, externalId: 'crm-1' })
        .expect(409)
    ).body.code,
  ).toBe('partner-external-id-taken');
  const parentId = 'ptr_00000000000000000000000000';
  expect(
    (
      await directory
        .request()
        .post('/api/v1/partners')
        .send({ ...ada, parentId })
        .expect(422)
    ).body.code,
  ).toBe('parent-unknown');
});

test('a partner enrols once per brand and programme', async () => {
  const [brand, partner] = [await makeBrand('enrol'), await makePartner()];
  const path = `/api/v1/partners/${partner.id}/enrollments`;
  const made = await directory.request().post(path).send({ brandId: brand.id }).expect(201);
  expect(made.body).toMatchObject({ partnerId: partner.id, programId: brand.defaultProgramId, status: 'active' });
  expect((await directory.request().post(path).send({ brandId: brand.id }).expect(409)).body.code).toBe('enrollment-exists');
  const other = await makeBrand('enrol-other');
  const foreign = await directory.request().post(path).send({ brandId: brand.id, programId: other.defaultProgramId }).expect(422);
  expect(foreign.body.code).toBe('program-not-of-brand');
});

test('the same Idempotency-Key registers one partner', async () => {
  const send = () => directory.request().post('/api/v1/partners').set('Idempotency-Key', 'one-ada').send(ada).expect(201);
  const [first, second] = [await send(), await send()];
  expect(second.body).toEqual(first.body);
  expect(second.headers['idempotent-replayed']).toBe('true');
});

test('tags are effective-dated', async () => {
  const partner = await makePartner();
  const path = `/api/v1/partners/${partner.id}/tags`;
  await directory.request().post(path).send({ tag: 'vip' }).expect(201);
  expect((await directory.request().get(`/api/v1/partners/${partner.id}`).expect(200)).body.tags).toEqual(['vip']);
  const listed = await directory.request().get('/api/v1/partners?tag=vip').expect(200);
  expect(listed.body.data.map((row: { id: string }) => row.id)).toContain(partner.id);
  await directory.request().delete(path).send({ tag: 'vip' }).expect(200);
  expect((await directory.request().delete(path).send({ tag: 'vip' }).expect(409)).body.code).toBe('tag-not-set');
  expect((await directory.request().get(`/api/v1/partners/${partner.id}`).expect(200)).body.tags).toEqual([]);
});

test('a caller of one brand sees a partner only through its enrolment there, and cannot register brands', async () => {
  const [mine, other, partner] = [await makeBrand('mine'), await makeBrand('other'), await makePartner()];
  const scoped = directory.request({ brandIds: [mine.id] });
  await scoped.get(`/api/v1/partners/${partner.id}`).expect(404);
  await scoped.get(`/api/v1/partners/${partner.id}/enrollments`).expect(404);
  await scoped.get(`/api/v1/brands/${other.id}`).expect(404);
  await directory.request().post(`/api/v1/partners/${partner.id}/enrollments`).send({ brandId: mine.id }).expect(201);
  await scoped.get(`/api/v1/partners/${partner.id}`).expect(200);
  expect((await scoped.get('/api/v1/brands').expect(200)).body.data.map((row: { id: string }) => row.id)).toEqual([mine.id]);
  await scoped
    .post('/api/v1/brands')
    .send({ ...acme, slug: 'sneaky' })
    .expect(403);
  const own = await scoped.post('/api/v1/partners').send(ada).expect(201);
  await scoped.get(`/api/v1/partners/${own.body.id}`).expect(200);
});

test('lists come in pages', async () => {
  await Promise.all([makePartner(), makePartner(), makePartner()]);
  const first = await directory.request().get('/api/v1/partners?limit=2').expect(200);
  expect(first.body.data).toHaveLength(2);
  const second = await directory.request().get(`/api/v1/partners?limit=2&cursor=${first.body.nextCursor}`).expect(200);
  expect(second.body.data[0].id > first.body.data[1].id).toBe(true);
  await directory.request().get('/api/v1/partners?cursor=nonsense!').expect(422);
});
