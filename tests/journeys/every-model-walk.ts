import { type Client, client, type Json } from './client.js';

/** Three partners, each below the one before, and the months in which they work. */
export interface Made {
  url: string;
  brandId: string;
  above: string;
  middle: string;
  below: string;
  link: string;
  months: readonly [string, string, string];
  now: string;
}

/** A scale that reaches back, an override on partners below, and a share of revenue with what it deducts and carries over. */
const middleTerms = {
  currency: 'EUR',
  components: [
    {
      on: 'sale',
      model: 'percentage',
      rate: '0.10',
      tiers: {
        metric: { measure: 'count' },
        reset: 'month',
        scale: 'whole',
        crossing: 'new',
        bounds: 'inclusive',
        retroactive: 'all',
        demotion: 'unwind',
        bands: [
          { upTo: 1, rate: '0.10' },
          { upTo: null, rate: '0.20' },
        ],
      },
    },
    { name: 'override', on: 'lead', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'commission', funding: 'on-top' } },
    {
      name: 'play',
      on: 'player-activity',
      model: 'revshare',
      rate: '0.30',
      waterfall: {
        name: 'house',
        version: 1,
        clause: 'Net is gross less tax.',
        lines: [{ name: 'tax', effect: 'deduct', of: 'gaming-tax' }],
      },
      carryover: { policy: 'component', unit: 'base' },
    },
  ],
};

/** A tenth of what the one below earns of sales, out of its share, and 20.00 for having brought it. */
const aboveTerms = {
  components: [
    { name: 'master', on: 'sale', model: 'percentage', rate: '0.10', downline: { levels: ['1'], of: 'commission', funding: 'downline' } },
    { name: 'recruit', on: 'enrollment', model: 'flat', amount: 2000, downline: { levels: ['1'], of: 'amount', funding: 'on-top' } },
  ],
};

const belowTerms = (own: string, other: string) => {
  const shares = [
    { partnerId: own, share: '0.6' },
    { partnerId: other, share: '0.4' },
  ];
  return { components: [{ on: 'lead', model: 'flat', amount: 1000, split: { by: 'named', shares } }] };
};

export async function makeTree(url: string, admin: Client): Promise<Made> {
  const { now } = await admin.expect(200, 'GET', '/api/v1/clock');
  const policy = { autoApproveUpTo: 100_000, financeThreshold: 1_000_000, minimumPayout: 0, holdDays: 0, enrollmentsAreEvents: true };
  const place = { currency: 'EUR', timeZone: 'UTC', policy };
  const { id: brandId } = await admin.expect(201, 'POST', '/api/v1/brands', { name: 'Acme', slug: 'acme-models', ...place });
  const partner = async (name: string, parentId?: string): Promise<string> => {
    const body = { name, email: `${name}@example.com`, ...(parentId ? { parentId } : {}) };
    const { id } = await admin.expect(201, 'POST', '/api/v1/partners', body);
    await admin.expect(201, 'POST', `/api/v1/partners/${id}/enrollments`, { brandId });
    return id;
  };
  const above = await partner('above');
  const middle = await partner('middle', above);
  const below = await partner('below', middle);
  const deal = (partnerId: string, terms: object) =>
    admin.expect(201, 'POST', '/api/v1/deals', { partnerId, brandId, effectiveFrom: now, terms });
  await deal(above, aboveTerms);
  await deal(middle, middleTerms);
  await deal(below, belowTerms(below, middle));
  const destinationUrl = 'https://shop.example/landing';
  const { url: link } = await admin.expect(201, 'POST', '/api/v1/links', { partnerId: middle, brandId, destinationUrl });
  const month = (plus: number): string => {
    const [year = 0, index = 0] = now.split('-').map(Number);
    return new Date(Date.UTC(year, index - 1 + plus, 1)).toISOString().slice(0, 7);
  };
  return { url, brandId, above, middle, below, link, months: [month(0), month(1), month(2)], now };
}

const report = async (admin: Client, events: readonly object[]): Promise<void> => {
  const answer: Json = await admin.expect(202, 'POST', '/api/v1/events', { events });
  if (answer.accepted !== events.length) throw new Error(JSON.stringify(answer));
};

/**
 * Two sales, the first by a click, rated before the second lifts it (`rated` waits for that) and then refunded in part; a lead of the partner below; a month of
 * play in which players win.
 */
export async function reportFirstMonth(
  admin: Client,
  { url, brandId, middle, below, link }: Made,
  rated: () => Promise<unknown>,
): Promise<void> {
  const { now: occurredAt } = await admin.expect(200, 'GET', '/api/v1/clock');
  const { headers } = await client(url, undefined).call('GET', new URL(link).pathname);
  const clickId = new URL(headers.get('location') ?? '').searchParams.get('click_id');
  const base = { brandId, occurredAt, currency: 'EUR' };
  await report(admin, [{ ...base, type: 'sale', eventId: 'sale-1', amount: 10_000, clickId }]);
  await rated();
  await report(admin, [
    { ...base, type: 'sale', eventId: 'sale-2', amount: 20_000, partnerId: middle },
    { ...base, type: 'lead', eventId: 'lead-1', partnerId: below },
    { ...base, type: 'player-activity', eventId: 'play-1', partnerId: middle, grossRevenue: -5000, turnover: 40_000 },
  ]);
  await rated();
  await report(admin, [{ ...base, type: 'refund', eventId: 'refund-1', originalEventId: 'sale-1', amount: 1000 }]);
}

/** A month of play that pays off what the one before has left. */
export async function reportSecondMonth(admin: Client, { brandId, middle }: Made): Promise<void> {
  const { now: occurredAt } = await admin.expect(200, 'GET', '/api/v1/clock');
  const play = { type: 'player-activity', eventId: 'play-2', brandId, occurredAt, currency: 'EUR', partnerId: middle };
  await report(admin, [{ ...play, grossRevenue: 20_000, turnover: 60_000, deductions: { 'gaming-tax': 1000 } }]);
}
