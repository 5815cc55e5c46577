import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ConversionData, newId } from '@tributary/contracts';
import { aConversion, createDeal, recorded, startWorld, tenPercent, type World } from '../../test/builders.js';
import { ledgerOf, modelTerms, putAbove } from '../../test/models.js';
import { activity, close, type StatementShown, statementsOf } from '../../test/months.js';

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
  months: {
    component: string;
    period: string;
    before: number;
    after: number;
    difference: number;
    waterfalls: StatementShown['components'][number]['waterfalls'];
  }[];
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

const rateWhen = (name: string, priority: number, field: string, value: string, rate: string) => ({
  name,
  priority,
  when: { combinator: 'and', rules: [{ field, operator: field === 'partner.tags' ? 'contains' : '=', value }] },
  rate,
});
/** A tiered percentage with three rules, a share of what a waterfall leaves that takes from the account, and a retainer. */
const wholeDeal = (cut: string) => ({
  components: [
    {
      name: 'sale',
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      alternatives: [
        rateWhen('gold', 3, 'partner.tags', 'gold', '0.1777'),
        rateWhen('swiss', 2, 'country', 'CH', '0.15'),
        rateWhen('shoes', 1, 'category', 'shoes', '0.12'),
      ],
      tiers: {
        metric: { measure: 'amount' },
        reset: 'month',
        scale: 'marginal',
        bounds: 'inclusive',
        retroactive: 'none',
        demotion: 'unwind',
        bands: [
          { upTo: 10_000, factor: '1' },
          { upTo: null, factor: '1.5' },
        ],
      },
    },
    {
      name: 'share',
      on: 'player-activity',
      model: 'revshare',
      rate: cut,
      waterfall: {
        name: 'net-revenue',
        version: 1,
        lines: [
          { name: 'admin', effect: 'deduct', of: 'gross-revenue', rate: '0.18' },
          { name: 'bonuses', effect: 'deduct', of: 'bonuses' },
        ],
      },
      carryover: { policy: 'account', unit: 'commission' },
    },
    { name: 'fee', on: 'lead', model: 'retainer', amount: 5_000 },
  ],
});

