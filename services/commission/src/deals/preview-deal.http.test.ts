import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ConversionData, newId } from '@tributary/contracts';
import { aConversion, createDeal, recorded, startWorld, tenPercent, type World } from '../../test/builders.js';
import { ledgerOf, modelTerms, putAbove } from '../../test/models.js';

let world: World;
beforeAll(async () => {
  world = await startWorld({ partners: 40, now: '2026-06-01T12:00:00Z' });
});
afterAll(() => world.service.stop());

let next = 0;
const partner = (): string => world.partnerIds[next++] ?? '';

interface Preview {
  outcome: string;
  reason: string | null;
  lines: {
    partnerId: string;
    component: string;
    amount: number;
    currency: string;
    rules: { rule: string; detail: string }[];
    steps: { step: string }[];
  }[];
  others: { conversionId: string; amount: number }[];
}
const ask = (partnerId: string, terms: object, event: object = {}) =>
  world.service
    .request()
    .post('/api/v1/deals/preview')
    .send({
      brandId: world.brandId,
      partnerId,
      terms,
      event: { kind: 'sale', occurredAt: '2026-05-25T10:00:00.000Z', amount: 23_457, currency: 'EUR', ...event },
    });
const preview = async (...asked: Parameters<typeof ask>): Promise<Preview> => (await ask(...asked).expect(200)).body as Preview;

const stored = () =>
  world.service.sql(`SELECT (SELECT count(*) FROM messaging.outbox) AS outbox, (SELECT count(*) FROM deal_version) AS versions, (SELECT count(*) FROM commission_entry) AS entries,
    (SELECT count(*) FROM conversion) AS facts, (SELECT json_agg(one ORDER BY stream, conversion_id) FROM stream_record AS one)::text AS records,
    (SELECT json_agg(scope ORDER BY scope) FROM commission_scope AS scope)::text AS scopes`);

/** What the journal gets when the event happens: by partner and component, of the event's own conversion and of others. */
async function happen(event: ConversionData) {
  const before = (await ledgerOf(world)).length;
  await world.service.deliver(recorded(event));
  const posted = (await ledgerOf(world)).slice(before);
  return {
    lines: posted
      .filter(({ conversionId }) => conversionId === event.conversionId)
      .map(({ partnerId, component, amount }) => [partnerId, component, amount]),
    others: posted
      .filter(({ conversionId }) => conversionId !== event.conversionId)
      .map(({ conversionId, amount }) => [conversionId, amount]),
  };
}
const sumsOf = ({ lines, others }: Preview) => ({
  lines: lines.map(({ partnerId, component, amount }) => [partnerId, component, amount]).sort(),
  others: others.map(({ conversionId, amount }) => [conversionId, amount]).sort(),
});
const sorted = ({ lines, others }: Awaited<ReturnType<typeof happen>>) => ({ lines: lines.sort(), others: others.sort() });

test.each(modelTerms)('T-02 preview = persisted, to the cent, with streams as they stand: %s', async (_name, before, after) => {
  const [partnerId, above] = [partner(), partner()];
  await putAbove(world, above, [partnerId]);
  const override = [{ on: 'sale', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'commission', funding: 'on-top' } }];
  await createDeal(world, { partnerId: above, terms: { components: override } });
  for (const terms of [before, after]) {
    const here = { ...world, partnerIds: [partner()] };
    const id = here.partnerIds[0] ?? '';
    await putAbove(world, above, [id]);
    await createDeal(world, { partnerId: id, terms });
    const sales = ['02', '03', '11'].map((day, index) =>
      aConversion(here, { occurredAt: `2026-05-${day}T10:00:00.000Z`, amount: 10_003 + index * 4_441 }),
    );
    await world.service.deliver(...sales.map((sale) => recorded(sale)));
    const untouched = await stored();
    const previewed = await preview(id, terms);
    expect(await stored()).toEqual(untouched);
    const happened = await happen(aConversion(here, { occurredAt: '2026-05-25T10:00:00.000Z', amount: 23_457 }));
    expect(sumsOf(previewed)).toEqual(sorted(happened));
    expect(previewed.outcome).toBe(happened.lines.length > 0 ? 'commission' : 'zero-commission');
  }
});

