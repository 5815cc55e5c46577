import { randomUUID } from 'node:crypto';
import { eventually } from '@tributary/testkit';
import { type Client, client, type Json } from '../client.js';

/** A platform under test: what a program outside knows of it. */
export interface Platform {
  url: string;
  admin: Client;
}

/** An event in few words: by `partner` (a name), `at` a day of 2026 such as `03-15` or an instant. */
export interface Told {
  kind?: string;
  by?: string | null;
  at?: string;
  amount?: number;
  currency?: string;
  customer?: string;
  clickId?: string;
  brand?: string;
  details?: Record<string, unknown>;
}
export type Components = readonly Record<string, unknown>[];
/** Terms, or only their components. */
export type Terms = Components | { components: Components; [field: string]: unknown };

const year = '2026-01-01T00:00:00.000Z';
export const instantOf = (at: string): string => (/^\d{2}-\d{2}$/.test(at) ? `2026-${at}T12:00:00.000Z` : at);
const isoOf = (at: string): string => new Date(instantOf(at)).toISOString();

/** Deals, events and what comes of them at a brand of one's own, over HTTP alone. Everything is known by a name of the test's own. */
export async function world({ url, admin }: Platform, options: { currency?: string; timeZone?: string; policy?: object } = {}) {
  const tag = randomUUID().slice(0, 8);
  const { currency = 'EUR', timeZone = 'UTC', policy = {} } = options;
  const brands = new Map<string, { id: string; programId: string }>();
  const partners = new Map<string, string>();
  const dealIds: string[] = [];
  const conversions: string[] = [];
  let number = 0;

  /** Something was set up that the other services may not have heard of yet. */
  let fresh = false;
  const post = (path: string, body: object, headers?: Record<string, string>) => {
    fresh = true;
    return admin.expect(201, 'POST', `/api/v1${path}`, body, headers);
  };

  async function brand(name: string, rest: object = {}): Promise<string> {
    const body = { name, slug: `${name}-${tag}`, currency, timeZone, policy: { minimumPayout: 0, holdDays: 0, ...policy }, ...rest };
    const made = await post('/brands', body);
    brands.set(name, { id: made.id, programId: made.defaultProgramId });
    for (const partnerId of partners.values()) await post(`/partners/${partnerId}/enrollments`, { brandId: made.id });
    return made.id;
  }

  /** A partner, enrolled everywhere, in the place in the tree and with the tier and tags that it has had from the beginning. */
  async function partner(
    name: string,
    rest: { under?: string; since?: string; tier?: string; tags?: readonly string[] } = {},
  ): Promise<string> {
    const { id } = await post('/partners', { name, email: `${name}@example.com`, externalId: `${name}-${tag}` });
    partners.set(name, id);
    for (const one of brands.values()) await post(`/partners/${id}/enrollments`, { brandId: one.id });
    if (rest.under) await parent(name, rest.under, rest.since ?? year);
    if (rest.tier) await tier(name, rest.tier, year);
    for (const one of rest.tags ?? []) await post(`/partners/${id}/tags`, { tag: one, effectiveFrom: year });
    return id;
  }
  const id = (name: string): string => partners.get(name) ?? name;
  const parent = (name: string, above: string | null, from: string) =>
    post(`/partners/${id(name)}/parent`, { value: above === null ? null : id(above), effectiveFrom: isoOf(from) });
  const tier = (name: string, value: string | null, from: string) =>
    post(`/partners/${id(name)}/tier`, { value, effectiveFrom: isoOf(from) });
  const untag = (name: string, one: string, from: string) =>
    admin.expect(200, 'DELETE', `/api/v1/partners/${id(name)}/tags`, { tag: one, effectiveFrom: isoOf(from) });

  /** Partners in a line: each stands under the next. */
  async function line(...names: string[]): Promise<void> {
    for (const [index, name] of [...names].reverse().entries())
      await partner(name, index === 0 ? {} : { under: names[names.length - index] ?? '' });
  }

  async function deal(name: string, terms: Terms, rest: { at?: string; from?: string } = {}): Promise<Json> {
    const body = {
      partnerId: id(name),
      brandId: brands.get(rest.at ?? 'main')?.id,
      effectiveFrom: isoOf(rest.from ?? year),
      terms: 'components' in terms ? terms : { components: terms },
    };
    const made = await post('/deals', body);
    dealIds.push(made.id);
    return made;
  }
  const amend = ({ id: dealId, version }: Json, terms: Terms, from: string): Promise<Json> =>
    post(
      `/deals/${dealId}/amendments`,
      { effectiveFrom: isoOf(from), terms: 'components' in terms ? terms : { components: terms }, reason: 'agreed' },
      { 'if-match': `"${version}"` },
    );
  const fx = (base: string, quote: string, date: string, rate: string) => post('/fx-rates', { base, quote, date, rate, source: 'example' });

  function eventOf({
    kind = 'sale',
    by = 'a',
    at = '03-15',
    amount,
    currency: of = currency,
    customer,
    clickId,
    brand: where = 'main',
    details = {},
  }: Told) {
    number += 1;
    return {
      type: kind,
      eventId: `e${String(number).padStart(4, '0')}`,
      brandId: brands.get(where)?.id,
      occurredAt: isoOf(at),
      ...(by === null ? {} : { partnerId: id(by) }),
      ...(amount === undefined ? {} : { amount, currency: of }),
      ...(customer === undefined ? {} : { customerKey: customer }),
      ...(clickId === undefined ? {} : { clickId }),
      ...details,
    };
  }

  async function report(events: readonly Json[]): Promise<string[]> {
    if (fresh) await settled();
    fresh = false;
    const { outcomes } = await admin.expect(202, 'POST', '/api/v1/events', { events });
    const wrong = outcomes.filter(({ outcome }: Json) => outcome === 'rejected');
    if (wrong.length > 0) throw new Error(`rejected: ${JSON.stringify(wrong)}`);
    const ids = outcomes.map((one: Json) => one.conversionId ?? one.duplicateOf);
    for (const one of ids) if (!conversions.includes(one)) conversions.push(one);
    return ids;
  }

  /** Reports what happened, in the order given, in one batch; answers with the conversions' ids. */
  const events = (told: readonly Told[]): Promise<string[]> => report(told.map(eventOf));
  const event = async (told: Told = {}): Promise<string> => (await events([told]))[0] ?? '';
  const conversion = (conversionId: string): Promise<Json> =>
    allOf('/conversions').then((all) => all.find((one) => one.conversionId === conversionId));
  async function refund(of: string, amount: number, rest: { at?: string; currency?: string } = {}): Promise<string> {
    const { eventId } = await conversion(of);
    const told = { kind: 'refund', by: null, at: rest.at ?? '06-01', amount, currency: rest.currency ?? currency };
    const [made = ''] = await report([{ ...eventOf(told), originalEventId: eventId }]);
    conversions.splice(conversions.indexOf(made), 1);
    return made;
  }

  async function allOf(path: string): Promise<Json[]> {
    const found: Json[] = [];
    for (const { id: brandId } of brands.values()) {
      for (let cursor: string | null = ''; cursor !== null; ) {
        const query = `?limit=500&brandId=${brandId}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
        const page: Json = await admin.expect(200, 'GET', `/api/v1${path}${query}`);
        found.push(...page.data);
        cursor = page.nextCursor;
      }
    }
    return found;
  }

  const settled = (): Promise<unknown> =>
    eventually('all is handled', async () => (await admin.expect(200, 'GET', '/api/v1/operations/quiet')).quiet, 60_000);

  /** Every entry, oldest first, once all is handled. */
  async function entries(): Promise<Json[]> {
    await settled();
    return (await allOf('/commissions')).reverse();
  }
  const nameOf = (partnerId: string): string => [...partners].find(([, one]) => one === partnerId)?.[0] ?? partnerId;

  /** What a conversion nets everybody who ever had an entry for it, in minor units. */
  async function earns(conversionId: string): Promise<Record<string, number>> {
    const nets: Record<string, number> = {};
    for (const { partnerId, amount, conversionId: of } of await entries())
      if (of === conversionId) nets[nameOf(partnerId)] = (nets[nameOf(partnerId)] ?? 0) + amount;
    return nets;
  }
  /** What each conversion nets a partner, in the order reported. */
  async function amounts(name = 'a'): Promise<number[]> {
    const all = await entries();
    const of = (conversionId: string) => all.filter((one) => one.conversionId === conversionId && one.partnerId === id(name));
    return conversions.map((one) => of(one).reduce((sum, { amount }) => sum + amount, 0));
  }
  const total = async (name = 'a'): Promise<number> =>
    (await entries()).reduce((sum, one) => (one.partnerId === id(name) ? sum + one.amount : sum), 0);
  const outcome = async (conversionId: string): Promise<[string, string | null]> => {
    await settled();
    const answer = await admin.expect(200, 'GET', `/api/v1/conversions/${conversionId}/outcome`);
    return [answer.outcome, answer.reason];
  };
  const explanation = (entryId: string): Promise<Json> => admin.expect(200, 'GET', `/api/v1/commissions/${entryId}/explanation`);

  /** Every entry says why, and comes to the same cents when it is worked out again. */
  async function allExplained(): Promise<void> {
    for (const entry of await entries()) {
      const { amount, recomputed } = await explanation(entry.id);
      if (amount !== entry.amount || recomputed.matches !== true || recomputed.amount !== entry.amount)
        throw new Error(`${entry.id} of ${entry.amount} recomputes to ${JSON.stringify(recomputed)}`);
    }
  }

  /** A link of a partner's, followed by these visitors in turn: a name is a browser of one's own. Answers with the clicks' ids. */
  async function clicks(name: string, visitors: readonly string[]): Promise<string[]> {
    const link = await post('/links', { partnerId: id(name), brandId: brands.get('main')?.id, destinationUrl: 'https://shop.example/' });
    const ids: string[] = [];
    for (const visitor of visitors) {
      const headers = { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0 ${visitor}` };
      const answer = await client(url, undefined).call('GET', new URL(link.url).pathname, undefined, headers);
      ids.push(new URL(answer.headers.get('location') ?? '').searchParams.get('click_id') ?? '');
    }
    return ids;
  }
  const click = async (name: string): Promise<string> => (await clicks(name, ['v']))[0] ?? '';
  const now = async (): Promise<string> => (await admin.expect(200, 'GET', '/api/v1/clock')).now;
  const moveClock = (to: string) => admin.expect(200, 'POST', '/api/v1/clock', { now: to });
  const customerOf = async (conversionId: string): Promise<string> => (await conversion(conversionId)).customerId;
  const ofCustomer = (customerId: string, what: string, body: object) => post(`/customers/${customerId}/${what}`, body);

  /** Closes a month of the brand: its statements are issued. */
  async function close(period: string): Promise<Json> {
    await settled();
    return admin.expect(200, 'POST', `/api/v1/periods/${period}/close`, { brandId: brands.get('main')?.id });
  }
  /** A partner's statements, by month. */
  async function statements(name = 'a'): Promise<Record<string, Json>> {
    const query = `?brandId=${brands.get('main')?.id}&partnerId=${id(name)}&limit=500`;
    const { data } = await admin.expect(200, 'GET', `/api/v1/statements${query}`);
    return Object.fromEntries(data.map((one: Json) => [one.period, one]));
  }

  await brand('main');
  return {
    close,
    statements,
    admin,
    url,
    post,
    brand,
    brands,
    partner,
    id,
    parent,
    tier,
    untag,
    line,
    deal,
    amend,
    fx,
    eventOf,
    report,
    events,
    event,
    conversion,
    refund,
    entries,
    earns,
    amounts,
    total,
    outcome,
    explanation,
    allExplained,
    click,
    clicks,
    now,
    moveClock,
    customerOf,
    ofCustomer,
    settled,
  };
}

export type World = Awaited<ReturnType<typeof world>>;
type Options = NonNullable<Parameters<typeof world>[1]>;

/** A worked example: its name begins with its ids; `start` opens a brand for it. */
export interface Example {
  name: string;
  play: (start: (options?: Options) => Promise<World>) => Promise<void>;
}
