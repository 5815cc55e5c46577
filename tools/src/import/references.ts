import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '@tributary/contracts';
import type { Mapping } from './mapping.js';
import { codeOf, type Platform, PlatformError } from './platform.js';

/** The platform's ids of the mapping's brands and partners, in the mapping's order. */
export interface References {
  brands: readonly string[];
  partners: readonly string[];
}

/** Something that the mapping names is not there, or is there in another shape. */
export class SetupWrong extends Error {
  override name = 'SetupWrong';
}

interface Brand {
  id: string;
  slug: string;
  currency: string;
}
interface Deal {
  id: string;
  partnerId: string;
  status: string;
  terms: Mapping['brands'][number]['deal']['terms'];
}
const inFlight = 4;

/** Finds the mapping's brands by slug and its partners by external id. @throws SetupWrong when one is missing */
export async function findReferences(platform: Platform, mapping: Mapping): Promise<References> {
  const found = await platform.list<Brand>('/api/v1/brands');
  const brands = mapping.brands.map(({ slug }) => found.find((brand) => brand.slug === slug)?.id);
  const partners = await inParallel(partnerNumbers(mapping), (n) => partnerOf(platform, mapping, n));
  const missing = [
    ...mapping.brands.filter((_, index) => brands[index] === undefined).map(({ slug }) => `brand ${slug}`),
    ...partnerNumbers(mapping)
      .filter((n) => partners[n - 1] === undefined)
      .map((n) => `partner ${numbered(mapping.partners.externalId, n)}`),
  ];
  if (missing.length > 0) {
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
    throw new SetupWrong(`not on the platform: ${missing.slice(0, 3).join(', ')}${more}. Run with --setup to make them`);
  }
  return { brands: brands as string[], partners: partners as string[] };
}

/** Makes what the mapping names and is not there yet: brands, partners, enrolments and deals. Run again, it makes nothing. */
export async function setUp(platform: Platform, mapping: Mapping, say: (line: string) => void): Promise<References> {
  const made = { brands: 0, partners: 0, enrolments: 0, deals: 0 };
  const found = await platform.list<Brand>('/api/v1/brands');
  const brands: string[] = [];
  for (const { deal: _, ...brand } of mapping.brands) {
    const known = found.find(({ slug }) => slug === brand.slug);
    if (known && known.currency !== mapping.event.currency)
      throw new SetupWrong(`brand ${brand.slug} has the currency ${known.currency}, not ${mapping.event.currency}`);
    made.brands += known ? 0 : 1;
    brands.push((known ?? (await create<Brand>(platform, '/api/v1/brands', { ...brand, currency: mapping.event.currency }))).id);
  }
  const partners = await inParallel(partnerNumbers(mapping), async (n) => {
    const known = await partnerOf(platform, mapping, n);
    if (known !== undefined) return known;
    made.partners += 1;
    const { externalId, name, email, country } = mapping.partners;
    const body = {
      externalId: numbered(externalId, n),
      name: numbered(name, n),
      email: numbered(email, n),
      ...(country ? { country } : {}),
    };
    return (await create<{ id: string }>(platform, '/api/v1/partners', body)).id;
  });
  for (const [index, brandId] of brands.entries()) {
    const wanted = mapping.brands[index]?.deal;
    const deals = await platform.list<Deal>(`/api/v1/deals?brandId=${brandId}`);
    await inParallel(partners, async (partnerId) => {
      if (await enrol(platform, partnerId, brandId)) made.enrolments += 1;
      const known = deals.find((deal) => deal.partnerId === partnerId && deal.status !== 'ended');
      if (known && !isDeepStrictEqual(shown(known.terms), shown(wanted?.terms)))
        throw new SetupWrong(`deal ${known.id} has other terms than the mapping: amend it, or the mapping`);
      made.deals += known ? 0 : 1;
      if (!known) await create(platform, '/api/v1/deals', { partnerId, brandId, ...wanted });
    });
  }
  say(
    `set up: ${made.brands} brands, ${made.partners} partners, ${made.enrolments} enrolments and ${made.deals} deals made; the others were there`,
  );
  return { brands, partners };
}

/** Whether that was news. */
async function enrol(platform: Platform, partnerId: string, brandId: string): Promise<boolean> {
  const path = `/api/v1/partners/${partnerId}/enrollments`;
  const answer = await platform.call('POST', path, { brandId }, keyOf(path, { brandId }));
  if (answer.status === 201) return answer.replayed !== true;
  if (codeOf(answer) === 'enrollment-exists') return false;
  throw new PlatformError(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

const create = <T>(platform: Platform, path: string, body: object): Promise<T> =>
  platform.expect<T>(201, 'POST', path, body, keyOf(path, body));

/** The key follows from what is asked, so that a call repeated after a lost answer makes nothing twice. */
const keyOf = (path: string, body: object): string =>
  `import-${createHash('sha256')
    .update(`${path}\n${canonicalJson(body)}`)
    .digest('hex')}`;

async function partnerOf(platform: Platform, mapping: Mapping, n: number): Promise<string | undefined> {
  const externalId = encodeURIComponent(numbered(mapping.partners.externalId, n));
  const { data } = await platform.expect<{ data: { id: string }[] }>(200, 'GET', `/api/v1/partners?externalId=${externalId}`);
  return data[0]?.id;
}

const partnerNumbers = ({ partners }: Mapping): number[] => Array.from({ length: partners.count }, (_, index) => index + 1);
const numbered = (template: string, n: number): string => template.replaceAll('{n}', String(n).padStart(3, '0'));
/** Terms but for their version, which the platform adds. */
const shown = (terms: object | undefined): unknown => ({ termsVersion: 1, ...terms });

/** Does it for all, a few at a time; results in order. The first failure ends it. */
async function inParallel<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return results;
}
