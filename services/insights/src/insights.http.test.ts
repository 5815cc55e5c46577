import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { catalogue, newId } from '@tributary/contracts';
import { everything, systemPrincipal } from '@tributary/service-kit';
import { eventually, repeated, shuffled, startTestService, type TestService } from '@tributary/testkit';
import { aBrand, aDay } from '../test/facts.js';
import { pgActivityStore } from './activity/adapters/pg-activity-store.js';
import { ofConversion } from './activity/domain/movement.js';
import { compose } from './composition.js';

let insights: TestService<undefined>;
beforeAll(async () => {
  insights = await startTestService(compose);
});
afterAll(() => insights.stop());

const activityOf = async (search: string, as = {}) =>
  (await insights.request(as).get(`/api/v1/insights/activity?${search}`).expect(200)).body;
const outcomesOf = async (brandId: string, as = {}) =>
  (await insights.request(as).get(`/api/v1/insights/outcomes?brandId=${brandId}`).expect(200)).body;
const tables = ['movement', 'activity', 'outcome', 'conversion', 'standing', 'brand'];
const dump = async () =>
  Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => [
        table,
        (await insights.sql(`SELECT to_jsonb(t)::text AS row FROM ${table} t ORDER BY 1`)).map(({ row }) => row),
      ]),
    ),
  );
/** An outcome that no conversion stands in any more says nothing. */
const outcomeCounts = () => insights.sql('SELECT * FROM outcome_count WHERE conversions <> 0 ORDER BY brand_id, partner_id, outcome');

test('subscribes to exactly what the catalogue says', () => {
  const named = [...catalogue.values()].filter(({ consumers }) => consumers.includes('insights')).map(({ type }) => type);
  expect(Object.keys(insights.service.subscriptions).sort()).toEqual(named.sort());
});

test('T-34 counters by day in the time zone of the brand, per brand and per partner', async () => {
  const { brandId, partnerId, events } = aDay();
  await insights.deliver(...events);
  const none = { clicks: 0, conversions: 0, refunds: 0, accrued: 0, approved: 0, paid: 0 };
  const byBrand = (await activityOf(`brandId=${brandId}`)).data;
  expect(byBrand).toEqual([
    {
      ...none,
      day: '2026-03-01',
      brandId,
      partnerId: null,
      currency: 'EUR',
      clicks: 10,
      conversions: 3,
      refunds: 1,
      accrued: 600,
      approved: 1000,
      paid: 1250,
    },
    { ...none, day: '2026-03-02', brandId, partnerId: null, currency: 'EUR', clicks: 5 },
    { ...none, day: '2026-03-05', brandId, partnerId: null, currency: 'EUR', paid: -250 },
  ]);
  expect((await activityOf(`by=partner&partnerId=${partnerId}`)).data).toEqual(byBrand.map((row: object) => ({ ...row, partnerId })));
  expect((await activityOf(`brandId=${brandId}&from=2026-03-02&to=2026-03-04`)).data).toEqual([byBrand[1]]);
  const first = await activityOf(`brandId=${brandId}&limit=2`);
  const second = await activityOf(`brandId=${brandId}&limit=2&cursor=${first.nextCursor}`);
  expect([...first.data, ...second.data]).toEqual(byBrand);
  expect(second.nextCursor).toBeNull();
});

test('P-17 every accepted conversion has exactly one outcome, and the counts sum to their number', async () => {
  const { brandId, recorded, rated } = aBrand();
  const sales = Array.from({ length: 40 }, () => recorded());
  const ratings = sales
    .slice(0, 38)
    .flatMap(({ data }, index) => [
      rated(data.conversionId, 'held', 1),
      ...(index % 2 ? [rated(data.conversionId, index % 3 ? 'commission' : 'zero-commission', 2)] : []),
    ]);
  const early = rated(newId('conversion'), 'commission');
  await insights.deliver(...shuffled(3, [...sales, ...ratings, early]));
  expect(await outcomesOf(brandId)).toEqual({ conversions: 40, outcomes: { commission: 13, held: 19, unrated: 2, 'zero-commission': 6 } });
});

test('a conversion that finds its partner later moves to it, and leaves nothing behind', async () => {
  const { brandId, partnerId, brand, recorded, attributed } = aBrand();
  const stray = recorded({ partnerId: null, unattributedReason: 'customer-unknown' });
  await insights.deliver(brand, stray);
  expect((await activityOf(`by=partner&brandId=${brandId}`)).data).toMatchObject([{ partnerId: null, conversions: 1 }]);
  await insights.deliver(attributed(stray));
  expect((await activityOf(`by=partner&brandId=${brandId}`)).data).toMatchObject([{ partnerId, conversions: 1 }]);
});

test('an adjustment counts like any commission, though no conversion and no deal stand behind it', async () => {
  const { brandId, brand, entry } = aBrand();
  const byHand = { reason: 'adjustment', conversionId: null, causeConversionId: null, dealId: null, dealVersion: null } as const;
  const [sale, bonus] = [entry(700), entry(300)];
  await insights.deliver(brand, sale, { ...bonus, data: { ...bonus.data, ...byHand } });
  expect((await activityOf(`brandId=${brandId}`)).data).toMatchObject([{ accrued: 1000 }]);
});

