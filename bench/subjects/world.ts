/** A caller of the public API. */
export interface Api {
  url: string;
  key: string;
}
interface Made {
  id: string;
}
export interface World {
  brandId: string;
  partnerIds: string[];
  linkPaths: string[];
  clickIds: string[];
}

const dayMs = 86_400_000;

/** A brand with partners, deals of 1.00 a sale without a holding period, links and a click on each. */
export async function makeWorld(api: Api, size: { partners: number; deals: boolean }): Promise<World> {
  const make = <T>(path: string, body: unknown) => post<T>(api, path, body, 201);
  const brand = await make<Made>('/api/v1/brands', {
    name: 'Bench',
    slug: `bench-${process.pid}-${Date.now().toString(36)}`,
    currency: 'EUR',
    timeZone: 'Europe/Berlin',
    policy: { autoApproveUpTo: 10_000_000, financeThreshold: 100_000_000, minimumPayout: 100, holdDays: 0 },
  });
  const world: World = { brandId: brand.id, partnerIds: [], linkPaths: [], clickIds: [] };
  for (let n = 0; n < size.partners; n++) {
    const externalId = `bench-${brand.id}-${n}`;
    const partner = await make<Made>('/api/v1/partners', {
      name: 'Ada Lovelace',
      email: `${n}@example.com`,
      country: 'GB',
      type: 'affiliate',
      externalId,
    });
    const whose = { partnerId: partner.id, brandId: brand.id };
    await make(`/api/v1/partners/${partner.id}/enrollments`, { brandId: brand.id });
    const terms = { holdDays: 0, components: [{ on: 'sale', model: 'flat', amount: commission }] };
    const effectiveFrom = new Date(Date.now() - 30 * dayMs).toISOString();
    if (size.deals) await make('/api/v1/deals', { ...whose, effectiveFrom, terms });
    const link = await make<{ url: string }>('/api/v1/links', { ...whose, destinationUrl: 'https://shop.example/' });
    const { pathname } = new URL(link.url);
    world.partnerIds.push(partner.id);
    world.linkPaths.push(pathname);
    world.clickIds.push(await click(api, pathname));
  }
  return world;
}

/** What one sale earns, in minor units. */
export const commission = 100;

/** A sale by click as JSON, with `@` for its event id. */
export function saleTemplate({ brandId, clickIds }: World, index: number): string {
  const clickId = clickIds[index % clickIds.length];
  const occurredAt = new Date().toISOString();
  return JSON.stringify({ type: 'sale', eventId: '@', brandId, clickId, occurredAt, amount: 4_990, currency: 'EUR' });
}

export const batchTemplate = (world: World, size: number): string =>
  `{"events":[${Array.from({ length: size }, (_, index) => saleTemplate(world, index)).join(',')}]}`;

export const jsonHeaders = ({ key }: Api): Record<string, string> => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
});

export async function post<T>(api: Api, path: string, body: unknown, status: number): Promise<T> {
  const response = await fetch(`${api.url}${path}`, { method: 'POST', headers: jsonHeaders(api), body: JSON.stringify(body) });
  const text = await response.text();
  if (response.status !== status) throw new Error(`POST ${path} answered ${response.status}: ${text.slice(0, 1000)}`);
  return JSON.parse(text) as T;
}

async function click({ url }: Api, path: string): Promise<string> {
  const response = await fetch(`${url}${path}`, { redirect: 'manual' });
  const id = new URL(response.headers.get('location') ?? 'https://nowhere.example/').searchParams.get('click_id');
  if (!id) throw new Error(`GET ${path} answered ${response.status} without a click id`);
  return id;
}
