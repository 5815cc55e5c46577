import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import {
  aConversion,
  anEnrollment,
  aPartner,
  createDeal,
  entriesOf,
  partnerOf,
  recorded,
  startWorld,
  tenPercent,
  type World,
} from '../../test/builders.js';
import { appendOnly } from '../composition.js';

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
const amend = (dealId: string, version: number, body: object) =>
  world.service.request().post(`/api/v1/deals/${dealId}/amendments`).set('If-Match', `"${version}"`).send(body);

test('T-04 "terms for 15 Mar as known on 10 Apr" are version 1, with author, approver and document hash', async () => {
  const place = here();
  const author = newId('apiKey');
  const { body: deal } = await world.service
    .request({ actorId: author })
    .post('/api/v1/deals')
    .send({ partnerId: partnerOf(place), brandId: place.brandId, effectiveFrom: '2026-01-01T00:00:00Z', terms: percent('0.10') })
    .expect(201);
  await world.service.moveClock('2026-04-01T00:00:00Z');
  await amend(deal.id, 1, { effectiveFrom: '2026-04-01T00:00:00Z', terms: percent('0.20'), reason: 'spring' }).expect(201);

  const { body, headers } = await world.service
    .request()
    .get(`/api/v1/deals/${deal.id}`)
    .query({ asOf: '2026-03-15T00:00:00Z', knownAt: '2026-04-10T00:00:00Z' })
    .expect(200);
  expect(body).toMatchObject({ version: 1, terms: percent('0.10'), authorId: author, approverId: author, documentHash: deal.documentHash });
  expect(body.documentHash).toMatch(/^[0-9a-f]{64}$/);
  expect(headers['etag']).toBe('"2"');
  const inApril = await world.service.request().get(`/api/v1/deals/${deal.id}`).query({ asOf: '2026-04-15T00:00:00Z' }).expect(200);
  expect(inApril.body).toMatchObject({ version: 2, reason: 'spring' });
  const asKnownInMarch = await world.service
    .request()
    .get(`/api/v1/deals/${deal.id}`)
    .query({ asOf: '2026-04-15T00:00:00Z', knownAt: '2026-03-10T00:00:00Z' })
    .expect(200);
  expect(asKnownInMarch.body).toMatchObject({ version: 1 });
  await world.service.request().get(`/api/v1/deals/${deal.id}`).query({ asOf: '2025-12-31T00:00:00Z' }).expect(404);
  const versions = await world.service.request().get(`/api/v1/deals/${deal.id}/versions`).expect(200);
  expect(versions.body.data.map(({ version }: { version: number }) => version)).toEqual([1, 2]);
});

test('T-05 nobody changes a version in place: 409 for every way of asking, and only an amendment supersedes', async () => {
  const deal = await createDeal(here());
  for (const method of ['put', 'patch', 'delete'] as const) {
    for (const path of [`/api/v1/deals/${deal.id}`, `/api/v1/deals/${deal.id}/versions/1`]) {
      const { body } = await world.service
        .request()
        [method](path)
        .send({ terms: percent('0.99') })
        .expect(409);
      expect(body.code).toBe('deal-version-immutable');
    }
  }
  const { body: same } = await world.service.request().get(`/api/v1/deals/${deal.id}`).expect(200);
  expect(same).toMatchObject({ version: 1, status: 'active', documentHash: deal.documentHash });
  const unknown = `/api/v1/deals/${newId('deal')}`;
  await world.service.request().put(unknown).send({}).expect(404);
  await world.service.request().delete(unknown).expect(404);
  await world.service.request().delete(`/api/v1/deals/${deal.id}/versions/2`).expect(404);
});

