import { bucketOf, dayMs } from '@tributary/calendar';
import {
  type Circumstances,
  circumstancesAt,
  type FoldInput,
  type FxRate,
  inCanonicalOrder,
  type NetworkVerdict,
  type PartnerProfile,
  type Profiles,
  rateOn,
  type StreamPlace,
} from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { versionsFor } from '../deals/deal-store.js';
import type { RatedVersion } from '../deals/domain/deal.js';
import { type Brand, brandsById } from '../profiles/brand-store.js';
import { lockCustomers } from '../profiles/customer-lock-store.js';
import { verdictsOn } from '../profiles/network-verdict-store.js';
import { partnersWithUplines } from '../profiles/partner-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import { type Needs, needsOf } from '../shared/domain/needs.js';
import type { Case } from './case.js';
import { type StoredFact, toConversion } from './domain/fact.js';
import { dealsPostedFor } from './journal-store.js';
import {
  type CustomersFact,
  customersById,
  factsOfCustomers,
  type LoadRates,
  partnersOfCustomers,
  type WantedRate,
} from './world-store.js';

/** Everything that folds of some conversions look at beside the conversions. */
export interface World {
  versions: readonly RatedVersion[];
  partners: Profiles['partners'];
  customers: ReadonlyMap<string, Profiles['customer']>;
  /** Events by brand and customer. */
  facts: ReadonlyMap<string, readonly CustomersFact[]>;
  /** Verdicts by brand and conversion or customer. */
  networks: ReadonlyMap<string, readonly NetworkVerdict[]>;
  rates: readonly FxRate[];
  /** Those of the cases and of every deal that counts what happens elsewhere. */
  brands: ReadonlyMap<string, Brand>;
  /** What any version that may be asked needs. */
  needs: Needs;
  /** Whether nothing but the conversion and the terms of its own partner can matter. */
  plain: boolean;
  /** Versions by partner, for the folds. */
  versionsOf: ReadonlyMap<string, readonly RatedVersion[]>;
}

const keyAt = (brandId: string, id: string): string => `${brandId} ${id}`;

/** Loads what the cases need: a handful of statements, however many there are, and fewer where no terms ask for more. */
export async function loadWorld(tx: Tx, cases: readonly Case[], loadRates: LoadRates): Promise<World> {
  const originals = cases.map(({ original }) => original);
  const rated = originals.filter(({ ratedLevel }) => ratedLevel > 0).map(({ conversionId }) => conversionId);
  // Whoever else earned of these customers may go by what they do now.
  const asking = customersOf(cases.filter(({ brand }) => brand.asksHistory).map(({ original }) => original));
  await lockCustomers(tx, asking);
  const partnerIds = [...new Set([...originals.flatMap(({ partnerId }) => partnerId ?? []), ...(await partnersOfCustomers(tx, asking))])];
  const partners = await partnersWithUplines(tx, partnerIds);
  const everybody = [...new Set([...partnerIds, ...partners.keys()])];
  const versions = await versionsFor(tx, everybody, await dealsPostedFor(tx, rated));
  const needs = allNeeds(versions);
  const asked = needs.customer ? originals : cases.filter(({ brand }) => brand.hasExclusions).map(({ original }) => original);
  const pairs = customersOf(asked);
  const customers = await customersById(tx, [...new Set(pairs.map(({ customerId }) => customerId))]);
  const facts = needs.history ? await factsOfCustomers(tx, pairs) : [];
  const networks = needs.networks ? await verdictsOn(tx, originals.flatMap(subjectsOf)) : [];
  const brands = await brandsOf(tx, cases, needs.elsewhere ? versions : []);
  const rates = await loadRates(tx, wantedRates(cases, versions, brands));
  return {
    versions,
    partners,
    customers,
    facts: groupBy(facts, ({ brandId, customerId }) => keyAt(brandId, customerId)),
    networks: groupBy(networks, ({ brandId, subjectId }) => keyAt(brandId, subjectId)),
    rates,
    brands,
    needs,
    plain:
      [...partners.values()].every(standsAlone) &&
      !needs.customer &&
      !needs.networks &&
      !needs.streams &&
      !needs.milestones &&
      [...customers.values()].every(mayEarn) &&
      rates.length === 0 &&
      !asksOfPartners(versions),
    versionsOf: groupBy(versions, ({ partnerId }) => partnerId),
  };
}

