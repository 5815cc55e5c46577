import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { aBrand, type BrandWorld, report, startTracking, type Tracked } from '../../test/world.js';

let service: Tracked;
let brand: BrandWorld;
const occurredAt = '2026-03-10T12:00:00.000Z';

beforeAll(async () => {
  service = await startTracking({ now: new Date(occurredAt) });
  brand = await aBrand(service);
});
afterAll(() => service.stop());

const event = (eventId: string, more: object) => ({ eventId, brandId: brand.brandId, partnerId: brand.partnerIds[0], occurredAt, ...more });
const trade = (lots: string) => event('ticket-7', { type: 'trade', lots, symbol: 'EURUSD', spread: '0.8' });

test('T-41 what an event says of the trade travels with its conversion; a ticket counts once, and with other lots it is another one', async () => {
  expect((await report(service, trade('1.50'))).body).toMatchObject({ outcome: 'accepted' });
  expect((await report(service, trade('1.50'))).body).toMatchObject({ outcome: 'duplicate' });
  const other = await report(service, trade('1.60'));
  expect([other.status, other.body.code]).toEqual([409, 'event-id-reused']);
  expect(other.body.errors).toEqual([{ pointer: '/lots', rule: 'was "1.50", is "1.60"' }]);

  const [recorded] = await service.published('tracking.conversion.recorded.v1');
  expect(recorded?.data).toMatchObject({ details: { quantity: '1.50', symbol: 'EURUSD', spread: '0.8' }, revision: 0 });
  const listed = await service.request().get('/api/v1/conversions?eventId=ticket-7').expect(200);
  expect(listed.body.data).toEqual([recorded?.data]);
});

test('T-41 a ticket tells when and at which prices it was opened and closed; the same ticket with other prices is another content', async () => {
  const prices = { openPrice: '1.08452', closePrice: '1.08511' };
  const ticket = { openedAt: '2026-03-10T09:00:00.000Z', closedAt: '2026-03-10T11:30:00.000Z', ...prices };
  const sent = event('ticket-8', { type: 'trade', lots: '2', symbol: 'EURUSD', ...ticket });
  expect((await report(service, sent)).body).toMatchObject({ outcome: 'accepted' });
  expect((await report(service, sent)).body).toMatchObject({ outcome: 'duplicate' });
  const other = await report(service, { ...sent, openPrice: '1.08450', closePrice: '1.08600' });
  expect([other.status, other.body.code]).toEqual([409, 'event-id-reused']);
  expect(other.body.errors).toEqual([
    { pointer: '/closePrice', rule: 'was "1.08511", is "1.08600"' },
    { pointer: '/openPrice', rule: 'was "1.08452", is "1.08450"' },
  ]);
  const later = await report(service, { ...sent, closedAt: '2026-03-10T11:31:00.000Z' });
  expect([later.status, later.body.errors]).toEqual([
    409,
    [{ pointer: '/closedAt', rule: 'was "2026-03-10T11:30:00.000Z", is "2026-03-10T11:31:00.000Z"' }],
  ]);

  const told = (await service.published('tracking.conversion.recorded.v1')).filter(({ data }) => data.eventId === 'ticket-8');
  expect(told.map(({ data }) => data.details)).toEqual([{ quantity: '2', symbol: 'EURUSD', ...ticket }]);
  const listed = await service.request().get('/api/v1/conversions?eventId=ticket-8').expect(200);
  expect(listed.body.data).toEqual([told[0]?.data]);
});

