import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aBrand, aLink, type BrandWorld, clickOn, report, startTracking, type Tracked } from '../test/world.js';

let service: Tracked;
let brand: BrandWorld;
let partnerId: string;
const now = new Date('2026-03-10T12:00:00.000Z');
const occurredAt = '2026-03-10T12:00:00.000Z';

beforeAll(async () => {
  service = await startTracking({ now });
  brand = await aBrand(service);
  partnerId = brand.partnerIds[0] ?? '';
});
afterAll(() => service.stop());

const sale = (more: object = {}) => ({
  type: 'sale',
  eventId: newId('event'),
  brandId: brand.brandId,
  occurredAt,
  amount: 1000,
  currency: 'EUR',
  partnerId,
  ...more,
});

test('a link is made, redirects with a click id, and its sale is recorded with attribution and trace', async () => {
  const link = await aLink(service, brand.brandId, partnerId, { subIds: { sub1: 'own' } });
  expect(link.url).toBe(`http://localhost:8080/c/${link.code}`);
  const response = await service
    .anonymous()
    .get(`/c/${link.code}?sub2=two&other=x`)
    .set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00')
    .redirects(0);
  expect(response.status).toBe(302);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(response.headers['location']).toMatch(/^https:\/\/shop\.example\/\?a=1&click_id=clk_/);
  const clickId = new URL(response.headers['location'] ?? '').searchParams.get('click_id') ?? '';

  const clicks = await service.request().get(`/api/v1/clicks?clickId=${clickId}`).expect(200);
  expect(clicks.body.data).toEqual([
    expect.objectContaining({ id: clickId, linkId: link.id, partnerId, subIds: { sub1: 'own', sub2: 'two' }, isUnique: true }),
  ]);

  const reported = await report(
    service,
    sale({ eventId: 'order-1', partnerId: undefined, clickId, customerKey: 'alice', attributes: { plan: 'gold' } }),
  );
  expect(reported.status).toBe(202);
  expect(reported.body).toMatchObject({ outcome: 'accepted', eventId: 'order-1', partnerId });

  const recorded = (await service.published('tracking.conversion.recorded.v1')).find((event) => event.data.eventId === 'order-1');
  expect(recorded?.data).toMatchObject({
    amount: 1000,
    currency: 'EUR',
    kind: 'sale',
    partnerId,
    programId: brand.programId,
    unattributedReason: null,
    source: 'api',
  });
  expect(recorded?.data.attribution).toMatchObject({
    method: 'click',
    clickId,
    linkId: link.id,
    windowDays: 30,
    clickTraceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-/),
  });
  expect(recorded?.data.attribution?.touches.map((touch) => touch.clickId)).toEqual([clickId]);
  expect(recorded?.correlationid).toBe(recorded?.data.conversionId);
  expect(recorded?.causationid).toBeUndefined();
  expect(recorded?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  expect(JSON.stringify(recorded)).not.toMatch(/alice|gold/);

  const listed = await service.request().get('/api/v1/conversions?eventId=order-1').expect(200);
  expect(listed.body.data).toEqual([recorded?.data]);
  const customers = await service.request().get('/api/v1/customers?customerKey=alice').expect(200);
  expect(customers.body.data).toEqual([expect.objectContaining({ partnerId, brandId: brand.brandId })]);
  expect((await service.published('tracking.link.changed.v1')).at(0)?.data).toMatchObject({ linkId: link.id, status: 'active' });
});