test('a fact that comes again under another event id counts once', async () => {
  const { brandId, brand, entry, clicks } = aBrand();
  const [accrued, counted] = [entry(700), clicks(4, '2026-03-01T10:00:00.000Z')];
  await insights.deliver(brand, accrued, counted);
  await insights.deliver(
    { ...accrued, id: '01990000-0000-7000-8000-000000000001' },
    { ...counted, id: '01990000-0000-7000-8000-000000000002' },
  );
  expect((await activityOf(`brandId=${brandId}`)).data).toMatchObject([{ accrued: 700, clicks: 4 }]);
});

test('a caller of another brand, and another partner, sees nothing', async () => {
  const { brandId, partnerId, events } = aDay();
  await insights.deliver(...events);
  const stranger = { brandIds: [newId('brand')] };
  await insights.request(stranger).get(`/api/v1/insights/activity?brandId=${brandId}`).expect(404);
  await insights.request(stranger).get(`/api/v1/insights/outcomes?brandId=${brandId}`).expect(404);
  expect((await activityOf('', stranger)).data).toEqual([]);
  const own = { brandIds: [brandId], partnerId };
  expect((await activityOf('by=partner', own)).data).toHaveLength(3);
  expect((await outcomesOf(brandId, own)).conversions).toBe(4);
  const other = { brandIds: [brandId], partnerId: newId('partner') };
  expect((await activityOf('', other)).data).toEqual([]);
  expect((await outcomesOf(brandId, other)).conversions).toBe(0);
});

test('a brand in a time zone that nobody knows is put aside, not believed', async () => {
  const { brand } = aBrand({ timeZone: 'Mars/Base' });
  await insights.deliver(brand);
  const [parked] = await insights.service.messaging.parked.list({ type: 'directory.brand.changed.v1' });
  expect(parked).toMatchObject({ id: brand.id, status: 'parked', error: expect.stringContaining('time zone') });
});

test('a rebuild from the same events, in another order and repeated, ends in equal tables', async () => {
  const rebuild = () => insights.request(systemPrincipal('audit')).post('/internal/rebuild').send();
  await rebuild().expect(200);
  const archive = [...aDay().events, ...aDay().events];
  await insights.deliver(...archive);
  const before = await dump();
  const counts = await outcomeCounts();
  expect(before['activity']?.length).toBeGreaterThan(0);
  expect((await rebuild().expect(200)).body).toEqual({ dropped: true, eventsForgotten: archive.length });
  expect(await dump()).toEqual(Object.fromEntries(tables.map((table) => [table, []])));
  for (const event of repeated(11, archive)) await insights.deliver(event);
  expect(await dump()).toEqual(before);
  expect(await outcomeCounts()).toEqual(counts);
  expect(counts).toEqual(
    await insights.sql(
      `SELECT brand_id, partner_id, outcome, count(*) AS conversions FROM outcome WHERE facts > 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    ),
  );
  // Counters are sums of movements, whatever way they came about.
  const drift =
    await insights.sql(`SELECT 1 FROM (SELECT sum(clicks + conversions + refunds + accrued + approved + paid) AS counted FROM activity) a,
    (SELECT sum(amount) AS moved FROM movement) m WHERE counted <> moved`);
  expect(drift).toEqual([]);
  const receipts = await insights.sql('SELECT sum(count)::int AS count FROM messaging.receipts');
  expect(receipts).toEqual([{ count: archive.length + 1 }]);
  await insights.request().post('/internal/rebuild').send().expect(403);
});

test('many batches at once count right', async () => {
  const { brandId, brand, recorded, attributed, rated } = aBrand();
  const strays = Array.from({ length: 30 }, () => recorded({ partnerId: null, unattributedReason: 'customer-unknown' }));
  const all = shuffled(5, [...strays, ...strays.map(attributed), ...strays.map(({ data }) => rated(data.conversionId, 'commission'))]);
  await insights.deliver(brand);
  await Promise.all(Array.from({ length: 9 }, (_, part) => insights.deliver(...all.slice(part * 10, part * 10 + 10))));
  await insights.service.messaging.drained();
  expect((await activityOf(`by=partner&brandId=${brandId}`)).data).toMatchObject([{ conversions: 30 }]);
  expect(await outcomesOf(brandId)).toEqual({ conversions: 30, outcomes: { commission: 30 } });
});

test('what supersedes a fact waits for the transaction that brings it', async () => {
  const { brandId, partnerId, brand, recorded, attributed } = aBrand();
  await insights.deliver(brand);
  const stray = recorded({ partnerId: null, unattributedReason: 'customer-unknown' });
  const activity = pgActivityStore(insights.db);
  let second: Promise<void> | undefined;
  await insights.db.tx(everything, async (tx) => {
    await activity.add(tx, [ofConversion(stray)]);
    second = insights.db.tx(everything, (other) => activity.add(other, [ofConversion(attributed(stray))]));
    await eventually('the second writer waits', async () => {
      const [row] = await insights.sql<{ waiting: number }>(
        "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      return row?.waiting === 1;
    });
  });
  await second;
  expect((await activityOf(`by=partner&brandId=${brandId}`)).data).toMatchObject([{ partnerId, conversions: 1 }]);
});