/** The conversion and its customer: verdicts are on either. */
const subjectsOf = ({ brandId, conversionId, customerId }: StoredFact): { brandId: string; subjectId: string }[] =>
  [conversionId, customerId].flatMap((subjectId) => (subjectId === null ? [] : [{ brandId, subjectId }]));

async function brandsOf(tx: Tx, cases: readonly Case[], versions: readonly RatedVersion[]): Promise<Map<string, Brand>> {
  const known = new Map(cases.map(({ brand }) => [brand.brandId, brand]));
  const others = [...new Set(versions.map(({ brandId }) => brandId))].filter((brandId) => !known.has(brandId));
  return others.length === 0 ? known : new Map([...known, ...(await brandsById(tx, others))]);
}

/** Whoever has been excluded must be looked at, whatever the terms ask. */
const mayEarn = (customer: Profiles['customer']): boolean => customer?.excludedFrom == null;

const standsAlone = ({ parents }: PartnerProfile): boolean => parents.length === 0;

const asksOfPartners = (versions: readonly RatedVersion[]): boolean =>
  versions.some(({ terms }) => terms.components.some(({ qualify, alternatives, split }) => qualify?.rule || alternatives?.length || split));

function allNeeds(versions: readonly RatedVersion[]): Needs {
  const each = versions.map(({ terms }) => needsOf(terms));
  const any = (which: keyof Needs): boolean => each.some((needs) => needs[which]);
  return {
    customer: any('customer'),
    history: any('history'),
    qualification: any('qualification'),
    streams: any('streams'),
    milestones: any('milestones'),
    elsewhere: any('elsewhere'),
    networks: any('networks'),
  };
}

function customersOf(originals: readonly StoredFact[]): { brandId: string; customerId: string }[] {
  const pairs = originals.flatMap(({ brandId, customerId }) => (customerId === null ? [] : [{ brandId, customerId }]));
  return [...new Map(pairs.map((pair) => [keyAt(pair.brandId, pair.customerId), pair])).values()];
}

type Brands = World['brands'];

/** The currencies between which amounts of a conversion may have to be exchanged: its own, those of brands and of deals. */
const currenciesOf = ({ original }: Case, versions: readonly RatedVersion[], brands: Brands): string[] =>
  original.currency === null
    ? []
    : [
        ...new Set([
          original.currency,
          ...[...brands.values()].map(({ currency }) => currency),
          ...versions.flatMap(({ terms }) => terms.currency ?? []),
        ]),
      ];

/** The terms' zone may be a day off the brand's: either day's rate may be asked for. */
function daysOf({ original, brand }: Case): string[] {
  const date = bucketOf(original.occurredAt.toISOString(), 'day', brand.timeZone);
  return [-1, 0, 1].map((days) => new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10));
}

function questionsOf(one: Case, versions: readonly RatedVersion[], brands: Brands): WantedRate[] {
  const currencies = currenciesOf(one, versions, brands);
  if (currencies.length < 2) return [];
  const days = daysOf(one);
  return currencies.flatMap((from) => currencies.filter((to) => to !== from).flatMap((to) => days.map((date) => ({ from, to, date }))));
}

function wantedRates(cases: readonly Case[], versions: readonly RatedVersion[], brands: Brands): WantedRate[] {
  const wanted = cases.flatMap((one) => questionsOf(one, versions, brands));
  return [...new Map(wanted.map((one) => [`${one.from} ${one.to} ${one.date}`, one])).values()];
}

