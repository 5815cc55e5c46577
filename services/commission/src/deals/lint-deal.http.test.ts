import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId, type Role, type TermDefaults } from '@tributary/contracts';
import { aBrand, partnerOf, startWorld, type World } from '../../test/builders.js';

const choices: TermDefaults = {
  rounding: 'half-even',
  crossing: 'new',
  bounds: 'inclusive',
  retroactive: 'none',
  demotion: 'unwind',
  maximumShareOfRevenue: '0.35',
};
let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 8, terms: choices });
});
afterAll(() => world.service.stop());

let next = 0;
/** Another partner for each deal. */
const partner = (): string => {
  next += 1;
  return world.partnerIds[next - 1] ?? '';
};
const percent = (rate: string) => ({ on: 'sale', model: 'percentage', rate });
const override = (...levels: string[]) => ({
  on: 'sale',
  model: 'percentage',
  rate: '1',
  name: 'override',
  downline: { levels, of: 'amount', funding: 'on-top' },
});
const tiered = {
  ...percent('0.1'),
  tiers: {
    metric: { measure: 'amount' },
    reset: 'month',
    scale: 'whole',
    bands: [
      { upTo: 500_000, rate: '0.1' },
      { upTo: null, rate: '0.12' },
    ],
  },
};
const lint = (terms: object, role: Role = 'auditor') =>
  world.service
    .request({ roles: [role] })
    .post('/api/v1/deals/lint')
    .send({ brandId: world.brandId, partnerId: partnerOf(world), terms });
const write = (terms: object, partnerId = partner()) =>
  world.service.request().post('/api/v1/deals').send({ brandId: world.brandId, partnerId, terms });
const versions = async () => (await world.service.db.pool.query<{ count: bigint }>('SELECT count(*) FROM deal_version')).rows[0]?.count;

test('D-14 the linter says what it finds, with the figures, and writes nothing', async () => {
  const { body } = await lint({ components: [percent('0.2'), { ...percent('0.16'), qualify: { minAmount: 100 } }] }).expect(200);
  expect(body).toEqual({
    ok: false,
    findings: [
      {
        severity: 'error',
        pointer: '/components/1',
        rule: 'shares-exceed-the-margin',
        message: 'An event of kind sale can earn 36 % of its revenue (20 % + 16 %); the brand allows 35 %.',
      },
    ],
  });
  expect((await lint({ components: [percent('0.35')] }).expect(200)).body).toEqual({ ok: true, findings: [] });
  expect(await versions()).toBe(0n);
  await lint({ components: [percent('0.1')] }, 'analytics-viewer').expect(403);
  await world.service
    .request({ brandIds: [newId('brand')] })
    .post('/api/v1/deals/lint')
    .send({ brandId: world.brandId, terms: { components: [percent('0.1')] } })
    .expect(404);
});

test('D-14 a deal with an error is not written: 422 with a pointer into the request, the rule, and the sentence', async () => {
  const { body } = await write({ components: [percent('0.36')] }).expect(422);
  expect(body).toMatchObject({
    code: 'terms-invalid',
    detail: 'An event of kind sale can earn 36 % of its revenue; the brand allows 35 %.',
    errors: [{ pointer: '/terms/components/0', rule: 'shares-exceed-the-margin' }],
  });
});

test('D-14 a warning is told with the deal that is written, and with an amendment', async () => {
  const falling = { ...tiered, tiers: { ...tiered.tiers, bands: [tiered.tiers.bands[0], { upTo: null, rate: '0.08' }] } };
  const { body } = await write({ components: [falling] }).expect(201);
  const warnings = [expect.objectContaining({ severity: 'warning', pointer: '/components/0/tiers/bands/1/rate', rule: 'bands-go-down' })];
  expect(body.warnings).toEqual(warnings);
  const amend = (version: number, fields: object) =>
    world.service
      .request()
      .post(`/api/v1/deals/${body.id}/amendments`)
      .set('If-Match', `"${version}"`)
      .send({ effectiveFrom: '2026-07-01T00:00:00Z', reason: 'test', ...fields });
  await amend(1, { terms: { components: [percent('0.36')] } }).expect(422);
  expect((await amend(1, { terms: { components: [tiered] } }).expect(201)).body.warnings).toEqual([]);
  // What ends earns nothing more: the guard does not keep it alive.
  await amend(2, { effectiveFrom: '2026-08-01T00:00:00Z', terms: { components: [percent('0.36')] }, status: 'ended' }).expect(201);
});

test("M-09 what the brand chooses is written into the deal, and a later change of the brand's choices changes no deal", async () => {
  const own = await startWorld();
  const post = (terms: object) =>
    own.service
      .request()
      .post('/api/v1/deals')
      .send({ brandId: own.brandId, partnerId: partnerOf(own), terms });
  const refused = await post({ components: [tiered] }).expect(422);
  expect(refused.body.errors.map(({ rule }: { rule: string }) => rule)).toEqual([
    'crossing-must-be-chosen',
    'bounds-must-be-chosen',
    'retroactive-must-be-chosen',
    'demotion-must-be-chosen',
  ]);
  const brand = (terms: TermDefaults, sequence: number) => ({ ...aBrand(own.brandId, own.programId, { terms }), sequence });
  await own.service.deliver(brand(choices, 2));
  const { body: deal } = await post({ components: [tiered] }).expect(201);
  const { crossing, bounds, retroactive, demotion, rounding } = choices;
  const completed = { ...tiered, rounding, tiers: { ...tiered.tiers, crossing, bounds, retroactive, demotion } };
  expect(deal.terms).toEqual({ components: [completed] });
  await own.service.deliver(brand({ ...choices, bounds: 'exclusive', rounding: 'down' }, 3));
  const { body: later } = await own.service.request().get(`/api/v1/deals/${deal.id}`).expect(200);
  expect(later).toMatchObject({ terms: deal.terms, documentHash: deal.documentHash });
  await own.service.stop();
});

test("WE-41 the guard sets overrides on top of what the brand's other deals pay", async () => {
  await write({ components: [percent('0.31')] }).expect(201);
  const { body } = await write({ components: [override('0.03', '0.02')] }).expect(422);
  expect(body.errors).toEqual([{ pointer: '/terms/components/0/downline', rule: 'overrides-exceed-the-margin' }]);
  expect(body.detail).toBe('An event of kind sale can earn 36 % of its revenue, 31 % of it to its own partner; the brand allows 35 %.');
  await write({ components: [override('0.03', '0.01')] }).expect(201);
});
