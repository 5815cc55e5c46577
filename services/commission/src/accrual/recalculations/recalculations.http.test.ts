import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, newId } from '@tributary/contracts';
import { everything as everyBrand } from '@tributary/service-kit';
import { aConversion, aRefund, createDeal, recorded, startWorld, tenPercent, type World } from '../../../test/builders.js';
import { ledgerOf, modelTerms, putAbove } from '../../../test/models.js';
import { conversionsOf, countConversionsOf, tiedBy, tiesOf } from './recalculation-store.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 40, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
const partner = (): string => world.partnerIds[next++] ?? '';

interface Recalculated {
  status: string;
  failure: string | null;
  progress: { done: number; total: number };
  result: {
    identical: boolean;
    conversions: number;
    scopes: number;
    entries: number;
    hash: string;
    recomputedHash: string;
    differences: { scope: string; journal: number; recomputed: number; causes: string[] }[];
  };
}

async function recalculate(partnerId: string, period = '2026-04'): Promise<Recalculated> {
  const { body } = await world.service
    .request()
    .post('/api/v1/recalculations')
    .send({ brandId: world.brandId, partnerId, period })
    .expect(202);
  expect(body.id).toMatch(/^rcl_/);
  await world.service.service.runDueJobs();
  return (
    await world.service
      .request({ roles: ['auditor'] })
      .get(`/api/v1/recalculations/${body.id}`)
      .expect(200)
  ).body as Recalculated;
}

const days = ['03-28', '04-02', '04-03', '04-11', '04-12', '04-30', '05-02', '05-20'];
/** Eight sales over two months and a refund of one of April, in no order. */
async function story(partnerId: string): Promise<ConversionData[]> {
  const here = { ...world, partnerIds: [partnerId] };
  const sales = days.map((day, index) => aConversion(here, { occurredAt: `2026-${day}T10:00:00.000Z`, amount: 10_003 + index * 4_441 }));
  await world.service.deliver(...[5, 0, 7, 2, 1, 6, 3, 4].flatMap((index) => sales.slice(index, index + 1)).map((sale) => recorded(sale)));
  const sale = sales[2] as ConversionData;
  await world.service.deliver(recorded(aRefund(here, sale, 5_000, { occurredAt: '2026-05-05T10:00:00.000Z' })));
  return sales;
}
/** A partner with a deal, amended after everything, and a story. */
async function earning(
  terms: object = tenPercent,
  amended: object = terms,
  partnerId = partner(),
): Promise<{ partnerId: string; sales: ConversionData[]; dealId: string }> {
  const { id } = await createDeal(world, { partnerId, terms });
  const sales = await story(partnerId);
  const amendment = { effectiveFrom: '2026-04-10T00:00:00Z', terms: amended, reason: 'amended' };
  await world.service.request().post(`/api/v1/deals/${id}/amendments`).set('If-Match', '*').send(amendment).expect(201);
  return { partnerId, sales, dealId: id };
}

const everything = async () => ({
  ledger: await ledgerOf(world),
  rest: await world.service.sql(`SELECT (SELECT count(*) FROM messaging.outbox) AS outbox, (SELECT json_agg(scope ORDER BY scope) FROM commission_scope AS scope)::text AS scopes,
    (SELECT json_agg(one ORDER BY stream, conversion_id) FROM stream_record AS one)::text AS records, (SELECT json_agg(one ORDER BY stream) FROM stream AS one)::text AS streams,
    (SELECT json_agg(one ORDER BY scope, conversion_id) FROM running_contribution AS one)::text AS running, (SELECT json_agg(one ORDER BY conversion_id) FROM conversion AS one)::text AS facts`),
});

test.each(modelTerms)('D-02 M-26 a healthy month is worked out again to the byte: %s', async (_name, before, after) => {
  const [partnerId, above] = [partner(), partner()];
  await putAbove(world, above, [partnerId]);
  const override = [{ on: 'sale', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'amount', funding: 'on-top' } }];
  await createDeal(world, { partnerId: above, terms: { components: override } });
  await earning(before, after, partnerId);
  await story(partnerId);
  const untouched = await everything();
  for (const id of [partnerId, above]) {
    const { status, failure, result } = await recalculate(id);
    expect({ status, failure }).toEqual({ status: 'done', failure: null });
    expect(result).toMatchObject({ identical: true, conversions: 10, differences: [] });
    expect(result.recomputedHash).toBe(result.hash);
    expect(result.scopes).toBeGreaterThan(0);
    expect(result.entries).toBeGreaterThanOrEqual(result.scopes);
    // Asked again, the same hash.
    expect((await recalculate(id)).result.hash).toBe(result.hash);
  }
  expect(await everything()).toEqual(untouched);
});