test('HEAD and prefetch go on without a click; an unknown code is 404', async () => {
  const link = await aLink(service, brand.brandId, partnerId, { destinationUrl: 'https://shop.example/path#part' });
  const head = await service.anonymous().head(`/c/${link.code}`).redirects(0);
  const ahead = await service.anonymous().get(`/c/${link.code}`).set('sec-purpose', 'prefetch').redirects(0);
  for (const response of [head, ahead])
    expect([response.status, response.headers['location']]).toEqual([302, 'https://shop.example/path#part']);
  expect((await service.request().get(`/api/v1/clicks?linkId=${link.id}`)).body.data).toEqual([]);
  const real = await service.anonymous().get(`/c/${link.code}`).redirects(0);
  expect(real.headers['location']).toMatch(/^https:\/\/shop\.example\/path\?click_id=clk_\w+#part$/);
  const absent = await service.anonymous().get('/c/nothere').redirects(0);
  expect([absent.status, absent.body.code]).toEqual([404, 'link-unknown']);
});

test('links: every refusal has its name', async () => {
  const make = (body: object) =>
    service
      .request()
      .post('/api/v1/links')
      .send({ brandId: brand.brandId, partnerId, destinationUrl: 'https://shop.example/', ...body });
  const codeOf = async (body: object) => {
    const response = await make(body);
    return [response.status, response.body.code];
  };
  expect(await codeOf({ destinationUrl: 'javascript:alert(1)' })).toEqual([422, 'destination-not-allowed']);
  expect(await codeOf({ programId: newId('program') })).toEqual([422, 'program-not-of-brand']);
  expect(await codeOf({ brandId: newId('brand') })).toEqual([409, 'reference-not-yet-known']);
  expect(await codeOf({ partnerId: newId('partner') })).toEqual([409, 'reference-not-yet-known']);
  const stranger = (await aBrand(service)).partnerIds[0];
  expect(await codeOf({ partnerId: stranger })).toEqual([422, 'partner-not-enrolled']);
  await make({ code: 'summer' }).expect(201);
  expect(await codeOf({ code: 'summer' })).toEqual([409, 'link-code-taken']);
});

test.each([
  ['event-without-key', 422, { eventId: undefined }],
  ['event-in-future', 422, { occurredAt: '2026-03-10T12:06:00.000Z' }],
  ['event-without-reference', 422, { partnerId: undefined }],
  ['original-required', 422, { type: 'refund' }],
  ['amount-without-currency', 422, { currency: undefined }],
  ['currency-unknown', 422, { currency: 'XQX' }],
  ['amount-required', 422, { amount: undefined }],
  ['amount-negative', 422, { amount: -1 }],
  ['request-invalid', 422, { surprise: 1 }],
  ['program-not-of-brand', 422, { programId: newId('program') }],
  ['reference-not-yet-known', 409, { brandId: newId('brand') }],
] as const)('an event is refused: %s', async (code, status, change) => {
  const response = await report(service, sale(change));
  expect([response.status, response.body.code]).toEqual([status, code]);
});

test('the envelope of a batch is checked', async () => {
  for (const [body, code] of [
    [{ events: [] }, 'batch-empty'],
    [{ events: Array(1001).fill(1) }, 'batch-too-large'],
    [{ events: 1 }, 'request-invalid'],
    [{ events: [1], more: 2 }, 'request-invalid'],
  ] as const) {
    const response = await report(service, body);
    expect([response.status, response.body.code]).toEqual([422, code]);
  }
  const broken = await service.request().post('/api/v1/events').set('content-type', 'application/json').send('{"a":1,"a":2}');
  expect([broken.status, broken.body.code]).toEqual([400, 'json-not-strict']);
});

test('events need a principal with the permission', async () => {
  const none = await service.anonymous().post('/api/v1/events').send(sale());
  expect([none.status, none.body.code]).toEqual([401, 'not-signed-in']);
  const viewer = await service
    .request({ roles: ['analytics-viewer'] })
    .post('/api/v1/events')
    .send(sale());
  expect([viewer.status, viewer.body.code]).toEqual([403, 'not-permitted']);
});

test('X-04 without a key 422 unless allowUnkeyed; the same key with another body 409 with a diff', async () => {
  const unkeyed = await report(service, sale({ eventId: undefined, allowUnkeyed: true })).expect(202);
  expect(unkeyed.body).toMatchObject({ outcome: 'accepted', eventId: expect.stringMatching(/^unkeyed:/) });
  const event = sale({ eventId: 'x04', customerKey: 'bob', attributes: { a: 1 } });
  const first = await report(service, event).expect(202);
  const again = await report(service, { ...event, occurredAt: '2026-03-10T12:00:00Z' }).expect(202);
  expect(again.body).toEqual({ outcome: 'duplicate', eventId: 'x04', duplicateOf: first.body.conversionId });
  const other = await report(service, { ...event, amount: 2000, customerKey: 'eve', attributes: { a: 2 } });
  expect([other.status, other.body.code]).toEqual([409, 'event-id-reused']);
  expect(other.body.errors).toEqual([
    { pointer: '/amount', rule: 'was 1000, is 2000' },
    { pointer: '/attributes', rule: 'differs from what was recorded' },
    { pointer: '/customerKey', rule: 'differs from what was recorded' },
  ]);
});

test('P-17 a batch of 1,000 with mixed outcomes: one outcome each, later items see earlier ones', async () => {
  const link = await aLink(service, brand.brandId, partnerId);
  const clickId = await clickOn(service, link.code);
  const plain = Array.from({ length: 990 }, (_, n) => sale({ eventId: `p17-${n}` }));
  const events = [
    ...plain,
    { ...plain[0] },
    { ...plain[1], amount: 1 },
    sale({ eventId: undefined }),
    { nonsense: true },
    sale({ eventId: 'p17-lead', type: 'lead', amount: undefined, currency: undefined, partnerId: undefined, clickId, customerKey: 'p17' }),
    sale({ eventId: 'p17-sale', partnerId: undefined, customerKey: 'p17' }),
    sale({ eventId: 'p17-refund', type: 'refund', partnerId: undefined, originalEventId: 'p17-sale', amount: 400 }),
    sale({ eventId: 'p17-lone', partnerId: undefined, customerKey: 'nobody' }),
    sale({ eventId: 'p17-coupon', partnerId: undefined, couponCode: 'SAVE10' }),
    sale({ eventId: 'p17-foreign', programId: newId('program') }),
  ];
  const { body } = await report(service, { events }).expect(202);
  expect(body.outcomes).toHaveLength(1000);
  expect([body.accepted, body.duplicates, body.rejected]).toEqual([995, 1, 4]);
  expect(
    body.outcomes
      .slice(990)
      .map((each: { outcome: string; code?: string; partnerId?: string }) => each.code ?? each.partnerId ?? each.outcome),
  ).toEqual([
    'duplicate',
    'event-id-reused',
    'event-without-key',
    'request-invalid',
    partnerId,
    partnerId,
    partnerId,
    'accepted',
    'accepted',
    'program-not-of-brand',
  ]);
  const recorded = new Map((await service.published('tracking.conversion.recorded.v1')).map((event) => [event.data.eventId, event.data]));
  expect(recorded.get('p17-sale')?.attribution?.method).toBe('customer');
  expect(recorded.get('p17-refund')).toMatchObject({
    originalConversionId: recorded.get('p17-sale')?.conversionId,
    attribution: { method: 'original' },
  });
  expect(recorded.get('p17-lone')?.unattributedReason).toBe('customer-unknown');
  expect(recorded.get('p17-coupon')?.unattributedReason).toBe('coupon-unknown');
});

test('what takes something back cannot be taken back itself, whichever comes first', async () => {
  const back = (eventId: string, originalEventId: string) => ({
    type: 'refund',
    eventId,
    originalEventId,
    brandId: brand.brandId,
    occurredAt: '2026-03-01T10:00:00.000Z',
    amount: 100,
    currency: 'EUR',
  });
  await report(service, sale({ eventId: 'back-sale' })).expect(202);
  await report(service, back('back-1', 'back-sale')).expect(202);
  for (const event of [back('back-2', 'back-1'), back('back-self', 'back-self')]) {
    const refused = await report(service, event);
    expect([refused.status, refused.body.code]).toEqual([422, 'original-is-reversal']);
  }
  await report(service, back('back-early', 'back-late')).expect(202);
  const batch = await report(service, { events: [back('back-late', 'back-sale'), back('back-3', 'back-4'), back('back-4', 'back-sale')] });
  expect(batch.body.outcomes.map(({ outcome, code }: { outcome: string; code?: string }) => code ?? outcome)).toEqual([
    'accepted',
    'original-is-reversal',
    'accepted',
  ]);
  expect((await report(service, back('back-early', 'back-late')).expect(202)).body.outcome).toBe('duplicate');
  await report(service, back('back-3', 'back-sale')).expect(202);
});

test('an amount that no ledger holds is refused', async () => {
  const refused = await report(service, sale({ eventId: 'too-much', amount: 1_000_000_000_000_000 }));
  expect([refused.status, refused.body.code]).toEqual([422, 'request-invalid']);
});

test('single events that come at once are written together and each gets its own outcome', async () => {
  const events = Array.from({ length: 60 }, (_, n) => sale({ eventId: `group-${n % 40}` }));
  const answers = await Promise.all(events.map((event) => report(service, event)));
  expect(answers.map((answer) => answer.status)).toEqual(Array(60).fill(202));
  expect(answers.filter((answer) => answer.body.outcome === 'accepted')).toHaveLength(40);
  expect(answers.filter((answer) => answer.body.outcome === 'duplicate')).toHaveLength(20);
});

test('a caller of another brand: 404 for what it names, empty lists for what it does not', async () => {
  const other = service.request({ brandIds: [newId('brand')] });
  const posted = await other.post('/api/v1/events').send(sale());
  expect([posted.status, posted.body.code]).toEqual([404, 'not-found']);
  const batch = await other
    .post('/api/v1/events')
    .send({ events: [sale()] })
    .expect(202);
  expect(batch.body.outcomes[0]).toMatchObject({ outcome: 'rejected', code: 'not-found' });
  const link = await other.post('/api/v1/links').send({ brandId: brand.brandId, partnerId, destinationUrl: 'https://shop.example/' });
  expect(link.status).toBe(404);
  for (const list of ['links', 'clicks', 'conversions', 'customers']) {
    expect((await other.get(`/api/v1/${list}`).expect(200)).body).toEqual({ data: [], nextCursor: null });
    await other.get(`/api/v1/${list}?brandId=${brand.brandId}`).expect(404);
  }
});

test('lists go by pages and filters', async () => {
  const own = await aBrand(service, 2);
  const [first = '', second = ''] = own.partnerIds;
  const events = Array.from({ length: 5 }, (_, n) =>
    sale({
      eventId: `page-${n}`,
      brandId: own.brandId,
      partnerId: n === 4 ? second : first,
      occurredAt: `2026-03-0${n + 1}T00:00:00.000Z`,
    }),
  );
  await report(service, { events }).expect(202);
  const get = async (search: string) =>
    (await service.request().get(`/api/v1/conversions?brandId=${own.brandId}&${search}`).expect(200)).body;
  const one = await get('limit=3');
  const two = await get(`limit=3&cursor=${one.nextCursor}`);
  expect([...one.data, ...two.data].map((row: { eventId: string }) => row.eventId).sort()).toEqual(events.map((event) => event.eventId));
  expect(two.nextCursor).toBeNull();
  expect((await get(`partnerId=${second}`)).data).toHaveLength(1);
  expect((await get('from=2026-03-02T00:00:00Z&to=2026-03-04T00:00:00Z')).data).toHaveLength(2);
  expect((await get('kind=lead')).data).toEqual([]);
});