/** Only the rates that answer a conversion's questions: its explanation keeps them. */
function ratesOf(one: Case, { rates, versions, brands }: World): FxRate[] {
  if (rates.length === 0) return [];
  const paths = questionsOf(one, versions, brands).flatMap(({ from, to, date }) => rateOn(rates, from, to, date)?.path ?? []);
  return [...new Map(paths.map((rate) => [`${rate.base} ${rate.quote} ${rate.date} ${rate.source}`, rate])).values()];
}

/** What the fold of a conversion is given. */
export function inputOf(
  world: World,
  one: Case,
  refunds: readonly StoredFact[],
  streamed?: Readonly<Record<string, StreamPlace>>,
): FoldInput {
  const { original, brand } = one;
  const conversion = toConversion(original);
  const base = { original: conversion, refunds: refunds.map(toConversion), brandCurrency: brand.currency };
  if (world.plain) return { ...base, versions: world.versionsOf.get(original.partnerId ?? '') ?? [] };
  const circumstances = circumstancesOf(world, one);
  const involved = [original.partnerId ?? '', ...circumstances.uplines.map(({ partnerId }) => partnerId)];
  const versions = involved.flatMap((partnerId) => world.versionsOf.get(partnerId) ?? []);
  const otherBrands = world.needs.elsewhere ? { otherBrands: Object.fromEntries(world.brands) } : {};
  const input: FoldInput = { ...base, versions, timeZone: brand.timeZone, circumstances, ...otherBrands };
  return streamed === undefined ? input : { ...input, streamed };
}

function circumstancesOf(world: World, one: Case): Circumstances {
  const { partners, customers, facts, networks, needs } = world;
  const { original } = one;
  const { customerId, brandId } = original;
  const profiles: Profiles = {
    partners,
    customer: customerId === null ? null : (customers.get(customerId) ?? null),
    facts: customerId === null ? [] : (facts.get(keyAt(brandId, customerId)) ?? []),
    touches: original.touches ?? [],
    rates: ratesOf(one, world),
    networks: subjectsOf(original).flatMap(({ subjectId }) => networks.get(keyAt(brandId, subjectId)) ?? []),
  };
  return circumstancesAt(toConversion(original), profiles, needs.qualification);
}

/**
 * Conversions whose customers have done something else now, where terms go by a customer's history: what the customer did of the same
 * kind later, and the first of each kind, which stands for the customer.
 */
export function dependents(world: World, cases: readonly Case[]): string[] {
  if (!world.needs.history) return [];
  const earliest = new Map<string, Map<string, number>>();
  for (const { original } of cases) {
    if (original.customerId === null) continue;
    const key = keyAt(original.brandId, original.customerId);
    const kinds = earliest.get(key) ?? new Map<string, number>();
    kinds.set(original.kind, Math.min(kinds.get(original.kind) ?? Number.POSITIVE_INFINITY, original.occurredAt.getTime()));
    earliest.set(key, kinds);
  }
  const here = new Set(cases.map(({ original }) => original.conversionId));
  const found = [...earliest].flatMap(([key, kinds]) => {
    const facts = world.facts.get(key) ?? [];
    const later = facts.filter(({ kind, occurredAt }) => Date.parse(occurredAt) >= (kinds.get(kind) ?? Number.POSITIVE_INFINITY));
    return [...later, ...(world.needs.qualification ? firstOfEachKind(facts) : [])];
  });
  return [...new Set(found.map(({ conversionId }) => conversionId))].filter((id) => !here.has(id));
}

function firstOfEachKind(facts: readonly CustomersFact[]): CustomersFact[] {
  const first = new Map<string, CustomersFact>();
  for (const fact of [...facts].sort(inCanonicalOrder)) if (!first.has(fact.kind)) first.set(fact.kind, fact);
  return [...first.values()];
}
