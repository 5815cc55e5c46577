import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestService, type TestService } from '@tributary/testkit';
import { compose } from '../composition.js';

let directory: TestService;
beforeAll(async () => {
  directory = await startTestService(compose, { now: day(1) });
});
afterAll(() => directory.stop());

const day = (n: number, time = '12:00:00.000') => new Date(`2026-03-${String(n).padStart(2, '0')}T${time}Z`);
const iso = (n: number, time?: string) => day(n, time).toISOString();

async function aPartner(body: object = {}) {
  const made = await directory
    .request()
    .post('/api/v1/partners')
    .send({ name: 'Ada', email: 'ada@example.com', ...body })
    .expect(201);
  const id = made.body.id as string;
  const set = (what: string, value: string | null, effectiveFrom?: string) =>
    directory.request().post(`/api/v1/partners/${id}/${what}`).send({ value, effectiveFrom });
  const shown = async (search = '') => (await directory.request().get(`/api/v1/partners/${id}?${search}`).expect(200)).body;
  const told = async () => (await directory.published('directory.partner.changed.v1')).filter(({ subject }) => subject === id);
  return { id, set, shown, told };
}

test('P-03 a partner registered with a tag and a parent carries both from then on, and the others are told since when', async () => {
  const parent = await aPartner();
  const { shown, told } = await aPartner({ parentId: parent.id, tags: ['influencer', 'influencer'] });
  const partner = await shown();
  expect(partner).toMatchObject({ parentId: parent.id, tier: null, managerId: null, tags: ['influencer'] });
  const at = partner.createdAt;
  expect(partner.history).toMatchObject({ parents: [{ parentId: parent.id, effectiveFrom: at, recordedAt: at }], tiers: [], managers: [] });
  expect((await told()).map(({ data }) => data)).toMatchObject([
    {
      parentId: parent.id,
      tags: [{ tag: 'influencer', effectiveFrom: at, effectiveTo: null, recordedAt: at }],
      parents: [{ parentId: parent.id, effectiveFrom: at, recordedAt: at }],
      tiers: [],
      managers: [],
    },
  ]);
});

test('P-04 a tag removed at noon holds a second before and not a second after, whenever that is said', async () => {
  const { id, shown, told } = await aPartner();
  const tags = directory.request();
  await tags
    .post(`/api/v1/partners/${id}/tags`)
    .send({ tag: 'vip', effectiveFrom: iso(2) })
    .expect(201);
  directory.clock.set(day(9));
  await tags
    .delete(`/api/v1/partners/${id}/tags`)
    .send({ tag: 'vip', effectiveFrom: iso(5) })
    .expect(200);
  expect((await shown(`asOf=${iso(5, '11:59:59.000')}`)).tags).toEqual(['vip']);
  expect((await shown(`asOf=${iso(5)}`)).tags).toEqual([]);
  expect((await shown(`asOf=${iso(5, '12:00:01.000')}`)).tags).toEqual([]);
  expect((await shown(`asOf=${iso(6)}&knownAt=${iso(8)}`)).tags).toEqual(['vip']);
  const last = (await told()).at(-1)?.data.tags;
  expect(last).toEqual([{ tag: 'vip', effectiveFrom: iso(2), effectiveTo: iso(5), recordedAt: expect.stringContaining('2026-03-09T12:') }]);
});

test('P-04 a tag set twice and then ended in the past is over in answers, lists and events; what was known before stays known', async () => {
  const { id, shown, told } = await aPartner();
  const path = `/api/v1/partners/${id}/tags`;
  const tag = 'twice';
  directory.clock.set(day(10));
  for (const n of [9, 5])
    await directory
      .request()
      .post(path)
      .send({ tag, effectiveFrom: iso(n) })
      .expect(201);
  const listed = async () => (await directory.request().get(`/api/v1/partners?tag=${tag}`).expect(200)).body.data.length;
  expect(await listed()).toBe(1);
  directory.clock.set(day(12));
  const ended = await directory
    .request()
    .delete(path)
    .send({ tag, effectiveFrom: iso(7) })
    .expect(200);
  expect(ended.body).toEqual({ partnerId: id, tag, effectiveFrom: iso(5), effectiveTo: iso(7) });
  for (const n of [7, 9, 12]) expect((await shown(`asOf=${iso(n)}`)).tags).toEqual([]);
  expect((await shown(`asOf=${iso(6)}`)).tags).toEqual([tag]);
  expect((await shown(`asOf=${iso(9)}&knownAt=${iso(11)}`)).tags).toEqual([tag]);
  expect(await listed()).toBe(0);
  expect((await told()).at(-1)?.data.tags).toEqual([
    { tag, effectiveFrom: iso(5), effectiveTo: iso(7), recordedAt: expect.stringContaining('2026-03-12T12:') },
  ]);
  expect((await directory.request().delete(path).send({ tag }).expect(409)).body.code).toBe('tag-not-set');
});