test('T-39 T-43 a batch of activity, orders and plain events keeps each one its own details', async () => {
  const activity = { licence: 'MGA', grossRevenue: -250, turnover: 4000, deductions: { bonus: 100 }, country: 'MT' };
  const lines = [{ sku: 'A', category: 'books', quantity: 2, amount: 1200 }];
  const { body } = await service
    .request()
    .post('/api/v1/events')
    .send({
      events: [
        event('day-1', { type: 'player-activity', currency: 'EUR', ...activity }),
        event('plain', { type: 'sale', amount: 5, currency: 'EUR' }),
        event('order', { type: 'sale', amount: 1000, currency: 'EUR', lines, discount: 200 }),
        event('challenge', { type: 'challenge-purchase', amount: 50_000, currency: 'USD', product: 'two-step', plan: '100k' }),
        event('wrong', { type: 'sale', amount: 1001, currency: 'EUR', lines, discount: 200 }),
      ],
    });
  expect(body).toMatchObject({ accepted: 4, rejected: 1 });
  expect(body.outcomes[4]).toMatchObject({ outcome: 'rejected', code: 'lines-do-not-add-up' });
  const told = new Map((await service.published('tracking.conversion.recorded.v1')).map(({ data }) => [data.eventId, data.details]));
  expect(told.get('day-1')).toEqual(activity);
  expect(told.get('plain')).toBeNull();
  expect(told.get('order')).toEqual({ lines, discount: 200 });
  expect(told.get('challenge')).toEqual({ product: 'two-step', plan: '100k' });
});

test('M-14 metadata travels with the conversion, of single events and of a batch; with other metadata it is another event', async () => {
  const most = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${'k'.repeat(31)}${index}`, 'v'.repeat(64)]));
  const sale = (eventId: string, metadata: object) => event(eventId, { type: 'sale', amount: 5, currency: 'EUR', metadata });
  expect((await report(service, sale('webinar-1', { channel: 'webinar', region: 'north' }))).body).toMatchObject({ outcome: 'accepted' });
  expect((await report(service, sale('webinar-1', { region: 'north', channel: 'webinar' }))).body).toMatchObject({ outcome: 'duplicate' });
  const other = await report(service, sale('webinar-1', { channel: 'podcast' }));
  expect([other.status, other.body.errors]).toEqual([
    409,
    [{ pointer: '/metadata', rule: 'was {"channel":"webinar","region":"north"}, is {"channel":"podcast"}' }],
  ]);
  const { body } = await service
    .request()
    .post('/api/v1/events')
    .send({ events: [sale('full', most), sale('bad', { channel: 'a@b.example' })] });
  expect(body).toMatchObject({ accepted: 1, rejected: 1 });
  expect(body.outcomes[1]).toMatchObject({ code: 'request-invalid', errors: [{ pointer: '/metadata/channel' }] });
  const told = new Map((await service.published('tracking.conversion.recorded.v1')).map(({ data }) => [data.eventId, data.details]));
  expect([told.get('webinar-1'), told.get('full')]).toEqual([{ metadata: { channel: 'webinar', region: 'north' } }, { metadata: most }]);
  const listed = await service.request().get('/api/v1/conversions?eventId=webinar-1').expect(200);
  expect(listed.body.data[0].details).toEqual({ metadata: { channel: 'webinar', region: 'north' } });
});

test('M-14 free attributes are no metadata: they stay where they are, also when they look alike', async () => {
  const attributes = { channel: 'webinar', contact: 'eve@mail.example' };
  await report(service, event('private', { type: 'sale', amount: 5, currency: 'EUR', attributes, metadata: { channel: 'mail' } }));
  const told = (await service.published('tracking.conversion.recorded.v1')).find(({ data }) => data.eventId === 'private');
  expect(told?.data.details).toEqual({ metadata: { channel: 'mail' } });
  expect(JSON.stringify(told)).not.toMatch(/webinar|eve@/);
});

test.each([
  ['too many keys', Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'x'])), '/metadata', 'at most 10 keys'],
  ['a key of capitals', { Channel: 'x' }, '/metadata/Channel', 'must be a key of at most 32 characters such as channel or sales_region'],
  [
    'an e-mail address',
    { contact: 'Eve@mail.example' },
    '/metadata/contact',
    'looks like an e-mail address: metadata must not be personal data',
  ],
])('M-14 metadata with %s is refused by field and rule', async (_name, metadata, pointer, rule) => {
  const refused = await report(service, event('refused', { type: 'sale', amount: 5, currency: 'EUR', metadata }));
  expect([refused.status, refused.body.code, refused.body.errors]).toEqual([422, 'request-invalid', [{ pointer, rule }]]);
});
