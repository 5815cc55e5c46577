import { type ConversionData, type EventOf, newId } from '@tributary/contracts';
import { anEvent } from '@tributary/testkit';
import fc from 'fast-check';
import { aConversion, aPartner, attributed, recorded, type World } from './builders.js';
import { dealPlans } from './streams-deals.js';

/** A moment of January to May 2026, often a round one, so that several fall together. */
const moment = fc
  .record({ day: fc.nat(150), second: fc.oneof(fc.constantFrom(0, 43_200), fc.nat(86_399)) })
  .map(({ day, second }) => new Date(Date.UTC(2026, 0, 1 + day, 0, 0, second)).toISOString());
const partner = fc.nat(3);
const customer = fc.option(fc.nat(3), { freq: 4 });

const happening = fc.record({
  is: fc.constant('happening' as const),
  kind: fc.constantFrom('sale', 'sale', 'sale', 'deposit', 'lead', 'trade'),
  at: moment,
  brand: fc.constantFrom(0, 0, 1),
  partner,
  customer,
  amount: fc.oneof(fc.constantFrom(5_000, 10_000, 20_000), fc.integer({ min: 0, max: 40_000 })),
  foreign: fc.boolean(),
  hundredths: fc.integer({ min: 1, max: 300 }),
  /** Whom a later revision credits: another partner, or nobody. */
  moved: fc.option(fc.integer({ min: -1, max: 3 }), { freq: 3 }),
});
const refund = fc.record({ is: fc.constant('refund' as const), of: fc.nat(), at: moment, part: fc.constantFrom(1, 3, 10, 10) });
const tagging = fc.record({
  is: fc.constant('customer' as const),
  customer: fc.nat(3),
  brand: fc.nat(1),
  from: moment,
  excluded: fc.boolean(),
});
const tier = fc.record({ is: fc.constant('tier' as const), partner, tier: fc.constantFrom('gold', 'silver', null), from: moment });
const parent = fc.record({
  is: fc.constant('parent' as const),
  partner: fc.integer({ min: 1, max: 3 }),
  above: fc.nat(2),
  out: fc.boolean(),
  from: moment,
});
const amendment = fc.record({ is: fc.constant('amendment' as const), plan: fc.nat(dealPlans.length - 1), step: fc.nat(9), from: moment });
const rate = fc.record({ is: fc.constant('rate' as const), day: fc.nat(150), thousandths: fc.integer({ min: 700, max: 1_400 }) });
const close = fc.record({ is: fc.constant('close' as const), brand: fc.nat(1), month: fc.integer({ min: 1, max: 5 }) });

/** What happens, in an order that means nothing but which version of a deal is written first. */
export const story = fc.record({
  commands: fc.array(
    fc.oneof(
      { arbitrary: happening, weight: 12 },
      { arbitrary: refund, weight: 4 },
      { arbitrary: tagging, weight: 1 },
      { arbitrary: tier, weight: 1 },
      { arbitrary: parent, weight: 1 },
      { arbitrary: amendment, weight: 2 },
      { arbitrary: rate, weight: 1 },
      { arbitrary: close, weight: 1 },
    ),
    { minLength: 100, maxLength: 140, size: 'max' },
  ),
  seed: fc.nat(),
});
export type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;
type Told<K extends Story['commands'][number]['is']> = Extract<Story['commands'][number], { is: K }>;
export const toldAs = <K extends Story['commands'][number]['is']>({ commands }: Story, is: K): Told<K>[] =>
  commands.filter((one): one is Told<K> => one.is === is);

/** Two brands with the same partners. */
export interface Places {
  brands: readonly (Pick<World, 'brandId' | 'programId'> & { currency: string; timeZone: string })[];
  partnerIds: readonly string[];
  /** Ids of customers, by brand. */
  customerIds: readonly (readonly string[])[];
}

export type Fact = EventOf<
  'tracking.conversion.recorded.v1' | 'tracking.conversion.attributed.v1' | 'directory.partner.changed.v1' | 'tracking.customer.changed.v1'
>;
type PartnerData = EventOf<'directory.partner.changed.v1'>['data'];
type CustomerData = EventOf<'tracking.customer.changed.v1'>['data'];

export interface Facts {
  events: Fact[];
  /** As the highest revision tells it. */
  conversions: ConversionData[];
  partners: ReadonlyMap<string, PartnerData>;
  customers: ReadonlyMap<string, CustomerData>;
}

/** The events that tell the facts, and what they come to in the end. */
export function factsOf(places: Places, told: Story): Facts {
  const partners = partnersOf(places, told);
  const customers = customersOf(places, told);
  const conversions = conversionsOf(places, told);
  return {
    events: [...conversions.events, ...partners.events, ...customers.events],
    conversions: conversions.last,
    partners: partners.last,
    customers: customers.last,
  };
}

const year = '2026-01-01T00:00:00.000Z';
const nth = (number: number): string => new Date(Date.parse(year) + number * 1_000).toISOString();

