import type { Answer, Caller, Json, Order } from './caller.js';
import type { Random } from './random.js';

export interface Deal {
  partnerId: string;
  brandId: string;
  currency: string;
  clickIds: string[];
}
export interface World {
  brands: { id: string; currency: string }[];
  deals: Deal[];
  linkUrls: string[];
  now: number;
}
export interface Keys {
  admin: string;
  finance: string;
  manager: string;
}

export const dayMs = 86_400_000;
const behaviours = ['ok', 'ok', 'accept-then-timeout', 'error-after-accept', 'ok', 'error-before-accept', 'duplicate-callback', 'reject'];

/** Brands, partners, enrolments, deals, links with a few clicks, payout methods: over HTTP, every answer noted. */
export async function makeWorld(to: Caller, admin: string, luck: Random, size: { brands: number; partners: number }): Promise<World> {
  const make = async (op: string, path: string, body: Json, note: Record<string, unknown> = {}): Promise<Json> => {
    const idempotencyKey = `${op}-${luck.int(1, 1e9)}-${luck.int(1, 1e9)}`;
    const answer = await to.insist({ op, method: 'POST', path, body, key: admin, idempotencyKey, note: { body, ...note }, keep: idOf });
    return created(answer, path);
  };
  const now = Date.now();
  const brands = [];
  for (let n = 0; n < size.brands; n += 1) {
    const currency = n === 2 ? 'USD' : 'EUR';
    const policy = { autoApproveUpTo: n === 1 ? 5_000 : 10_000_000, financeThreshold: 100_000_000, minimumPayout: 100, holdDays: 0 };
    brands.push({
      id: (await make('brand', '/api/v1/brands', { name: `Brand ${n}`, slug: `brand-${n}`, currency, timeZone: 'Europe/Berlin', policy }))
        .id,
      currency,
    });
  }
  const deals: Deal[] = [];
  const linkUrls: string[] = [];
  for (let n = 0; n < size.partners; n += 1) {
    const partner = await make('partner', '/api/v1/partners', aPartner(`partner-${n}`));
    const behaviour = behaviours[n % behaviours.length];
    await make('payout-method', `/api/v1/partners/${partner.id}/payout-methods`, {
      kind: 'simulated',
      account: { name: 'Ada', behaviour },
    });
    for (const brand of brands) {
      const whose = { partnerId: partner.id, brandId: brand.id };
      await make('enrollment', `/api/v1/partners/${partner.id}/enrollments`, { brandId: brand.id });
      await make(
        'deal',
        '/api/v1/deals',
        { ...whose, effectiveFrom: new Date(now - 30 * dayMs).toISOString(), terms: someTerms(luck) },
        whose,
      );
      const link = await make('link', '/api/v1/links', { ...whose, destinationUrl: 'https://shop.example/' });
      linkUrls.push(link.url);
      deals.push({ ...whose, currency: brand.currency, clickIds: [await click(to, link.url)] });
    }
  }
  // After the clicks: what occurs now can have come from them.
  return { brands, deals, linkUrls, now: Date.now() };
}

export const aPartner = (externalId: string) => ({
  name: 'Ada Lovelace',
  email: `${externalId}@example.com`,
  country: 'GB',
  type: 'affiliate',
  externalId,
});

const someTerms = (luck: Random) => ({
  holdDays: 0,
  components: [
    { on: 'sale', model: 'percentage', rate: luck.pick(['0.05', '0.075', '0.10', '0.125']) },
    { on: 'lead', model: 'flat', amount: luck.int(100, 900) },
    { on: 'deposit', model: 'flat-plus-percentage', amount: 1_000, rate: luck.pick(['0.03', '0.02']), qualify: { minAmount: 5_000 } },
  ],
});

/** Follows a link as a browser would, and tells which click it was. */
export async function click(to: Caller, linkUrl: string): Promise<string> {
  const clickIdOf = ({ headers }: Answer) => new URL(headers.get('location') ?? '').searchParams.get('click_id') ?? '';
  const order: Order = { op: 'click', method: 'GET', path: new URL(linkUrl).pathname, isFinal: ({ status }) => status === 302 };
  return clickIdOf(await to.insist(order));
}

const idOf = (json: Json) => ({ id: json?.id });

export function created(answer: Answer, what: string): Json {
  if (answer.status >= 300) throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.json)}`);
  return answer.json;
}