test('D-02 what is too much for a recalculation is not read to the end to find that out', async () => {
  const { partnerId, sales } = await earning();
  const part = { brandId: world.brandId, partnerId };
  const april = { from: '2026-04-01T00:00:00Z', to: '2026-05-01T00:00:00Z' };
  const found = await world.service.db.tx(everyBrand, async (tx) => [
    (await conversionsOf(tx, part, april, 100)).length,
    await countConversionsOf(tx, part, april, 100),
    (await conversionsOf(tx, part, april, 2)).length,
    await countConversionsOf(tx, part, april, 2),
  ]);
  expect(found).toEqual([5, 5, 3, 3]);
  const running = await earning({ components: [{ ...tenPercent.components[0], subCent: 'accumulate' }] });
  const tied = await world.service.db.tx(everyBrand, async (tx) => {
    const ties = await tiesOf(
      tx,
      [...sales, ...running.sales].map(({ conversionId }) => conversionId),
    );
    return [(await tiedBy(tx, ties, 100)).length, (await tiedBy(tx, ties, 2)).length];
  });
  expect(tied).toEqual([8, 3]);
});

test('D-02 a share and an override that were never posted are found too', async () => {
  const [own, above, sharing] = [partner(), partner(), partner()];
  await createDeal(world, { partnerId: own });
  await story(own);
  await putAbove(world, above, [own]);
  const override = [{ on: 'sale', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'amount', funding: 'on-top' } }];
  // Written past the service: nothing has been rated by them.
  const { id } = await createDeal(world, { partnerId: above, status: 'draft', terms: { components: override } });
  const split = {
    components: [{ on: 'sale', model: 'percentage', rate: '0.10', split: { by: 'named', shares: [{ partnerId: sharing, share: '0.5' }] } }],
  };
  await tamper("UPDATE deal_version SET status = 'active' WHERE deal_id = $1", [id]);
  await tamper('UPDATE deal_version SET terms = $2 WHERE partner_id = $1', [own, JSON.stringify(split)]);
  for (const partnerId of [above, sharing]) {
    const { result } = await recalculate(partnerId);
    expect(result).toMatchObject({ identical: false, conversions: 5, scopes: 5, entries: 0 });
    expect(result.differences.map(({ journal, recomputed }) => [journal, recomputed > 0])).toEqual(
      Array.from({ length: 5 }, () => [0, true]),
    );
  }
});

/** As nobody but the database's owner can. */
const tamper = (text: string, values: unknown[]) => world.service.sql(text, values);

test('D-02 a net that somebody changed, and an entry that somebody changed, are found', async () => {
  const { partnerId, sales } = await earning();
  const [, , , sale, other] = sales;
  await tamper('UPDATE commission_scope SET net = net + 7 WHERE conversion_id = $1', [sale?.conversionId]);
  await tamper('UPDATE commission_entry SET amount = amount - 100 WHERE conversion_id = $1', [other?.conversionId]);
  const { result } = await recalculate(partnerId);
  expect(result.identical).toBe(false);
  expect(
    Object.fromEntries(
      result.differences.map(({ scope, journal, recomputed, causes }) => [scope.split('/')[0], [journal, recomputed, causes]]),
    ),
  ).toEqual({
    [sale?.conversionId ?? '']: [2_333, 2_333, ['journal']],
    [other?.conversionId ?? '']: [2_677, 2_777, ['journal']],
  });
  expect(result.recomputedHash).not.toBe(result.hash);
  expect((await recalculate(partnerId, '2026-05')).result.identical).toBe(true);
});

const causesOf = ({ result }: Recalculated): string[] => [...new Set(result.differences.flatMap(({ causes }) => causes))].sort();

test('D-02 a fact that says something else now', async () => {
  const { partnerId, sales } = await earning();
  await tamper('UPDATE conversion SET amount = amount + 1000 WHERE conversion_id = $1', [sales[3]?.conversionId]);
  const found = await recalculate(partnerId);
  expect(found.result.differences).toMatchObject([{ journal: 2_333, recomputed: 2_433, causes: ['facts'] }]);
});

test('D-02 a refund that is gone, and a sale that is gone', async () => {
  const { partnerId, sales } = await earning();
  await tamper('DELETE FROM conversion WHERE original_conversion_id = $1', [sales[2]?.conversionId]);
  const found = await recalculate(partnerId);
  expect(found.result.differences).toMatchObject([{ journal: 1_389, recomputed: 1_889, causes: ['facts'] }]);
  await tamper('DELETE FROM conversion WHERE conversion_id = $1', [sales[2]?.conversionId]);
  expect((await recalculate(partnerId)).result.differences).toMatchObject([{ journal: 1_389, recomputed: 0, causes: ['facts'] }]);
});

test('D-02 terms that were changed in place', async () => {
  const { partnerId, dealId } = await earning();
  await tamper("UPDATE deal_version SET terms = replace(terms::text, '0.10', '0.11')::json WHERE deal_id = $1 AND version = 2", [dealId]);
  const found = await recalculate(partnerId);
  expect(found.result.differences).toHaveLength(3);
  expect(causesOf(found)).toEqual(['terms']);
});

test('D-02 a fact that has found another partner: the old one is owed nothing', async () => {
  const { partnerId, sales } = await earning();
  await tamper('UPDATE conversion SET partner_id = $2 WHERE conversion_id = $1', [sales[3]?.conversionId, newId('partner')]);
  expect((await recalculate(partnerId)).result.differences).toMatchObject([{ journal: 2_333, recomputed: 0, causes: ['facts'] }]);
});