function partnersOf({ partnerIds }: Places, told: Story) {
  const last = new Map(partnerIds.map((partnerId, index) => [partnerId, treeOf(partnerIds, index)]));
  const events: Fact[] = [...last.values()].map((data) => anEvent('directory.partner.changed.v1', data, { sequence: 1 }));
  let number = 1;
  for (const change of told.commands) {
    if (change.is !== 'tier' && change.is !== 'parent') continue;
    number += 1;
    const partnerId = partnerIds[change.partner] ?? '';
    const before = last.get(partnerId) as PartnerData;
    const span = { effectiveFrom: change.from, recordedAt: nth(number) };
    // Only those that come earlier in the list stand above: so there is no ring.
    const above = change.is === 'parent' && !change.out ? (partnerIds[Math.min(change.above, change.partner - 1)] ?? null) : null;
    const after: PartnerData =
      change.is === 'tier'
        ? { ...before, tiers: [...(before.tiers ?? []), { tier: change.tier, ...span }] }
        : { ...before, parents: [...(before.parents ?? []), { parentId: above, ...span }] };
    last.set(partnerId, after);
    events.push(anEvent('directory.partner.changed.v1', after, { sequence: number }));
  }
  return { events, last };
}

/** 0 above 1 above 2, and 0 above 3. */
function treeOf(partnerIds: readonly string[], index: number): PartnerData {
  const parentId = index === 0 ? null : (partnerIds[index === 2 ? 1 : 0] ?? null);
  const parents = parentId === null ? [] : [{ parentId, effectiveFrom: year, recordedAt: year }];
  return { ...aPartner(partnerIds[index] ?? '').data, tiers: [], parents };
}

function customersOf({ brands, customerIds }: Places, told: Story) {
  const last = new Map<string, CustomerData>();
  const events: Fact[] = [];
  for (const [index, { brand, customer: of, from, excluded }] of toldAs(told, 'customer').entries()) {
    const customerId = customerIds[brand]?.[of] ?? '';
    const before = last.get(customerId) ?? {
      customerId,
      brandId: brands[brand]?.brandId ?? '',
      partnerId: null,
      tags: [],
      country: null,
      kycVerifiedAt: null,
      excludedFrom: null,
      assignments: [],
      changedAt: year,
    };
    const after: CustomerData = excluded
      ? { ...before, excludedFrom: [before.excludedFrom ?? from, from].sort()[0] ?? from }
      : { ...before, tags: [...before.tags, { tag: 'vip', effectiveFrom: from, effectiveTo: null, recordedAt: nth(index) }] };
    last.set(customerId, after);
    events.push(anEvent('tracking.customer.changed.v1', after, { sequence: index + 1 }));
  }
  return { events, last };
}

function conversionsOf(places: Places, told: Story) {
  const events: Fact[] = [];
  const last: ConversionData[] = [];
  const originals: ConversionData[] = [];
  for (const one of toldAs(told, 'happening')) {
    const { first, final } = conversionOf(places, one);
    events.push(recorded(first), ...(final === first ? [] : [attributed(final)]));
    last.push(final);
    originals.push(first);
  }
  for (const { of, at, part } of toldAs(told, 'refund')) {
    const original = originals[of % originals.length];
    if (original === undefined) continue;
    const amount = original.amount === null ? null : Math.ceil((original.amount * part) / 10);
    const { brandId, programId, eventId, conversionId, currency, partnerId } = original;
    const refunded = aConversion(
      { brandId, programId, partnerIds: [partnerId ?? ''] },
      {
        kind: 'refund',
        occurredAt: at,
        amount,
        currency: amount === null ? null : currency,
        originalEventId: eventId,
        originalConversionId: conversionId,
        partnerId,
      },
    );
    events.push(recorded(refunded));
    last.push(refunded);
  }
  return { events, last };
}

function conversionOf(
  { brands, partnerIds, customerIds }: Places,
  one: Told<'happening'>,
): { first: ConversionData; final: ConversionData } {
  const brand = brands[one.brand] as Places['brands'][number];
  const other = brands[1 - one.brand]?.currency ?? brand.currency;
  const money = one.kind === 'sale' || one.kind === 'deposit';
  const first = aConversion(
    { brandId: brand.brandId, programId: brand.programId, partnerIds: [partnerIds[one.partner] ?? ''] },
    {
      conversionId: newId('conversion'),
      kind: one.kind,
      occurredAt: one.at,
      amount: money ? one.amount : null,
      currency: money ? (one.foreign ? other : brand.currency) : null,
      customerId: one.customer === null ? null : (customerIds[one.brand]?.[one.customer] ?? null),
      ...(one.kind === 'trade' ? { details: { quantity: (one.hundredths / 100).toFixed(2) } } : {}),
    },
  );
  return { first, final: one.moved === null ? first : { ...first, partnerId: partnerIds[one.moved] ?? null } };
}
