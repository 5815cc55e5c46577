import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { conversionDetails } from '@tributary/contracts';
import { qualificationFields } from '@tributary/engine';
import { aConversion, aRefund, createDeal, entriesOf, outcomeOf, recorded, startWorld, type World } from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 4, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
const withPartner = (): World => ({ ...world, partnerIds: [world.partnerIds[next++] ?? ''] });
const post = (path: string, body: object) => world.service.request().post(`/api/v1${path}`).send(body);
/** 25 % where `field` is a webinar, 10 % else. */
const terms = (field = 'metadata.channel', rate = '0.25') => {
  const when = { combinator: 'and', rules: [{ field, operator: '=', value: 'webinar' }] };
  return { components: [{ on: 'sale', model: 'percentage', rate: '0.10', alternatives: [{ name: 'webinar', priority: 1, when, rate }] }] };
};
const sales = (here: World) =>
  [{ metadata: { channel: 'webinar', region: 'north' } }, { metadata: { channel: 'mail' } }, { plan: 'pro' }, null].map((details) =>
    aConversion(here, { details }),
  );

test('M-14 a sale that comes from a webinar earns more, of its refund too, and its explanation says what was found', async () => {
  const here = withPartner();
  const [partnerId] = here.partnerIds;
  const [webinar, mail, plain, bare] = sales(here) as [ReturnType<typeof aConversion>, ...ReturnType<typeof aConversion>[]];
  await createDeal(here, { terms: terms() });
  await world.service.deliver(...[webinar, mail, plain, bare].flatMap((sale) => (sale ? [recorded(sale)] : [])));
  await world.service.deliver(recorded(aRefund(here, webinar, 4_000)));
  const entries = await entriesOf(here, { partnerId: partnerId ?? '' });
  expect(entries.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([-1_000, 1_000, 1_000, 1_000, 2_500]);
  const [entry] = (await outcomeOf(here, webinar.conversionId)).entries;
  const { body } = await world.service.request().get(`/api/v1/commissions/${entry?.id}/explanation`).expect(200);
  expect(body.explanation.fold.inputs.conversion.details).toEqual(webinar.details);
  expect(body.explanation.fold.rules).toContainEqual({
    rule: 'alternative',
    passed: true,
    detail: 'webinar (priority 1, pays 0.25) wins: metadata.channel is "webinar": found "webinar"',
  });
  const stored = await world.service.sql('SELECT details FROM conversion WHERE conversion_id = $1', [webinar.conversionId]);
  expect(stored).toEqual([{ details: webinar.details }]);
});

test('M-14 metadata is previewed as it is rated', async () => {
  const here = withPartner();
  const [partnerId] = here.partnerIds;
  const event = { kind: 'sale', occurredAt: '2026-05-25T10:00:00.000Z', amount: 10_000, currency: 'EUR' };
  const ask = (metadata: object) =>
    post('/deals/preview', { brandId: here.brandId, partnerId, terms: terms(), event: { ...event, details: { metadata } } });
  const amountOf = async (metadata: object) => (await ask(metadata).expect(200)).body.lines[0].amount;
  expect([await amountOf({ channel: 'webinar' }), await amountOf({ Channel: undefined })]).toEqual([2_500, 1_000]);
  const refused = await ask({ channel: 'eve@mail.example' }).expect(422);
  expect(refused.body.errors).toEqual([
    { pointer: '/event/details/metadata/channel', rule: 'looks like an e-mail address: metadata must not be personal data' },
  ]);
});

test('M-14 another rate for webinars: simulated, amended, and the month worked out again to the byte', async () => {
  const here = withPartner();
  const [partnerId = ''] = here.partnerIds;
  const { id } = await createDeal(here, { terms: terms() });
  await world.service.deliver(...sales(here).map((sale) => recorded(sale)));
  const amended = terms('metadata.channel', '0.30');
  const asked = { brandId: here.brandId, from: '2026-01-01T00:00:00Z', dealId: id, terms: amended, effectiveFrom: '2026-01-01T00:00:00Z' };
  const { body: simulation } = await post('/simulations', asked).expect(202);
  await world.service.service.runDueJobs();
  const simulated = (await world.service.request().get(`/api/v1/simulations/${simulation.id}`).expect(200)).body;
  const amendment = { effectiveFrom: '2026-01-01T00:00:00Z', terms: amended, reason: 'more' };
  await world.service.request().post(`/api/v1/deals/${id}/amendments`).set('If-Match', '*').send(amendment).expect(201);
  const total = (await entriesOf(here, { partnerId })).reduce((sum, { amount }) => sum + amount, 0);
  expect([simulated.result.touched, simulated.result.totals, total]).toEqual([
    1,
    [{ currency: 'EUR', before: 5_500, after: 6_000, difference: 500 }],
    6_000,
  ]);
  const { body: asking } = await post('/recalculations', { brandId: here.brandId, partnerId, period: '2026-05' }).expect(202);
  await world.service.service.runDueJobs();
  const again = await world.service
    .request({ roles: ['auditor'] })
    .get(`/api/v1/recalculations/${asking.id}`)
    .expect(200);
  expect(again.body).toMatchObject({ status: 'done', result: { identical: true, conversions: 4, differences: [] } });
});

test('M-14 deals may ask for the keys that events may carry, and a deal that asks for another one is refused', async () => {
  const keys = ['a', 'sales_region', 'utm2', 'k'.repeat(32), 'k'.repeat(33), '', 'A', '2a', '_a', 'a-b', 'a.b', 'ä', 'a\n'];
  const mayCarry = keys.filter((key) => conversionDetails.safeParse({ metadata: { [key]: 'x' } }).success);
  expect(mayCarry).toEqual(keys.slice(0, 4));
  expect(keys.filter((key) => qualificationFields['metadata.*']?.keys?.test(key))).toEqual(mayCarry);
  const here = withPartner();
  const body = {
    partnerId: here.partnerIds[0],
    brandId: here.brandId,
    effectiveFrom: '2026-01-01T00:00:00Z',
    terms: terms('metadata.Channel'),
  };
  const refused = await post('/deals', body).expect(422);
  expect([refused.body.code, refused.body.errors]).toEqual([
    'terms-invalid',
    [{ pointer: '/terms/components/0/alternatives/0/when/rules/0/field', rule: 'field-key-is-malformed' }],
  ]);
});
