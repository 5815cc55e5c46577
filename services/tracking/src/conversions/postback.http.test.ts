import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import { aBrand, aLink, type BrandWorld, clickOn, dayMs, startTracking, type Tracked } from '../../test/world.js';
import { postbackSignature } from './postback.js';

let service: Tracked;
let brand: BrandWorld;
let code: string;

beforeAll(async () => {
  service = await startTracking();
  brand = await aBrand(service, 1, 90);
  code = (await aLink(service, brand.brandId, brand.partnerIds[0] ?? '')).code;
});
afterAll(() => service.stop());

const postback = (parameters: Record<string, string>) => service.anonymous().get('/postback').query(parameters);

test('WE-49 one conversion per click and transaction id, another transaction id is an upsell, none is one', async () => {
  const [x, y] = [await clickOn(service, code), await clickOn(service, code)];
  const send = async (click_id: string, more: Record<string, string>) =>
    (await postback({ click_id, event: 'sale', amount: '10.00', ...more }).expect(200)).body;
  const outcomes = [
    await send(x, { txid: '120' }),
    await send(x, { txid: '121' }),
    await send(x, { txid: '120' }),
    await send(y, {}),
    await send(y, {}),
  ];
  expect(outcomes.map((each) => each.outcome)).toEqual(['accepted', 'accepted', 'duplicate', 'accepted', 'duplicate']);
  expect(outcomes[2].duplicateOf).toBe(outcomes[0].conversionId);
  const recorded = (await service.published('tracking.conversion.recorded.v1')).map((event) => event.data);
  const ofX = recorded.filter((each) => each.attribution?.clickId === x);
  expect(ofX.map((each) => [each.eventId, each.amount, each.currency, each.source])).toEqual([
    [`pb:${x}:sale:120`, 1000, 'EUR', 'postback'],
    [`pb:${x}:sale:121`, 1000, 'EUR', 'postback'],
  ]);
  expect(recorded.filter((each) => each.attribution?.clickId === y)).toHaveLength(1);
});

test('X-03 the same pair five times over 30 days: one conversion, four receipts with its id', async () => {
  const click_id = await clickOn(service, code);
  const outcomes: { outcome: string; conversionId?: string; duplicateOf?: string }[] = [];
  for (let day = 0; day < 5; day++) {
    outcomes.push((await postback({ click_id, event: 'sale', txid: 'T', amount: '5' }).expect(200)).body);
    await service.moveClock(new Date(service.clock.now().getTime() + 7 * dayMs));
  }
  const [first, ...rest] = outcomes;
  expect(first?.outcome).toBe('accepted');
  expect(rest).toEqual(Array(4).fill({ outcome: 'duplicate', eventId: `pb:${click_id}:sale:T`, duplicateOf: first?.conversionId }));
  expect((await service.request().get(`/api/v1/conversions?eventId=pb:${click_id}:sale:T`)).body.data).toHaveLength(1);
});

test('amounts of a postback are exact or refused', async () => {
  const click_id = await clickOn(service, code);
  const refusalOf = async (more: Record<string, string>) => {
    const response = await postback({ click_id, event: 'sale', ...more });
    return [response.status, response.body.code];
  };
  expect(await refusalOf({ amount: '10.005' })).toEqual([422, 'amount-not-exact']);
  expect(await refusalOf({ amount: '1e3' })).toEqual([422, 'amount-not-exact']);
  expect(await refusalOf({ amount: '0.5', currency: 'JPY' })).toEqual([422, 'amount-not-exact']);
  expect(await refusalOf({ amount: '5', currency: 'XQX' })).toEqual([422, 'currency-unknown']);
  expect(await refusalOf({ amount: '-5' })).toEqual([422, 'amount-negative']);
  expect(await refusalOf({})).toEqual([422, 'amount-required']);
  expect(await refusalOf({ event: 'refund', amount: '5' })).toEqual([422, 'original-required']);
  const bhd = await postback({ click_id, event: 'sale', amount: '1.005', currency: 'BHD' }).expect(200);
  const [row] = await service.sql('SELECT amount::text FROM conversions WHERE id = $1', [bhd.body.conversionId]);
  expect(row).toEqual({ amount: '1005' });
  const reused = await postback({ click_id, event: 'sale', amount: '2', currency: 'BHD' });
  expect([reused.status, reused.body.code]).toEqual([409, 'event-id-reused']);
});

test('a click that we never made is 404, one that may be on its way 409 with Retry-After', async () => {
  expect((await postback({ click_id: 'nonsense', event: 'lead' })).status).toBe(404);
  const young = await postback({ click_id: newId('click'), event: 'lead' });
  expect([young.status, young.body.code, young.headers['retry-after']]).toEqual([409, 'reference-not-yet-known', '2']);
});

test('a brand that has set a secret takes signed postbacks only', async () => {
  const signing = await aBrand(service);
  const link = await aLink(service, signing.brandId, signing.partnerIds[0] ?? '');
  const sealed = service.environment.keys.encrypt(signing.brandId, 'shared secret');
  await service.sql('INSERT INTO postback_secrets (brand_id, sealed, created_at) VALUES ($1, $2, now())', [signing.brandId, sealed]);
  const parameters = { click_id: await clickOn(service, link.code), event: 'sale', txid: '1', amount: '3.00' };
  for (const signature of [undefined, 'wrong', '0'.repeat(64)]) {
    const refused = await postback({ ...parameters, ...(signature ? { signature } : {}) });
    expect([refused.status, refused.body.code]).toEqual([401, 'signature-invalid']);
  }
  await postback({ ...parameters, signature: postbackSignature('shared secret', parameters) }).expect(200);
});