const byTag = {
  components: [
    {
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      alternatives: [
        {
          name: 'gold',
          priority: 1,
          when: { combinator: 'and', rules: [{ field: 'partner.tags', operator: 'contains', value: 'gold' }] },
          rate: '0.20',
        },
      ],
    },
  ],
};

test('D-02 circumstances: a tag that was not there', async () => {
  const { partnerId } = await earning(byTag);
  await tamper('UPDATE partner SET tags = $2 WHERE partner_id = $1', [
    partnerId,
    JSON.stringify([{ tag: 'gold', effectiveFrom: '2026-04-12T00:00:00.000Z', effectiveTo: null }]),
  ]);
  const found = await recalculate(partnerId);
  expect(found.result.differences).toHaveLength(2);
  expect(causesOf(found)).toEqual(['circumstances']);
});

test('D-02 rates: what a day was exchanged at', async () => {
  const rate = { base: 'EUR', quote: 'USD', date: '2026-04-02', rate: '1.25', source: 'ecb' };
  await world.service.request().post('/api/v1/fx-rates').send(rate).expect(201);
  const partnerId = partner();
  await createDeal(world, { partnerId, terms: { ...tenPercent, currency: 'EUR' } });
  await world.service.deliver(recorded(aConversion(world, { partnerId, currency: 'USD', occurredAt: '2026-04-02T10:00:00.000Z' })));
  expect((await recalculate(partnerId)).result).toMatchObject({ identical: true, scopes: 1 });
  await tamper("UPDATE fx_rate SET rate = '2.5' WHERE quote = 'USD'", []);
  expect((await recalculate(partnerId)).result.differences).toMatchObject([{ journal: 800, recomputed: 400, causes: ['rates'] }]);
});

const [, , scale] = modelTerms.find(([name]) => name === 'a marginal scale') ?? [];

test('D-02 streams: what others of the period brought; a tampered place heals, for streams are made from nothing', async () => {
  const { partnerId, sales } = await earning(scale);
  await tamper("UPDATE stream_record SET place = jsonb_set(place, '{before,0}', '\"999999\"') WHERE conversion_id = $1", [
    sales[4]?.conversionId,
  ]);
  expect((await recalculate(partnerId)).result.identical).toBe(true);
  await tamper('UPDATE conversion SET amount = 90000 WHERE conversion_id = $1', [sales[1]?.conversionId]);
  const { result } = await recalculate(partnerId);
  const causes = Object.fromEntries(result.differences.map((one) => [one.scope.split('/')[0], one.causes]));
  expect(causes[sales[1]?.conversionId ?? '']).toContain('facts');
  expect(causes[sales[4]?.conversionId ?? '']).toEqual(['stream']);
});

test('D-02 engine: what another engine made', async () => {
  const { partnerId, sales } = await earning();
  await tamper(
    `UPDATE commission_entry SET amount = amount + 5, explanation = jsonb_set(jsonb_set(jsonb_set(explanation::jsonb, '{fold,engineVersion}', '"engine-0"'), '{entitlement}', '"2338"'), '{amount}', '"2338"')::json
     WHERE conversion_id = $1`,
    [sales[3]?.conversionId],
  );
  await tamper('UPDATE commission_scope SET net = net + 5 WHERE conversion_id = $1', [sales[3]?.conversionId]);
  expect((await recalculate(partnerId)).result.differences).toMatchObject([{ journal: 2_338, recomputed: 2_333, causes: ['engine'] }]);
});

test('D-02 a running sum is worked out from every conversion that put something into it', async () => {
  const [, accumulating] = modelTerms.find(([name]) => name === 'fractions that accumulate') ?? [];
  const { partnerId, sales } = await earning(accumulating);
  expect((await recalculate(partnerId)).result).toMatchObject({ identical: true, scopes: 1 });
  await tamper("UPDATE running_contribution SET exact = '0' WHERE conversion_id = $1", [sales[0]?.conversionId]);
  await tamper('UPDATE conversion SET amount = amount + 10000 WHERE conversion_id = $1', [sales[7]?.conversionId]);
  const { result } = await recalculate(partnerId);
  expect(result.differences).toMatchObject([{ causes: ['facts'] }]);
});

test('a recalculation is for who may see evidence, and of the own brand and partner', async () => {
  const { partnerId } = await earning();
  const asked = { brandId: world.brandId, partnerId, period: '2026-04' };
  const as = (who: object) => world.service.request(who).post('/api/v1/recalculations').send(asked);
  await as({ roles: ['relationship-owner'] }).expect(403);
  await as({ brandIds: [newId('brand')] }).expect(404);
  const { body } = await as({ roles: ['auditor'] }).expect(202);
  await world.service
    .request({ brandIds: [newId('brand')] })
    .get(`/api/v1/recalculations/${body.id}`)
    .expect(404);
  await world.service
    .request()
    .get(`/api/v1/simulations/${body.id.replace('rcl', 'sim')}`)
    .expect(404);
});
