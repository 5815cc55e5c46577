import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@tributary/contracts';
import {
  aBrand,
  aConversion,
  aRefund,
  attributed,
  createDeal,
  entriesOf,
  outcomeOf,
  recorded,
  startWorld,
  tenPercent,
  type World,
} from '../../test/builders.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 9 });
});
afterAll(() => world.service.stop());

/** A world of the same service with another first partner, so that tests do not see each other's entries. */
const withPartner = (index: number): World => ({ ...world, partnerIds: [world.partnerIds[index] ?? ''] });
const amounts = (entries: readonly { amount: number; reason: string }[]) => entries.map(({ amount, reason }) => [amount, reason]);

test('M-25 a refund adds a negative entry: sale 100.00 at 20 %, 10.00 refunded, posting -2.00, net 18.00 (WE-54)', async () => {
  const here = withPartner(0);
  await createDeal(here, { terms: { components: [{ on: 'sale', model: 'percentage', rate: '0.20' }] } });
  const sale = aConversion(here);
  await here.service.deliver(recorded(sale));
  await here.service.deliver(recorded(aRefund(here, sale, 1000)));
  const entries = await entriesOf(here, { conversionId: sale.conversionId });
  expect(amounts(entries)).toEqual([
    [2000, 'accrual'],
    [-200, 'refund'],
  ]);
  expect(entries[1]?.adjusts).toBe(entries[0]?.id);
});

test('M-25 a refund after the payout adds a negative entry too, and the paid one stays paid', async () => {
  const here = withPartner(0);
  const sale = aConversion(here);
  await here.service.deliver(recorded(sale));
  const [entry] = await entriesOf(here, { conversionId: sale.conversionId });
  await here.service.sql('INSERT INTO payout_line VALUES ($1, $2, $3)', [entry?.id, 'pyt_1', here.brandId]);
  await here.service.sql("INSERT INTO payout_progress VALUES ('pyt_1', $1, 3, 'settled')", [here.brandId]);
  await here.service.deliver(recorded(aRefund(here, sale, null)));
  const entries = await entriesOf(here, { conversionId: sale.conversionId });
  expect(entries.map(({ amount, status }) => [amount, status])).toEqual([
    [2000, 'paid'],
    [-2000, 'pending'],
  ]);
});

test('M-25 a sale and its full refund in the wrong order and in one batch: two postings, net nothing (WE-55)', async () => {
  const here = withPartner(1);
  await createDeal(here);
  const sale = aConversion(here, { amount: 25 });
  await here.service.deliver(recorded(aRefund(here, sale, 25)), recorded(sale));
  const entries = await entriesOf(here, { conversionId: sale.conversionId });
  expect(amounts(entries)).toEqual([
    [3, 'accrual'],
    [-3, 'refund'],
  ]);
  expect(entries[0]?.status).toBe('reversed');
});

test('D-05 a refund that comes before its sale waits without error', async () => {
  const here = withPartner(1);
  const sale = aConversion(here);
  const refund = aRefund(here, sale, 5000);
  await here.service.deliver(recorded(refund));
  expect(await outcomeOf(here, refund.conversionId)).toMatchObject({ outcome: 'held', reason: 'original-unknown' });
  await here.service.deliver(recorded(sale));
  expect(amounts(await entriesOf(here, { conversionId: sale.conversionId }))).toEqual([
    [1000, 'accrual'],
    [-500, 'refund'],
  ]);
  expect(await outcomeOf(here, refund.conversionId)).toMatchObject({ outcome: 'reversal', entries: [{ amount: -500 }] });
});

test('D-05 a refund that finds its original later, told in the wrong order', async () => {
  const here = withPartner(1);
  const sale = aConversion(here);
  const refund = aRefund(here, sale, null);
  await here.service.deliver(recorded(sale));
  await here.service.deliver(attributed(refund));
  await here.service.deliver(recorded({ ...refund, originalConversionId: null, partnerId: null, unattributedReason: 'original-unknown' }));
  expect(amounts(await entriesOf(here, { conversionId: sale.conversionId }))).toEqual([
    [1000, 'accrual'],
    [-1000, 'refund'],
  ]);
  expect(await outcomeOf(here, refund.conversionId)).toMatchObject({ outcome: 'reversal' });
});