test('T-02 three rules, tiers and a partner without any deal yet: then the deal is written as previewed', async () => {
  const partnerId = partner();
  const when = (field: string, operator: string, value: unknown) => ({ combinator: 'and', rules: [{ field, operator, value }] });
  const alternatives = [
    { name: 'gold', priority: 3, when: when('partner.tags', 'contains', 'gold'), rate: '0.1777' },
    { name: 'swiss', priority: 2, when: when('country', '=', 'CH'), rate: '0.15' },
    { name: 'shoes', priority: 1, when: when('category', '=', 'shoes'), rate: '0.12' },
  ];
  const bands = [
    { upTo: 10_000, factor: '1' },
    { upTo: null, factor: '1.5' },
  ];
  const tiers = {
    metric: { measure: 'amount' },
    reset: 'month',
    scale: 'marginal',
    bounds: 'inclusive',
    retroactive: 'none',
    demotion: 'unwind',
    bands,
  };
  const terms = { components: [{ name: 'sale', on: 'sale', model: 'percentage', rate: '0.10', alternatives, tiers }] };
  await world.service.sql('UPDATE partner SET tags = $2 WHERE partner_id = $1', [
    partnerId,
    JSON.stringify([{ tag: 'gold', effectiveFrom: '2026-01-01T00:00:00.000Z', effectiveTo: null }]),
  ]);
  const details = { category: 'shoes', country: 'CH' };
  const previewed = await preview(partnerId, terms, { details });
  const [line] = previewed.lines;
  expect(line?.rules.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['deal-in-force', 'tier']));
  expect(line?.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['band 1', 'band 2']));
  await createDeal(world, { partnerId, terms });
  const here = { ...world, partnerIds: [partnerId] };
  const happened = await happen(aConversion(here, { occurredAt: '2026-05-25T10:00:00.000Z', amount: 23_457, details }));
  // 100.00 at 17.77 % and 134.57 at one and a half times that.
  expect(happened.lines).toEqual([[partnerId, 'sale', 5_364]]);
  expect(sumsOf(previewed)).toEqual(sorted(happened));
});

test('T-02 why nothing is earned, and what is refused', async () => {
  const partnerId = partner();
  expect(await preview(partnerId, tenPercent, { kind: 'lead' })).toMatchObject({
    outcome: 'zero-commission',
    reason: 'no-component-for-kind',
    lines: [],
  });
  expect(await preview(partnerId, { ...tenPercent, currency: 'USD' })).toMatchObject({
    outcome: 'held',
    reason: 'fx-rate-missing',
    lines: [],
  });
  await ask(partnerId, tenPercent, { kind: 'refund' }).expect(422);
  await ask(partnerId, tenPercent, { occurredAt: '0000-01-01T00:00:00Z' }).expect(422);
  expect((await ask(partnerId, { components: [{ on: 'sale', model: 'percentage' }] }).expect(422)).body.code).toBe('terms-invalid');
  expect((await ask(partnerId, tenPercent, { currency: 'EUX' }).expect(422)).body.code).toBe('currency-unknown');
  expect((await ask(newId('partner'), tenPercent).expect(409)).body.code).toBe('reference-not-yet-known');
  const asked = {
    brandId: world.brandId,
    partnerId,
    terms: tenPercent,
    event: { kind: 'sale', occurredAt: '2026-05-25T10:00:00Z', amount: 1, currency: 'EUR' },
  };
  await world.service
    .request({ roles: ['analytics-viewer'] })
    .post('/api/v1/deals/preview')
    .send(asked)
    .expect(403);
  await world.service
    .request({ brandIds: [newId('brand')] })
    .post('/api/v1/deals/preview')
    .send(asked)
    .expect(404);
});