test('a tier as of an instant and as known at one: what is recorded later holds, what was known is not forgotten', async () => {
  directory.clock.set(day(10));
  const { set, shown, told } = await aPartner();
  await set('tier', 'silver', iso(2)).expect(201);
  directory.clock.set(day(15));
  const answer = await set('tier', 'gold', iso(4)).expect(201);
  expect(answer.body).toMatchObject({ value: 'gold', effectiveFrom: iso(4), recordedAt: expect.stringContaining('2026-03-15') });
  await set('tier', null, iso(20)).expect(201);
  const tiers = async (known = '') => {
    const answers = await Promise.all([1, 3, 5, 21].map((n) => shown(`asOf=${iso(n)}${known}`)));
    return answers.map(({ tier }) => tier);
  };
  expect(await tiers()).toEqual([null, 'silver', 'gold', null]);
  expect(await tiers(`&knownAt=${iso(14)}`)).toEqual([null, 'silver', 'silver', 'silver']);
  expect((await shown(`knownAt=${iso(14)}`)).history.tiers).toHaveLength(1);
  expect((await told()).at(-1)?.data.tiers?.map(({ tier, effectiveFrom }) => [tier, effectiveFrom])).toEqual([
    ['silver', iso(2)],
    ['gold', iso(4)],
    [null, iso(20)],
  ]);
  await set('tier', 'Not A Slug').expect(422);
});

test('a manager is set and taken away, and who said so is kept', async () => {
  const { set, shown, told } = await aPartner();
  await set('manager', 'key_of_somebody').expect(201);
  expect((await shown()).managerId).toBe('key_of_somebody');
  await set('manager', null).expect(201);
  const partner = await shown();
  expect(partner.managerId).toBeNull();
  expect(partner.history.managers).toMatchObject([
    { managerId: 'key_of_somebody', recordedBy: expect.any(String) },
    { managerId: null, recordedBy: expect.any(String) },
  ]);
  expect((await told()).map(({ sequence, data }) => [sequence, data.managers?.length])).toEqual([
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
});

test('D-04 who managed a partner at an instant, as known at one: a change told later holds, what was known is not forgotten', async () => {
  directory.clock.set(day(10));
  const { id, set, shown, told } = await aPartner();
  await set('manager', 'key_first', iso(2)).expect(201);
  directory.clock.set(day(15));
  const answer = await set('manager', 'key_second', iso(4)).expect(201);
  expect(answer.body).toMatchObject({ partnerId: id, value: 'key_second', effectiveFrom: iso(4) });
  await set('manager', null, iso(20)).expect(201);
  const managers = async (known = '') => {
    const answers = await Promise.all([1, 3, 5, 21].map((n) => shown(`asOf=${iso(n)}${known}`)));
    return answers.map(({ managerId }) => managerId);
  };
  expect(await managers()).toEqual([null, 'key_first', 'key_second', null]);
  expect(await managers(`&knownAt=${iso(9)}`)).toEqual([null, null, null, null]);
  expect(await managers(`&knownAt=${iso(14)}`)).toEqual([null, 'key_first', 'key_first', 'key_first']);
  expect(await managers(`&knownAt=${iso(16)}`)).toEqual([null, 'key_first', 'key_second', null]);
  expect((await shown(`knownAt=${iso(14)}`)).history.managers).toEqual([
    expect.objectContaining({ managerId: 'key_first', effectiveFrom: iso(2), recordedAt: expect.stringContaining('2026-03-10T12:') }),
  ]);
  expect((await told()).at(-1)?.data.managers?.map(({ managerId, effectiveFrom }) => [managerId, effectiveFrom])).toEqual([
    ['key_first', iso(2)],
    ['key_second', iso(4)],
    [null, iso(20)],
  ]);
});

test('parent-makes-a-cycle: not under itself, not under those below it, at no time', async () => {
  const [a, b, c] = [await aPartner(), await aPartner(), await aPartner()];
  await b.set('parent', a.id).expect(201);
  await c.set('parent', b.id).expect(201);
  for (const below of [a, b, c]) {
    const answer = await a.set('parent', below.id);
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([422, 'parent-makes-a-cycle', '/value']);
  }
  expect((await a.set('parent', c.id, iso(30))).body.code).toBe('parent-makes-a-cycle');
  await b.set('parent', null, iso(28)).expect(201);
  await a.set('parent', c.id, iso(29)).expect(201);
  expect((await b.set('parent', a.id, iso(30))).body.code).toBe('parent-makes-a-cycle');
  expect([(await c.shown()).parentId, (await a.shown()).parentId, (await a.shown(`asOf=${iso(29)}`)).parentId]).toEqual([b.id, null, c.id]);
  expect((await a.set('parent', 'ptr_00000000000000000000000000')).body.code).toBe('parent-unknown');
});

test('two concurrent changes of parents do not make a cycle together', async () => {
  const ring = await Promise.all([1, 2, 3, 4].map(() => aPartner()));
  const answers = await Promise.all(ring.map(({ set }, index) => set('parent', ring[(index + 1) % ring.length]?.id ?? '')));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 422]);
});

test('a caller of one brand finds the cycle through partners whom it does not see, and puts nobody under them', async () => {
  const brand = { name: 'Acme', currency: 'EUR', timeZone: 'Europe/Berlin', slug: 'tree' };
  const { id: brandId } = (await directory.request().post('/api/v1/brands').send(brand).expect(201)).body;
  const [a, hidden, c] = [await aPartner(), await aPartner(), await aPartner()];
  for (const { id } of [a, c]) await directory.request().post(`/api/v1/partners/${id}/enrollments`).send({ brandId }).expect(201);
  await hidden.set('parent', a.id).expect(201);
  await c.set('parent', hidden.id).expect(201);
  const put = (id: string, value: string) =>
    directory
      .request({ brandIds: [brandId] })
      .post(`/api/v1/partners/${id}/parent`)
      .send({ value });
  expect((await put(a.id, c.id)).body.code).toBe('parent-makes-a-cycle');
  expect((await put(a.id, hidden.id)).body.code).toBe('parent-unknown');
  expect((await put(hidden.id, a.id)).status).toBe(404);
});