test('T-05 the database role of the service has no UPDATE or DELETE right on anything that is only ever added to', async () => {
  await createDeal(here());
  for (const table of appendOnly) {
    const { rows } = await world.service.db.pool.query('SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1', [
      table,
    ]);
    const [{ name }] = rows;
    for (const statement of [`UPDATE ${table} SET ${name} = ${name}`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      await expect(world.service.db.pool.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
  }
});

test('T-01 an amendment counts from its instant on, without anything else being touched', async () => {
  const place = here();
  const deal = await createDeal(place);
  const { body } = await world.service
    .request({ roles: ['programme-manager'] })
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('If-Match', '"1"')
    .send({ effectiveFrom: '2026-03-01T12:00:00Z', terms: percent('0.25'), reason: 'promotion' })
    .expect(201);
  expect(body).toMatchObject({ version: 2, effect: { conversions: 0, entries: 0, amounts: [] } });
  await world.service.deliver(
    recorded(aConversion(place, { occurredAt: '2026-03-01T11:59:59.999Z' })),
    recorded(aConversion(place, { occurredAt: '2026-03-01T12:00:00.000Z' })),
  );
  expect((await entriesOf(place, { partnerId: partnerOf(place) })).map(({ amount, dealVersion }) => [amount, dealVersion]).sort()).toEqual([
    [1000, 1],
    [2500, 2],
  ]);
});

test('M-26 a sale of March corrected in May is rated by the terms of March', async () => {
  const place = here();
  const deal = await createDeal(place);
  await amend(deal.id, 1, { effectiveFrom: '2026-04-01T00:00:00Z', terms: percent('0.20'), reason: 'from April' }).expect(201);
  const sale = aConversion(place, { occurredAt: '2026-03-10T00:00:00.000Z' });
  await world.service.deliver(recorded(sale));
  const correction = aConversion(place, {
    kind: 'refund',
    originalConversionId: sale.conversionId,
    originalEventId: sale.eventId,
    amount: 4000,
    occurredAt: '2026-05-05T00:00:00.000Z',
  });
  await world.service.deliver(recorded(correction));
  const entries = await entriesOf(place, { conversionId: sale.conversionId });
  expect(entries.map(({ amount, dealVersion, period }) => [amount, dealVersion, period])).toEqual([
    [1000, 1, '2026-03'],
    [-400, 1, '2026-05'],
  ]);
});

test('FF12 an amendment that reaches into the past posts the differences of what occurred since; a dry run says the same (O-12)', async () => {
  const place = here();
  const deal = await createDeal(place);
  await world.service.deliver(
    ...Array.from({ length: 5 }, (_, day) => recorded(aConversion(place, { occurredAt: `2026-03-0${day + 1}T10:00:00.000Z` }))),
  );
  const body = { effectiveFrom: '2026-03-03T00:00:00Z', terms: percent('0.15'), reason: 'agreed late' };
  const dry = await world.service.request().post(`/api/v1/deals/${deal.id}/amendments?dryRun=true`).set('If-Match', '"1"').send(body);
  expect(dry.status).toBe(200);
  expect(await entriesOf(place, { partnerId: partnerOf(place) })).toHaveLength(5);
  const real = await amend(deal.id, 1, body).expect(201);
  const { recordedAt: _dryAt, activatedAt: _dryFrom, ...wouldDo } = dry.body;
  expect(real.body).toMatchObject(wouldDo);
  expect(real.body.effect).toEqual({ conversions: 3, entries: 3, amounts: [{ amount: 1500, currency: 'EUR' }] });
  const amendments = (await entriesOf(place, { partnerId: partnerOf(place) })).filter(({ reason }) => reason === 'amendment');
  expect(amendments.map(({ amount, dealVersion }) => [amount, dealVersion])).toEqual([
    [500, 2],
    [500, 2],
    [500, 2],
  ]);
  expect(amendments.every(({ adjusts }) => adjusts !== null)).toBe(true);
  // What was posted before stays, and goes on naming the version that made it.
  const before = (await entriesOf(place, { partnerId: partnerOf(place) })).filter(({ reason }) => reason !== 'amendment');
  expect(before.map(({ amount, dealVersion }) => [amount, dealVersion])).toEqual(Array.from({ length: 5 }, () => [1000, 1]));
  const [versioned] = (await world.service.published('commission.deal.versioned.v1')).filter(
    ({ data }) => data.dealId === deal.id && data.version === 2,
  );
  const [accrued] = (await world.service.published('commission.entry.accrued.v1')).filter(
    ({ data }) => data.reason === 'amendment' && data.dealId === deal.id,
  );
  expect(accrued?.causationid).toBe(versioned?.id);
});

test('a stale or missing If-Match writes nothing', async () => {
  const deal = await createDeal(here());
  const body = { effectiveFrom: '2026-03-01T00:00:00Z', terms: tenPercent, reason: 'again' };
  expect((await world.service.request().post(`/api/v1/deals/${deal.id}/amendments`).send(body).expect(428)).body.code).toBe(
    'if-match-required',
  );
  await amend(deal.id, 1, body).expect(201);
  expect((await amend(deal.id, 1, body).expect(412)).body.code).toBe('version-stale');
});

test('terms that break a rule are refused with a pointer to each mistake', async () => {
  const place = here();
  const terms = {
    components: [
      { on: 'sale', model: 'percentage' },
      { on: 'lead', model: 'flat', amount: 5, rate: '0.1' },
    ],
  };
  const { body } = await world.service
    .request()
    .post('/api/v1/deals')
    .send({ partnerId: partnerOf(place), brandId: place.brandId, terms })
    .expect(422);
  expect(body.code).toBe('terms-invalid');
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/terms/components/0/rate', '/terms/components/1/rate']);
});

test('one deal at a time per partner, brand and programme; an ended one makes room from its end on', async () => {
  const place = here();
  const deal = await createDeal(place);
  const again = { partnerId: partnerOf(place), brandId: place.brandId, effectiveFrom: '2026-03-01T00:00:00Z', terms: tenPercent };
  const post = (body: object) => world.service.request().post('/api/v1/deals').send(body);
  expect((await post(again).expect(409)).body.code).toBe('deal-overlaps');
  await post({ ...again, status: 'draft' }).expect(201);
  await amend(deal.id, 1, { effectiveFrom: '2026-02-01T00:00:00Z', terms: tenPercent, reason: 'over', status: 'ended' }).expect(201);
  expect(
    (await amend(deal.id, 2, { effectiveFrom: '2026-03-01T00:00:00Z', terms: tenPercent, reason: 'back' }).expect(409)).body.code,
  ).toBe('deal-already-ended');
  expect((await post({ ...again, effectiveFrom: '2026-01-15T00:00:00Z' }).expect(409)).body.code).toBe('deal-overlaps');
  await post(again).expect(201);
});

test('a deal that names what has not arrived yet is answered 409 with Retry-After', async () => {
  const place = here();
  const [partnerId] = [newId('partner')];
  const body = { partnerId, brandId: place.brandId, terms: tenPercent };
  const refused = await world.service.request().post('/api/v1/deals').send(body).expect(409);
  expect(refused.body.code).toBe('reference-not-yet-known');
  expect(refused.headers['retry-after']).toBeDefined();
  await world.service.deliver(aPartner(partnerId), anEnrollment(partnerId, place.brandId, place.programId));
  await world.service.request().post('/api/v1/deals').send(body).expect(201);
});

test('who may not see the brand does not see its deals, nor that they exist', async () => {
  const deal = await createDeal(here());
  const stranger = world.service.request({ brandIds: [newId('brand')] });
  await stranger.get(`/api/v1/deals/${deal.id}`).expect(404);
  await stranger.put(`/api/v1/deals/${deal.id}`).send({}).expect(404);
  await stranger
    .post(`/api/v1/deals/${deal.id}/amendments`)
    .set('If-Match', '"1"')
    .send({ effectiveFrom: '2026-03-01T00:00:00Z', terms: tenPercent, reason: 'x' })
    .expect(404);
  expect((await stranger.get('/api/v1/deals').expect(200)).body.data).toEqual([]);
});

test('thousands of conversions are rated again by a job, in chunks', async () => {
  const place = here();
  const events = Array.from({ length: 2100 }, () => recorded(aConversion(place, { amount: 1000, occurredAt: '2026-02-10T00:00:00.000Z' })));
  for (let at = 0; at < events.length; at += 500) await world.service.deliver(...events.slice(at, at + 500));
  const deal = await createDeal(place);
  expect(deal.effect).toEqual({ conversions: 2100, entries: null, amounts: null });
  await world.service.service.runDueJobs();
  const [total] = await world.service.sql<{ entries: number; amount: number }>(
    'SELECT count(*)::int AS entries, sum(amount)::int AS amount FROM commission_entry WHERE deal_id = $1',
    [deal.id],
  );
  expect(total).toEqual({ entries: 2100, amount: 210_000 });
});
