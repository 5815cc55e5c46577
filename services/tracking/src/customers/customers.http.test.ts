import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aBrand, aLink, type BrandWorld, clickOn, report, startTracking, type Tracked } from '../../test/world.js';

let service: Tracked;
const now = new Date('2026-03-10T12:00:00.000Z');
beforeAll(async () => {
  service = await startTracking({ now });
});
afterAll(() => service.stop());

const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T12:00:00.000Z`;
const sale = (brand: BrandWorld, eventId: string, customerKey: string, n: number, more: object = {}) => ({
  type: 'sale',
  eventId,
  brandId: brand.brandId,
  customerKey,
  occurredAt: day(n),
  amount: 1000,
  currency: 'EUR',
  ...more,
});

/** The clock ticks on from where it was set. */
const soonAfterNow = expect.stringMatching(/^2026-03-10T12:0/);

/** A brand of two partners, and a customer of the first by a click of day 1. */
async function aCustomer(key: string) {
  const brand = await aBrand(service, 2);
  const [first = '', second = ''] = brand.partnerIds;
  service.clock.set(new Date(day(1)));
  const clickId = await clickOn(service, (await aLink(service, brand.brandId, first)).code);
  service.clock.set(now);
  await report(service, { type: 'lead', eventId: 'lead', brandId: brand.brandId, customerKey: key, clickId, occurredAt: day(1) }).expect(
    202,
  );
  const { body } = await service.request().get(`/api/v1/customers?customerKey=${key}`).expect(200);
  const id = body.data[0].id as string;
  const path = `/api/v1/customers/${id}`;
  const change = (what: string, said: object) => service.request().post(`${path}/${what}`).send(said);
  const partnersOf = async (): Promise<Record<string, string>> => {
    const listed = await service.request().get(`/api/v1/conversions?brandId=${brand.brandId}`).expect(200);
    const name = (partnerId: string | null) => (partnerId === first ? 'A' : partnerId === second ? 'B' : 'nobody');
    return Object.fromEntries(listed.body.data.map((one: { eventId: string; partnerId: string }) => [one.eventId, name(one.partnerId)]));
  };
  const toldOf = async () => (await service.published('tracking.customer.changed.v1')).filter(({ subject }) => subject === id);
  const give = (partnerId: string, n: number) => change('reassignments', { partnerId, effectiveFrom: day(n), reason: 'agreed' });
  return { brand, first, second, id, path, change, partnersOf, toldOf, give };
}

test('P-06 a customer gets a new key: events under either are his, one of another customer is refused', async () => {
  const { brand, first, path, change, id } = await aCustomer('k1');
  await change('keys', { key: 'k2' }).expect(201);
  expect((await report(service, sale(brand, 'new', 'k2', 5))).body).toMatchObject({ outcome: 'accepted', partnerId: first });
  expect((await report(service, sale(brand, 'late', 'k1', 4))).body).toMatchObject({ outcome: 'accepted', partnerId: first });
  const listed = await service.request().get(`/api/v1/conversions?customerId=${id}`).expect(200);
  expect(listed.body.data.map((one: { eventId: string }) => one.eventId).sort()).toEqual(['late', 'lead', 'new']);
  for (const key of ['k1', 'k2']) {
    const { body } = await service.request().get(`/api/v1/customers?customerKey=${key}&brandId=${brand.brandId}`).expect(200);
    expect(body.data.map((one: { id: string }) => one.id)).toEqual([id]);
  }
  await change('keys', { key: 'k2' }).expect(201);
  await report(service, sale(brand, 'stranger', 'k3', 5, { partnerId: first })).expect(202);
  const taken = await change('keys', { key: 'k3' });
  expect([taken.status, taken.body.code]).toEqual([409, 'customer-key-taken']);
  const { body } = await service.request().get(path).expect(200);
  expect(body.history).toEqual([expect.objectContaining({ number: 1, change: 'key-added', value: null, recordedAt: soonAfterNow })]);
});

test('P-07 a reassignment takes what occurred from its instant on, with its refunds; what came before stays', async () => {
  const { brand, second, id, partnersOf, toldOf, give } = await aCustomer('p07');
  const refund = (eventId: string, of: string, n: number) => ({
    ...sale(brand, eventId, 'p07', n, { type: 'refund', originalEventId: of, amount: 100 }),
  });
  for (const event of [sale(brand, 's4', 'p07', 4), sale(brand, 's5', 'p07', 5), refund('r4', 's4', 7), refund('r5', 's5', 7)])
    await report(service, event).expect(202);
  const { body } = await give(second, 5).expect(201);
  expect(body.effect).toEqual({ conversions: 2, rest: 'none' });
  expect(body).toMatchObject({ id, partnerId: second, assignments: [{ partnerId: second, effectiveFrom: day(5), reason: 'agreed' }] });

  const link = await aLink(service, brand.brandId, brand.partnerIds[0] ?? '');
  await report(service, sale(brand, 'late3', 'p07', 3)).expect(202);
  await report(service, sale(brand, 'late6', 'p07', 6, { clickId: await clickOn(service, link.code) })).expect(202);
  await report(service, refund('late-r4', 's4', 8)).expect(202);
  expect(await partnersOf()).toEqual({ lead: 'A', s4: 'A', r4: 'A', late3: 'A', 'late-r4': 'A', s5: 'B', r5: 'B', late6: 'B' });

  const attributed = (await service.published('tracking.conversion.attributed.v1')).filter(({ data }) => data.brandId === brand.brandId);
  expect(attributed.map(({ data }) => [data.eventId, data.partnerId, data.revision, data.attribution?.method])).toEqual([
    ['s5', second, 1, 'reassignment'],
    ['r5', second, 1, 'original'],
  ]);
  expect(attributed.every(({ actorkind }) => actorkind !== 'system')).toBe(true);
  expect((await toldOf()).map(({ sequence, partnerid }) => [sequence, partnerid])).toEqual([[1, second]]);
});

test('P-07 the highest revision is the last reassignment, one that is repeated changes nothing', async () => {
  const { brand, first, second, partnersOf, give } = await aCustomer('again');
  await report(service, sale(brand, 's5', 'again', 5)).expect(202);
  for (const partnerId of [second, second, first]) await give(partnerId, 4).expect(201);
  expect(await partnersOf()).toMatchObject({ s5: 'A' });
  const attributed = (await service.published('tracking.conversion.attributed.v1')).filter(({ data }) => data.brandId === brand.brandId);
  expect(attributed.map(({ data }) => [data.partnerId, data.revision])).toEqual([
    [second, 1],
    [first, 2],
  ]);
});

test('P-07 a partner who is not enrolled in the brand gets nobody', async () => {
  const { give } = await aCustomer('refused');
  const stranger = (await aBrand(service)).partnerIds[0] ?? '';
  const answer = await give(stranger, 5);
  expect([answer.status, answer.body.code]).toEqual([422, 'partner-not-enrolled']);
  expect((await give(newId('partner'), 5)).status).toBe(409);
});

test('P-07 of very many conversions a thousand are moved at once, the rest in the background, and the answer says so', async () => {
  const { brand, second, path, give, id } = await aCustomer('many');
  const events = Array.from({ length: 1000 }, (_, index) => sale(brand, `many-${index}`, 'many', 5));
  const post = (batch: object[]) => service.request().post('/api/v1/events').send({ events: batch });
  expect((await post(events)).body).toMatchObject({ accepted: 1000 });
  const rest = [sale(brand, 'many-1000', 'many', 6), sale(brand, 'refunded', 'many', 7, { type: 'refund', originalEventId: 'many-1000' })];
  expect((await post(rest)).body).toMatchObject({ accepted: 2 });
  const counted = async () =>
    (
      await service.sql<{ count: number }>('SELECT count(*)::int AS count FROM conversions WHERE customer_id = $1 AND partner_id = $2', [
        id,
        second,
      ])
    ).map(({ count }) => count);
  const { body } = await give(second, 5).expect(201);
  expect(body.effect).toEqual({ conversions: 1000, rest: 'in-background' });
  expect(await counted()).toEqual([1000]);
  await service.service.runDueJobs();
  expect(await counted()).toEqual([1002]);
  expect((await service.request().get(path).expect(200)).body.effect).toBeUndefined();
  const again = await give(second, 6).expect(201);
  expect(again.body.effect).toEqual({ conversions: 0, rest: 'in-background' });
}, 60_000);

test('P-07 what nobody had goes to the new partner too, and an intake that read too early is put right', async () => {
  const { brand, second, partnersOf, give, id } = await aCustomer('net');
  await report(service, sale(brand, 'own', 'net', 6)).expect(202);
  await give(second, 5).expect(201);
  // As an intake leaves it that had read the customer before the reassignment.
  await service.sql("UPDATE conversions SET partner_id = $2 WHERE brand_id = $1 AND event_id = 'own'", [
    brand.brandId,
    brand.partnerIds[0],
  ]);
  await service.sql("UPDATE pgboss.job SET start_after = now() WHERE name = 'reattribute-customer' AND data->>'customerId' = $1", [id]);
  await service.service.runDueJobs();
  expect(await partnersOf()).toMatchObject({ own: 'B' });
});

test('P-04 a tag of a customer set twice and then ended in the past is over in the answer and in the event', async () => {
  const { path, change, toldOf } = await aCustomer('tagged-twice');
  for (const n of [9, 5]) await change('tags', { tag: 'vip', effectiveFrom: day(n) }).expect(201);
  const ended = await service
    .request()
    .delete(`${path}/tags`)
    .send({ tag: 'vip', effectiveFrom: day(7) });
  const tags = [{ tag: 'vip', effectiveFrom: day(5), effectiveTo: day(7), recordedAt: soonAfterNow }];
  expect([ended.status, ended.body.tags]).toEqual([200, tags]);
  expect((await toldOf()).at(-1)?.data.tags).toEqual(tags);
});

test('C-05 T-39 tags, verification, exclusion and country are told of, in full and without keys', async () => {
  const { brand, first, id, path, change, toldOf } = await aCustomer('private-key');
  await report(service, sale(brand, 'with-country', 'private-key', 5, { country: 'MT' })).expect(202);
  await change('keys', { key: 'other-private-key' }).expect(201);
  await change('tags', { tag: 'vip', effectiveFrom: day(2) }).expect(201);
  await change('tags', { tag: 'vip', effectiveFrom: day(3) }).expect(201);
  await change('verifications', { kind: 'kyc', verifiedAt: day(4) }).expect(201);
  await change('exclusions', { from: day(8) }).expect(201);
  const ended = await service
    .request()
    .delete(`${path}/tags`)
    .send({ tag: 'vip', effectiveFrom: day(9) });
  expect(ended.status).toBe(200);
  expect((await service.request().delete(`${path}/tags`).send({ tag: 'vip' })).body.code).toBe('customer-tag-not-set');

  const told = await toldOf();
  expect(told.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5]);
  expect(told.at(-1)?.data).toEqual({
    customerId: id,
    brandId: brand.brandId,
    partnerId: first,
    tags: [{ tag: 'vip', effectiveFrom: day(2), effectiveTo: day(9), recordedAt: soonAfterNow }],
    country: 'MT',
    kycVerifiedAt: day(4),
    excludedFrom: day(8),
    assignments: [],
    changedAt: soonAfterNow,
  });
  expect(JSON.stringify(told)).not.toMatch(/private-key/);
  const { body } = await service.request().get(path).expect(200);
  expect(body.history.map((one: { change: string }) => one.change)).toEqual(['key-added', 'tag-set', 'verified', 'excluded', 'tag-ended']);
  expect(body).toMatchObject({ partnerId: first, country: 'MT', excludedFrom: day(8) });
});

test('C-05 nobody is told of a customer of whom nothing was recorded; others do not see him', async () => {
  const { path, toldOf, first, second, give } = await aCustomer('quiet');
  expect(await toldOf()).toEqual([]);
  const other = await aBrand(service);
  await service
    .request({ brandIds: [other.brandId] })
    .get(path)
    .expect(404);
  await service
    .request({ brandIds: [other.brandId] })
    .post(`${path}/tags`)
    .send({ tag: 'vip' })
    .expect(404);
  await service
    .request({ roles: ['analytics-viewer'] })
    .post(`${path}/tags`)
    .send({ tag: 'vip' })
    .expect(403);
  const himself = service.request({ partnerId: second }).post(`${path}/reassignments`);
  await himself.send({ partnerId: second, effectiveFrom: day(5), reason: 'mine' }).expect(403);
  await give(second, 5).expect(201);
  const { body } = await service.request().get(`/api/v1/customers?partnerId=${second}`).expect(200);
  expect(body.data).toEqual([expect.objectContaining({ partnerId: second })]);
  const own = await service.request({ partnerId: second }).get(path).expect(200);
  expect(own.body).toMatchObject({ assignments: [{ partnerId: second }], history: [] });
  expect(JSON.stringify(own.body)).not.toContain(first);
});