test('D-05 a deal that is written after its conversions rates them', async () => {
  const here = withPartner(2);
  const sale = aConversion(here);
  await here.service.deliver(recorded(sale));
  expect(await outcomeOf(here, sale.conversionId)).toMatchObject({ outcome: 'zero-commission', reason: 'no-deal-in-force' });
  const deal = await createDeal(here);
  expect(deal.effect).toEqual({ conversions: 1, entries: 1, amounts: [{ amount: 1000, currency: 'EUR' }] });
  expect(await outcomeOf(here, sale.conversionId)).toMatchObject({ outcome: 'commission', reason: null, entries: [{ amount: 1000 }] });
});

test('D-05 conversions that come before their brand wait for it', async () => {
  const [brandId, programId] = [newId('brand'), newId('program')];
  const sale = aConversion({ ...world, brandId, programId });
  await world.service.deliver(recorded(sale));
  expect(await outcomeOf(world, sale.conversionId)).toMatchObject({ outcome: 'held', reason: 'brand-not-yet-known' });
  await world.service.deliver(aBrand(brandId, programId));
  expect(await outcomeOf(world, sale.conversionId)).toMatchObject({ outcome: 'zero-commission', reason: 'no-deal-in-force' });
});

test('D-05 a conversion credited to another partner later is taken from the one and given to the other', async () => {
  const here = withPartner(3);
  await createDeal(here);
  const other = withPartner(4);
  await createDeal(other, { terms: { components: [{ on: 'sale', model: 'percentage', rate: '0.30' }] } });
  const sale = aConversion(here);
  await here.service.deliver(recorded(sale));
  await here.service.deliver(attributed({ ...sale, partnerId: other.partnerIds[0] ?? null }));
  const entries = await entriesOf(here, { conversionId: sale.conversionId });
  expect(entries.map(({ amount, reason, partnerId }) => [amount, reason, partnerId])).toEqual(
    expect.arrayContaining([
      [1000, 'accrual', here.partnerIds[0]],
      [-1000, 'reattribution', here.partnerIds[0]],
      [3000, 'reattribution', other.partnerIds[0]],
    ]),
  );
  for (const { id } of entries) {
    const { body } = await here.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
    expect(body).toMatchObject({ recomputed: { matches: true } });
  }
});

test('M-01 flat amounts per lead and per sale; each counts on its own kind', async () => {
  const here = withPartner(5);
  await createDeal(here, {
    terms: {
      components: [
        { on: 'lead', model: 'flat', amount: 500 },
        { on: 'sale', model: 'flat', amount: 2500 },
      ],
    },
  });
  const lead = aConversion(here, { kind: 'lead', amount: null, currency: null });
  const sale = aConversion(here, { amount: 100 });
  const custom = aConversion(here, { kind: 'newsletter', amount: null, currency: null });
  await here.service.deliver(recorded(lead), recorded(sale), recorded(custom), recorded(lead));
  expect(amounts(await entriesOf(here, { partnerId: here.partnerIds[0] ?? '' }))).toEqual([
    [500, 'accrual'],
    [2500, 'accrual'],
  ]);
  expect(await outcomeOf(here, custom.conversionId)).toMatchObject({ outcome: 'zero-commission', reason: 'no-component-for-kind' });
});

test('M-20 0.001 a trade: ten trades accrue one cent, not ten times nothing (WE-38)', async () => {
  const here = withPartner(6);
  await createDeal(here, { terms: { components: [{ on: 'trade', model: 'flat', amount: '0.1', subCent: 'accumulate' }] } });
  const trades = Array.from({ length: 10 }, () => recorded(aConversion(here, { kind: 'trade', amount: null, currency: null })));
  await here.service.deliver(...trades.slice(0, 3));
  for (const trade of trades.slice(3)) await here.service.deliver(trade, trade);
  const entries = await entriesOf(here, { partnerId: here.partnerIds[0] ?? '' });
  expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(1);
  for (const { id } of entries) {
    const { body } = await here.service.request().get(`/api/v1/commissions/${id}/explanation`).expect(200);
    expect(body).toMatchObject({ recomputed: { matches: true } });
  }
});

