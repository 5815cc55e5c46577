import { type ConversionData, type DealTerms, newId } from '@tributary/contracts';
import { aConversion, createDeal, partnerOf, recorded, type World } from './builders.js';

type Details = NonNullable<ConversionData['details']>;

/** What a customer played on one day: gross revenue in cents. */
export const activity = (world: World, grossRevenue: number, fields: Partial<ConversionData> = {}, details: Details = {}): ConversionData =>
  aConversion(world, {
    kind: 'player-activity',
    amount: null,
    currency: 'EUR',
    occurredAt: '2026-03-15T12:00:00.000Z',
    details: { grossRevenue, ...details },
    ...fields,
  });

export const play = (world: World, ...played: readonly ConversionData[]): Promise<void> =>
  world.service.deliver(...played.map((one) => recorded(one)));

export const shareTerms = (component: Partial<DealTerms['components'][number]> = {}, ...others: DealTerms['components']): DealTerms => ({
  components: [
    {
      name: 'share',
      on: 'player-activity',
      model: 'revshare',
      rate: '0.40',
      waterfall: { name: 'net-revenue', version: 1, lines: [] },
      carryover: { policy: 'component', unit: 'base' },
      ...component,
    },
    ...others,
  ],
});

export const shareDeal = (world: World, terms: DealTerms = shareTerms(), body: Record<string, unknown> = {}) =>
  createDeal(world, { terms, ...body });

export const close = (world: World, period: string, query = '') =>
  world.service.request().post(`/api/v1/periods/${period}/close${query}`).send({ brandId: world.brandId });

export interface StatementShown {
  id: string | null;
  status: string;
  revision: number;
  period: string;
  total: number;
  hash: string | null;
  components: {
    component: string;
    net: string;
    entitlement: number;
    waterfalls: {
      gross: string;
      net: string;
      waterfall: { clauseHash: string | null } | null;
      lines: { name: string; amount: string }[];
    }[];
    carry: { opening: string; closing: string } | null;
    recoup: { closing: string } | null;
  }[];
  entries: { id: string; amount: number; period: string; reason: string }[];
}

export async function statementsOf(world: World, filter: Record<string, string> = {}): Promise<StatementShown[]> {
  const query = { brandId: world.brandId, partnerId: partnerOf(world), limit: 500, ...filter };
  const { body } = await world.service.request().get('/api/v1/statements').query(query).expect(200);
  return (body as { data: StatementShown[] }).data;
}

/** The one statement of a month. */
export async function statementOf(world: World, period: string, filter: Record<string, string> = {}): Promise<StatementShown> {
  const [found, ...others] = await statementsOf(world, { period, ...filter });
  if (found === undefined || others.length > 0) throw new Error(`${others.length + (found ? 1 : 0)} statements of ${period}`);
  return found;
}

/** Partners with a revenue share each, and what their customers played in March: straight into the tables, for tests of many. */
export async function manyShares(world: World, partners: number, factsEach: number, terms: DealTerms = shareTerms()): Promise<void> {
  const partnerIds = Array.from({ length: partners }, () => newId('partner'));
  const facts = partnerIds.flatMap((partnerId) => Array.from({ length: factsEach }, () => partnerId));
  await world.service.sql(
    `INSERT INTO deal_version (deal_id, version, partner_id, brand_id, program_id, status, effective_from, recorded_at, terms, author_id, document_hash)
     SELECT deal_id, 1, partner_id, $3, $4, 'active', '2026-01-01', '2026-01-01', $5::json, 'usr_1', repeat('0', 64) FROM unnest($1::text[], $2::text[]) AS new(deal_id, partner_id)`,
    [partnerIds.map(() => newId('deal')), partnerIds, world.brandId, world.programId, JSON.stringify(terms)],
  );
  await world.service.sql(
    `INSERT INTO conversion (conversion_id, level, brand_id, program_id, partner_id, event_id, kind, occurred_at, currency, correlation_id, message_id, rated_level, customer_id, details)
     SELECT conversion_id, 1, $3, $4, partner_id, conversion_id, 'player-activity', '2026-03-02'::timestamptz + (n % 27) * interval '1 day', 'EUR', 'test', 'test', 1,
       'customer-' || (n % 5), jsonb_build_object('grossRevenue', 1000 + n % 100, 'turnover', 20000, 'deductions', jsonb_build_object('bonuses', 100, 'fees', 10))
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS new(conversion_id, partner_id, n)`,
    [facts.map(() => newId('conversion')), facts, world.brandId, world.programId],
  );
  await world.service.sql('ANALYZE conversion, deal_version');
}
