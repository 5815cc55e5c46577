import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import {
  aBrand,
  aConversion,
  anEnrollment,
  entriesOf,
  partnerOf,
  recorded,
  startWorld,
  tenPercent,
  type World,
} from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 4 });
});
afterAll(() => world.service.stop());

let next = 0;
const partner = (): World => ({ ...world, partnerIds: [world.partnerIds[next++] ?? ''] });
const percent = (rate: string, more: object = {}) => ({ components: [{ on: 'sale', model: 'percentage', rate, ...more }] });

test('M-24 who may see one brand only writes a scale over all brands: what occurred at the others counts in it', async () => {
  const place = partner();
  const other: World = { ...place, brandId: newId('brand'), programId: newId('program') };
  await world.service.deliver(aBrand(other.brandId, other.programId));
  await world.service.deliver(anEnrollment(partnerOf(other), other.brandId, other.programId));
  await world.service.deliver(
    recorded(aConversion(other, { occurredAt: '2026-05-02T10:00:00.000Z' })),
    recorded(aConversion(place, { occurredAt: '2026-05-03T10:00:00.000Z' })),
  );
  const tiers = {
    metric: { measure: 'count', across: 'brands' },
    reset: 'month',
    scale: 'whole',
    crossing: 'new',
    bounds: 'inclusive',
    retroactive: 'none',
    demotion: 'unwind',
    bands: [{ upTo: 1 }, { upTo: null, rate: '0.20' }],
  };
  const { brandId } = place;
  const terms = { timeZone: 'Europe/Berlin', ...percent('0.10', { tiers }) };
  await world.service
    .request({ brandIds: [brandId] })
    .post('/api/v1/deals')
    .send({ partnerId: partnerOf(place), brandId, effectiveFrom: '2026-01-01T00:00:00Z', terms })
    .expect(201);
  const entries = await entriesOf(world, { partnerId: partnerOf(place) });
  expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(2000);
});

test('T-39 an amendment that takes a deal to another licence does not overlap the deal for that licence', async () => {
  const place = partner();
  const { brandId } = place;
  const post = (path: string, body: object) => world.service.request().post(`/api/v1/deals${path}`).send(body);
  const create = (terms: object) => post('', { partnerId: partnerOf(place), brandId, effectiveFrom: '2026-01-01T00:00:00Z', terms });
  const general = (await create(tenPercent).expect(201)).body;
  await create({ ...percent('0.20'), licence: 'MGA' }).expect(201);
  const body = { effectiveFrom: '2026-05-01T00:00:00Z', terms: { ...percent('0.30'), licence: 'MGA' }, reason: 'licensed' };
  const refused = await post(`/${general.id}/amendments`, body).set('If-Match', '"1"').expect(409);
  expect(refused.body.code).toBe('deal-overlaps');
});