describe('T-02 by the month: three rules, tiers and a waterfall in one deal', () => {
  let own: World;
  beforeAll(async () => {
    own = await startWorld({ partners: 6, now: '2026-07-01T12:00:00Z' });
  });
  afterAll(() => own.service.stop());

  const at = (day: string) => ({ occurredAt: `2026-03-${day}T10:00:00.000Z` });
  const played = (here: World, day: string, gross: number, bonuses: number) => activity(here, gross, at(day), { deductions: { bonuses } });
  const eventOf = ({ kind, occurredAt, amount, currency, details }: ConversionData) => ({ kind, occurredAt, amount, currency, details });
  const askIn = async (partnerId: string, terms: object, event: ConversionData) =>
    (
      await own.service
        .request({ brandIds: [own.brandId] })
        .post('/api/v1/deals/preview')
        .send({ brandId: own.brandId, partnerId, terms, event: eventOf(event) })
        .expect(200)
    ).body as Preview;
  const monthsOf = ({ months }: Preview) => months.map(({ component, period, after }) => [component, period, after]);
  const statementsSay = async (partnerId: string) =>
    (await statementsOf(own, { partnerId })).flatMap(({ components, period }) =>
      components.map(({ component, entitlement }) => [component, period, entitlement]),
    );
  const rows = async () =>
    own.service.sql(`SELECT (SELECT count(*) FROM deal_version) AS versions, (SELECT count(*) FROM conversion) AS facts, (SELECT count(*) FROM commission_entry) AS entries,
      (SELECT count(*) FROM statement) AS statements, (SELECT count(*) FROM messaging.outbox) AS outbox`);
  /** What is posted of months, in the order of recording. */
  const postedByMonth = () =>
    own.service.sql<{ partnerId: string; component: string; period: string; amount: number; reason: string }>(
      'SELECT partner_id AS "partnerId", component, period, amount::int AS amount, reason FROM commission_entry WHERE conversion_id IS NULL ORDER BY recorded_at, entry_id',
    );
  async function playing(partnerId: string) {
    const here = { ...own, partnerIds: [partnerId] };
    const sale = (amount: number, day: string) => aConversion(here, { ...at(day), amount, details: { category: 'shoes', country: 'CH' } });
    await own.service.deliver(...[sale(8_000, '03'), played(here, '04', 33_333, 4_001)].map((one) => recorded(one)));
    return { here, sale };
  }

  test('T-02 the month that a preview tells is the one that the close posts, and the preview writes nothing', async () => {
    const [stays = '', amended = '', fresh = ''] = own.partnerIds;
    const proposals: [string, object | null, object][] = [
      [stays, wholeDeal('0.3333'), wholeDeal('0.3333')],
      [amended, wholeDeal('0.3333'), wholeDeal('0.45')],
      [fresh, null, wholeDeal('0.45')],
    ];
    const told = new Map<string, Preview>();
    for (const [partnerId, before, terms] of proposals) {
      const deal = before === null ? null : await createDeal(own, { partnerId, terms: before, effectiveFrom: '2026-01-01T00:00:00Z' });
      const { here, sale } = await playing(partnerId);
      const event = played(here, '20', 70_007, 12_345);
      const untouched = await rows();
      const bought = await askIn(partnerId, terms, sale(9_999, '20'));
      const previewed = await askIn(partnerId, terms, event);
      expect(await rows()).toEqual(untouched);
      expect(bought.lines).toHaveLength(1);
      expect(previewed).toMatchObject({ lines: [], outcome: 'zero-commission', reason: 'rated-by-the-month' });
      told.set(partnerId, previewed);
      if (deal === null) await createDeal(own, { partnerId, terms, effectiveFrom: event.occurredAt });
      else if (before !== null && JSON.stringify(before) !== JSON.stringify(terms))
        await own.service
          .request()
          .post(`/api/v1/deals/${deal.id}/amendments`)
          .set('if-match', '"1"')
          .send({ effectiveFrom: event.occurredAt, terms, reason: 'as previewed' })
          .expect(201);
      await own.service.deliver(recorded(event));
    }
    for (const period of ['2026-01', '2026-02']) await close(own, period);
    await close(own, '2026-03').expect(200);
    for (const [partnerId, previewed] of told) {
      const march = (await statementsOf(own, { partnerId, period: '2026-03' })).flatMap(({ components }) => components);
      expect(previewed.months.map(({ component, after, waterfalls }) => [component, after, waterfalls])).toEqual(
        march.map(({ component, entitlement, waterfalls }) => [component, entitlement, waterfalls]),
      );
      const posted = (await postedByMonth()).filter((one) => one.partnerId === partnerId && one.period === '2026-03');
      expect(posted.map(({ component, period, amount }) => [component, period, amount]).sort()).toEqual(monthsOf(previewed).sort());
      expect(previewed.months.every(({ before, after, difference }) => after - before === difference)).toBe(true);
    }
    // 70007 less 18 % and 12345 leaves 45060.74; with the 23332.06 of before, a third of it.
    expect(told.get(stays)?.months).toMatchObject([
      { component: 'fee', before: 5_000, after: 5_000, difference: 0 },
      { component: 'share', period: '2026-03', currency: 'EUR', before: 7_777, after: 22_795, difference: 15_018 },
    ]);
  });

  test('T-02 of a closed month it tells what the late fact posts, and of the months after it what they come to', async () => {
    const [partnerId = ''] = own.partnerIds;
    const here = { ...own, partnerIds: [partnerId] };
    await close(own, '2026-04').expect(200);
    const late = played(here, '25', -200_000, 0);
    const untouched = await rows();
    const previewed = await askIn(partnerId, wholeDeal('0.3333'), late);
    expect(await rows()).toEqual(untouched);
    const before = (await postedByMonth()).length;
    await own.service.deliver(recorded(late));
    const posted = (await postedByMonth()).slice(before);
    const closed = previewed.months.filter(({ period, difference }) => period < '2026-05' && difference !== 0);
    // 318.66 behind, of which 12.00 from sales and 50.00 of the fee are taken: 227.95 and 62.00 less. April has the fee alone.
    expect(closed.map(({ component, difference }) => [component, difference])).toEqual([
      ['share', -28_995],
      ['share', -5_000],
    ]);
    expect(posted.map(({ component, amount }) => [component, amount])).toEqual(
      closed.map(({ component, difference }) => [component, difference]),
    );
    expect(posted.map(({ period, reason }) => [period, reason])).toEqual(closed.map(() => ['2026-05', 'late-fact']));
    // The account stays behind in the months that are still open.
    for (const period of ['2026-05', '2026-06']) await close(own, period).expect(200);
    const said = await statementsSay(partnerId);
    expect(said).toEqual(expect.arrayContaining(monthsOf(previewed).filter(([, period]) => String(period) < '2026-07')));
    expect(monthsOf(previewed)).toEqual(expect.arrayContaining([['share', '2026-06', -5_000]]));
  });

  test("T-02 the month is that of the deal: on other clocks its last hours are the brand's next", async () => {
    const [, , , partnerId = ''] = own.partnerIds;
    const terms = { ...wholeDeal('0.50'), timeZone: 'America/New_York' };
    await createDeal(own, { partnerId, terms, effectiveFrom: '2026-03-01T05:00:00Z' });
    const event = { ...played({ ...own, partnerIds: [partnerId] }, '20', 10_000, 0), occurredAt: '2026-05-31T23:00:00.000Z' };
    const previewed = await askIn(partnerId, terms, event);
    expect(monthsOf(previewed).sort()).toEqual([
      ['fee', '2026-05', 5_000],
      ['share', '2026-05', 4_100],
    ]);
    await own.service.deliver(recorded(event));
    expect(await statementsSay(partnerId)).toEqual(expect.arrayContaining(monthsOf(previewed)));
  });
});
