import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  aConversion,
  createDeal,
  entriesOf,
  outcomeOf,
  partnerOf,
  recorded,
  startWorld,
  tenPercent,
  type World,
} from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 12, now: '2026-01-01T00:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
/** Another partner for each test. */
const here = (): World => {
  next += 1;
  return { ...world, partnerIds: [world.partnerIds[next - 1] ?? ''] };
};
const percent = (rate: string) => ({ components: [{ on: 'sale', model: 'percentage', rate }] });
const as = (actorId: string) => world.service.request({ actorId, roles: ['programme-manager'] });
const step = (dealId: string, version: number, verb: string, actorId = 'key_author', query = '') =>
  as(actorId).post(`/api/v1/deals/${dealId}/versions/${version}/${verb}${query}`).send({});
const amend = (dealId: string, latest: number, body: object, actorId = 'key_author') =>
  as(actorId)
    .post(`/api/v1/deals/${dealId}/amendments`)
    .set('If-Match', `"${latest}"`)
    .send({ effectiveFrom: '2026-01-01T00:00:00Z', terms: percent('0.20'), reason: 'more', ...body });
const versionsOf = async (dealId: string) => (await world.service.request().get(`/api/v1/deals/${dealId}/versions`).expect(200)).body.data;

test('D-04 a deal goes from draft over proposed and accepted to active: what occurred meanwhile is rated then, and all is told', async () => {
  const place = here();
  const draft = { partnerId: partnerOf(place), brandId: place.brandId, effectiveFrom: '2026-01-01T00:00:00Z', terms: tenPercent };
  const { body: deal } = await as('key_author')
    .post('/api/v1/deals')
    .send({ ...draft, status: 'draft' })
    .expect(201);
  expect(deal).toMatchObject({ status: 'draft', approverId: null, activatedAt: null });
  const sale = aConversion(place, { occurredAt: '2026-01-05T00:00:00.000Z' });
  await world.service.deliver(recorded(sale));
  expect(await outcomeOf(place, sale.conversionId)).toMatchObject({ outcome: 'zero-commission', reason: 'no-deal-in-force' });

  expect((await step(deal.id, 1, 'propose').expect(200)).body).toMatchObject({ status: 'proposed', approverId: null });
  expect((await step(deal.id, 1, 'activate').expect(409)).body.code).toBe('deal-version-state-forbids');
  expect((await step(deal.id, 1, 'accept').expect(403)).body.code).toBe('four-eyes');
  expect((await step(deal.id, 1, 'accept', 'key_other').expect(200)).body).toMatchObject({ status: 'accepted', approverId: 'key_other' });
  const dry = await step(deal.id, 1, 'activate', 'key_author', '?dryRun=true').expect(200);
  const { body } = await step(deal.id, 1, 'activate').expect(200);
  expect(body).toEqual({ ...dry.body, activatedAt: body.activatedAt });
  expect(body).toMatchObject({
    status: 'active',
    authorId: 'key_author',
    approverId: 'key_other',
    effect: { conversions: 1, entries: 1, amounts: [{ amount: 1000, currency: 'EUR' }] },
  });
  expect((await step(deal.id, 1, 'activate').expect(409)).body.code).toBe('deal-version-state-forbids');

  const [entry] = await entriesOf(place, { partnerId: partnerOf(place) });
  expect(entry).toMatchObject({ amount: 1000, dealVersion: 1, reason: 'amendment' });
  const told = (await world.service.published('commission.deal.status-changed.v1')).filter(({ subject }) => subject === deal.id);
  expect(told.map(({ data }) => [data.status, data.actorId])).toEqual([
    ['proposed', 'key_author'],
    ['accepted', 'key_other'],
    ['active', 'key_author'],
  ]);
  const [accrued] = (await world.service.published('commission.entry.accrued.v1')).filter(({ subject }) => subject === entry?.id);
  expect(accrued?.causationid).toBe(told[2]?.id);
  expect((await world.service.published('commission.deal.versioned.v1')).filter(({ subject }) => subject === deal.id)).toHaveLength(1);
});

test('T-04 known at a time: what was activated later was not in force as far as anybody knew', async () => {
  const place = here();
  const deal = await createDeal(place);
  await amend(deal.id, 1, { status: 'proposed' }).expect(201);
  await step(deal.id, 2, 'accept', 'key_other').expect(200);
  await world.service.moveClock('2026-01-20T00:00:00Z');
  await step(deal.id, 2, 'activate').expect(200);
  const ask = async (knownAt: string) =>
    (await world.service.request().get(`/api/v1/deals/${deal.id}`).query({ asOf: '2026-01-10T00:00:00Z', knownAt }).expect(200)).body;
  expect(await ask('2026-01-19T23:59:59Z')).toMatchObject({ version: 1, status: 'active' });
  expect(await ask('2026-01-20T01:00:00Z')).toMatchObject({
    version: 2,
    status: 'active',
    authorId: 'key_author',
    approverId: 'key_other',
  });
  expect((await versionsOf(deal.id)).map((one: Record<string, unknown>) => [one['status'], one['approverId'], one['activatedAt']])).toEqual(
    [
      ['superseded', expect.any(String), expect.any(String)],
      ['active', 'key_other', expect.stringMatching(/^2026-01-20T00:00/)],
    ],
  );
});

