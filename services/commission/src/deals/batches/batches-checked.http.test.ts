import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDeal, startWorld, type World } from '../../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 6, now: '2026-04-01T00:00:00Z', terms: { rounding: 'half-even', maximumShareOfRevenue: '0.35' } });
});
afterAll(() => world.service.stop());

const percent = (rate: string, rest: object = {}) => ({
  components: [{ on: 'sale', model: 'percentage', rate, ...rest }],
  timeZone: 'Europe/Malta',
});
const post = (path: string, body: object) => world.service.request().post(`/api/v1${path}`).send(body);
const newTemplate = async (terms: object) =>
  (await post('/deal-templates', { name: 'D', brandId: world.brandId, terms }).expect(201)).body.id as string;
const bulk = (templateId: string, change: object) =>
  post(`/deal-templates/${templateId}/amendments`, { effectiveFrom: '2026-05-01T00:00:00Z', reason: 'more', change });
const amend = (dealId: string, terms: object) =>
  world.service
    .request()
    .post(`/api/v1/deals/${dealId}/amendments`)
    .set('If-Match', '"1"')
    .send({ effectiveFrom: '2026-02-01T00:00:00Z', terms, reason: 'by hand' })
    .expect(201);
const dealOf = async (place: number, templateId: string, rest: object = {}) =>
  (await createDeal(world, { partnerId: world.partnerIds[place], terms: undefined, templateId, ...rest })).id;
const latest = async (dealId: string) =>
  (await world.service.request().get(`/api/v1/deals/${dealId}`).query({ asOf: '2026-06-01T00:00:00Z' }).expect(200)).body.version;

test('T-06 D-14 a bulk amendment writes no deal that the linter refuses, and tells what it would have had otherwise', async () => {
  const vip = { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'vip' }] };
  const always = { combinator: 'and', rules: [{ field: 'kind', operator: '=', value: 'sale' }] };
  const alternatives = [{ name: 'vip', priority: 1, when: vip, rate: '0.2' }];
  const templateId = await newTemplate(percent('0.10'));
  const [plain, warned, refused] = [await dealOf(0, templateId), await dealOf(1, templateId), await dealOf(2, templateId)];
  await amend(refused, percent('0.34', { alternatives }));
  await amend(warned, percent('0.20', { alternatives: [...alternatives, { name: 'all', priority: 0, when: always, rate: '0.1' }] }));

  const adjust = [{ pointer: '/components/0/rate', add: '0.02' }];
  const { body } = await bulk(templateId, { adjust }).expect(201);
  expect(body).toMatchObject({ amended: 2, exceptions: [{ dealId: refused, reason: 'terms-invalid' }] });
  expect(body.warnings).toEqual([
    {
      severity: 'warning',
      pointer: '/components/0/rate',
      rule: 'own-rate-is-never-used',
      message: expect.stringContaining('holds for every event'),
      dealIds: [warned],
    },
  ]);
  expect([await latest(plain), await latest(refused)]).toEqual([2, 2]);
  const stored = await world.service.request().get(`/api/v1/deal-batches/${body.batchId}`).expect(200);
  expect(stored.body.exceptions).toEqual(body.exceptions);
});

test('T-06 a bulk amendment moves no deal into a licence where it would stand in the way of another, of the batch or not', async () => {
  const licensed = (licence: string) => ({ ...percent('0.10'), licence });
  const templateId = await newTemplate(licensed('A'));
  const taken = await dealOf(3, templateId);
  const moved = await dealOf(4, templateId);
  await world.service
    .request()
    .post(`/api/v1/deal-templates/${templateId}/versions`)
    .set('If-Match', '"1"')
    .send({ terms: licensed('B'), reason: 'another' })
    .expect(201);
  const sibling = await dealOf(4, templateId);
  await createDeal(world, { partnerId: world.partnerIds[3], terms: licensed('MGA') });

  const { body } = await bulk(templateId, { terms: licensed('MGA') }).expect(201);
  expect(body).toMatchObject({ amended: 1, exceptions: [taken, sibling].map((dealId) => ({ dealId, reason: 'deal-overlaps' })) });
  expect(await latest(moved)).toBe(2);
});

test('T-06 a name that is rated by the month keeps its model in a bulk amendment too', async () => {
  const month = { ...percent('0.1'), components: [{ name: 'fee', on: 'sale', model: 'retainer', amount: 100 }] };
  const templateId = await newTemplate(month);
  const deal = await dealOf(5, templateId);
  const { body } = await bulk(templateId, { terms: percent('0.1', { name: 'fee' }) }).expect(201);
  expect(body.exceptions).toEqual([{ dealId: deal, reason: 'terms-invalid' }]);
});