test('M-20 76.8 milli-cents a minute: 58 records come to 4 cents, the rest is carried (WE-67)', async () => {
  const here = withPartner(7);
  await createDeal(here, {
    terms: { components: [{ on: 'usage', model: 'flat', amount: '0.0768', subCent: 'accumulate', rounding: 'down' }] },
  });
  await here.service.deliver(
    ...Array.from({ length: 58 }, () => recorded(aConversion(here, { kind: 'usage', amount: null, currency: null }))),
  );
  const entries = await entriesOf(here, { partnerId: here.partnerIds[0] ?? '' });
  expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(4);
  const [scope] = await here.service.sql<{ running_sum: string }>('SELECT running_sum FROM commission_scope WHERE partner_id = $1', [
    here.partnerIds[0],
  ]);
  expect(scope?.running_sum).toBe('2784/625'); // 4.4544
});

test('M-20 M-25 where cents are added up, a refund corrects what its own sale posted first, and stands by itself where that posted nothing', async () => {
  const here = withPartner(8);
  const [partnerId = ''] = here.partnerIds;
  await createDeal(here, {
    terms: {
      components: [tenPercent.components[0], { on: 'trade', model: 'flat', amount: '0.1' }].map((one) => ({
        ...one,
        subCent: 'accumulate',
      })),
    },
  });
  const [first, second] = [aConversion(here, { amount: 10_005 }), aConversion(here, { amount: 10_005 })];
  await here.service.deliver(recorded(first), recorded(second));
  await here.service.deliver(recorded(aRefund(here, second, 1_000)));
  await here.service.deliver(recorded(aRefund(here, second, null)), recorded(aRefund(here, first, null)));
  const entries = await entriesOf(here, { partnerId });
  const ofFirst = entries.filter(({ conversionId }) => conversionId === first.conversionId);
  const ofSecond = entries.filter(({ conversionId }) => conversionId === second.conversionId);
  for (const [sale, ...refunds] of [ofFirst, ofSecond]) {
    expect(sale).toMatchObject({ reason: 'accrual', adjusts: null });
    expect(refunds.length).toBeGreaterThan(0);
    for (const refund of refunds) expect(refund).toMatchObject({ reason: 'refund', adjusts: sale?.id });
  }
  expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);

  const trades = Array.from({ length: 5 }, () => aConversion(here, { kind: 'trade', amount: null, currency: null }));
  for (const trade of trades) await here.service.deliver(recorded(trade));
  const [untold, , , , told] = trades;
  await here.service.deliver(recorded(aRefund(here, untold as (typeof trades)[number], null)));
  const small = (await entriesOf(here, { partnerId })).slice(entries.length);
  expect(small.map(({ conversionId, amount, adjusts }) => [conversionId, amount, adjusts])).toEqual([
    [told?.conversionId, 1, null],
    [untold?.conversionId, -1, null],
  ]);
});

test('entries point back: the event goes back to the conversion that caused it, and its trace goes on', async () => {
  const here = { ...withPartner(1) };
  const sale = aConversion(here);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const event = recorded(sale, { correlationid: 'order-7', traceparent });
  await here.service.deliver(event);
  const accrued = (await here.service.published('commission.entry.accrued.v1')).find(({ data }) => data.conversionId === sale.conversionId);
  expect(accrued).toMatchObject({ correlationid: 'order-7', causationid: event.id, traceparent, data: { traceparent, reason: 'accrual' } });
});

test("the holding period is the deal's, else the brand's", async () => {
  const own = await startWorld({ holdDays: 30 });
  try {
    const sale = aConversion(own, { occurredAt: '2026-05-15T10:00:00.000Z' });
    const deal = await createDeal(own);
    await own.service.deliver(recorded(sale));
    expect((await entriesOf(own)).map(({ maturesAt }) => maturesAt)).toEqual(['2026-06-14T22:00:00.000Z']);
    const terms = { ...tenPercent, holdDays: 0 };
    await own.service
      .request()
      .post(`/api/v1/deals/${deal.id}/amendments`)
      .set('If-Match', '"1"')
      .send({ effectiveFrom: '2026-05-16T00:00:00Z', terms, reason: 'pay at once' })
      .expect(201);
    const later = aConversion(own, { occurredAt: '2026-05-17T10:00:00.000Z' });
    await own.service.deliver(recorded(later));
    expect((await entriesOf(own, { conversionId: later.conversionId }))[0]?.maturesAt).toBe('2026-05-17T10:00:00.000Z');
  } finally {
    await own.service.stop();
  }
});