test('a declined version never counts; a proposed one may be followed by another draft', async () => {
  const place = here();
  const deal = await createDeal(place);
  expect((await amend(deal.id, 1, { status: 'proposed' }).expect(201)).body).toMatchObject({ version: 2, status: 'proposed' });
  expect((await amend(deal.id, 2, { status: 'draft' }).expect(201)).body).toMatchObject({ version: 3, status: 'draft' });
  expect((await step(deal.id, 2, 'decline', 'key_other').expect(200)).body).toMatchObject({ status: 'declined', approverId: null });
  for (const verb of ['propose', 'accept', 'activate', 'decline'])
    expect((await step(deal.id, 2, verb, 'key_other').expect(409)).body.code).toBe('deal-version-state-forbids');
  await world.service.deliver(recorded(aConversion(place, { occurredAt: '2026-01-06T00:00:00.000Z' })));
  expect((await entriesOf(place, { partnerId: partnerOf(place) })).map(({ amount }) => amount)).toEqual([1000]);
  await step(deal.id, 3, 'activate').expect(200);
  expect((await versionsOf(deal.id)).map(({ status }: { status: string }) => status)).toEqual(['superseded', 'declined', 'active']);
  await step(deal.id, 4, 'propose').expect(404);
});

test('T-03 three deals on three dates: every sale is rated by the version in force at its event time', async () => {
  const place = here();
  const cpa = { components: [{ on: 'sale', model: 'flat', amount: 3000 }] };
  const hybrid = { components: [{ on: 'sale', model: 'flat-plus-percentage', amount: 1000, rate: '0.10' }] };
  const deal = await createDeal(place, { terms: cpa });
  await amend(deal.id, 1, { terms: hybrid, effectiveFrom: '2026-02-01T00:00:00Z' }).expect(201);
  await amend(deal.id, 2, { terms: percent('0.25'), effectiveFrom: '2026-03-01T00:00:00Z' }).expect(201);
  for (const occurredAt of ['2026-03-01T00:00:00.000Z', '2026-01-31T23:59:59.999Z', '2026-02-28T23:59:59.999Z'])
    await world.service.deliver(recorded(aConversion(place, { occurredAt })));
  const entries = await entriesOf(place, { partnerId: partnerOf(place) });
  expect(entries.map(({ amount, dealVersion }) => [dealVersion, amount]).sort()).toEqual([
    [1, 3000],
    [2, 2000],
    [3, 2500],
  ]);
});

test('a draft that would overlap another deal is not activated', async () => {
  const place = here();
  await createDeal(place);
  const draft = await createDeal(place, { status: 'draft' });
  expect((await step(draft.id, 1, 'activate').expect(409)).body.code).toBe('deal-overlaps');
});

test('what two versions say differently', async () => {
  const place = here();
  const deal = await createDeal(place);
  await amend(deal.id, 1, { terms: { ...percent('0.20'), holdDays: 7 } }).expect(201);
  const compare = (from: number, to: number) => world.service.request().get(`/api/v1/deals/${deal.id}/diff`).query({ from, to });
  expect((await compare(1, 2).expect(200)).body).toEqual({
    dealId: deal.id,
    from: 1,
    to: 2,
    differences: [
      { pointer: '/components/0/rate', before: '0.10', after: '0.20' },
      { pointer: '/holdDays', after: 7 },
    ],
  });
  await compare(1, 3).expect(404);
});

test('who may not accept does not, and who may not see the brand finds nothing', async () => {
  const deal = await createDeal(here(), { status: 'proposed' });
  const path = `/api/v1/deals/${deal.id}/versions/1/accept`;
  await world.service
    .request({ roles: ['relationship-owner'] })
    .post(path)
    .send({})
    .expect(403);
  await world.service
    .request({ brandIds: ['brd_01kjpwd6m0ffa84b73zwdx7whd'] })
    .post(path)
    .send({})
    .expect(404);
  await world.service
    .request({ actorId: 'key_finance', roles: ['finance-approver'] })
    .post(path)
    .send({ note: 'as agreed' })
    .expect(200);
});
