import { instantMs } from '@tributary/calendar';
import type { FxRate } from './fx.js';
import { type NetworkVerdict, networkOf } from './networks.js';
import { inCanonicalOrder, type Placed } from './order.js';
import type { Circumstances, Conversion, CustomerEvent, CustomerThen } from './types.js';

/** From an instant, which is inside, to another, which is not. */
export interface TagSpan {
  tag: string;
  effectiveFrom: string;
  effectiveTo: string | null;
}

/** A value that holds from an instant on. Of several the one recorded last holds, from its own instant on. */
export interface Dated<T> {
  value: T | null;
  effectiveFrom: string;
  recordedAt: string;
}

export interface PartnerProfile {
  partnerId: string;
  tags: readonly TagSpan[];
  tiers: readonly Dated<string>[];
  parents: readonly Dated<string>[];
}

export interface CustomerProfile {
  customerId: string;
  tags: readonly TagSpan[];
  country: string | null;
  verifiedAt: string | null;
  excludedFrom: string | null;
}

/** One event of a customer, of any kind, with what refunds have left of it. */
export interface CustomerFact extends CustomerEvent {
  eventId: string;
}

/** Everything known of everybody concerned, over all time. */
export interface Profiles {
  partners: ReadonlyMap<string, PartnerProfile>;
  customer: CustomerProfile | null;
  /** Events of the conversion's customer at its brand, in any order. */
  facts: readonly CustomerFact[];
  touches: readonly string[];
  rates: readonly FxRate[];
  /** Verdicts on the conversion and on its customer, in any order; left out where no terms refuse networks. */
  networks?: readonly NetworkVerdict[] | undefined;
}

/** Deeper trees than this are cut off. */
const deepest = 50;

export const tagsAt = (spans: readonly TagSpan[], at: string): string[] => {
  const ms = instantMs(at);
  const held = spans.filter(
    ({ effectiveFrom, effectiveTo }) => instantMs(effectiveFrom) <= ms && (effectiveTo === null || ms < instantMs(effectiveTo)),
  );
  return [...new Set(held.map(({ tag }) => tag))].sort();
};

/** What held at an instant; undefined when nothing was ever said of it. */
export function datedAt<T>(values: readonly Dated<T>[], at: string): Dated<T> | undefined {
  const ms = instantMs(at);
  return values
    .filter(({ effectiveFrom }) => instantMs(effectiveFrom) <= ms)
    .reduce<Dated<T> | undefined>((last, one) => (last === undefined || isLater(one, last) ? one : last), undefined);
}

function isLater<T>(a: Dated<T>, b: Dated<T>): boolean {
  const recorded = instantMs(a.recordedAt) - instantMs(b.recordedAt);
  if (recorded !== 0) return recorded > 0;
  const effective = instantMs(a.effectiveFrom) - instantMs(b.effectiveFrom);
  return effective === 0 ? `${a.value}` > `${b.value}` : effective > 0;
}

/** The partners above one at an instant, nearest first; a ring is cut where it closes. */
export function uplinesAt(partnerId: string, partners: Profiles['partners'], at: string): Circumstances['uplines'] {
  const above: { partnerId: string; tier: string | null; since: string }[] = [];
  const met = new Set([partnerId]);
  let below = partners.get(partnerId);
  while (below !== undefined && above.length < deepest) {
    const parent = datedAt(below.parents, at);
    if (parent === undefined || parent.value === null || met.has(parent.value)) break;
    met.add(parent.value);
    below = partners.get(parent.value);
    above.push({ partnerId: parent.value, tier: below ? tierAt(below, at) : null, since: parent.effectiveFrom });
  }
  return above;
}

const tierAt = ({ tiers }: PartnerProfile, at: string): string | null => datedAt(tiers, at)?.value ?? null;

/**
 * What was true of everybody concerned when a conversion occurred: tags and tier of its partner, the partners above, the customer with
 * its place in the customer's history. `withHistory`: also the customer's deposits and turnover, for terms that qualify customers.
 */
export function circumstancesAt(conversion: Conversion, profiles: Profiles, withHistory = false): Circumstances {
  const at = conversion.occurredAt;
  const partner = conversion.partnerId === null ? undefined : profiles.partners.get(conversion.partnerId);
  const network = networkOf(conversion, profiles.networks ?? []);
  return {
    partner: { tags: partner ? tagsAt(partner.tags, at) : [], tier: partner ? tierAt(partner, at) : null },
    uplines: conversion.partnerId === null ? [] : uplinesAt(conversion.partnerId, profiles.partners, at),
    customer: customerThen(conversion, profiles, withHistory),
    touches: profiles.touches,
    rates: profiles.rates,
    ...(network && { network }),
  };
}

function customerThen(conversion: Conversion, { customer, facts }: Profiles, withHistory: boolean): CustomerThen | null {
  const { customerId } = conversion;
  if (!customerId) return null;
  const ordered = inOrder(facts);
  const alike = ordered.filter(({ kind }) => kind === conversion.kind);
  const index = alike.findIndex(({ conversionId }) => conversionId === conversion.conversionId);
  const earlier = index < 0 ? alike.filter((fact) => before(fact, conversion)).length : index;
  return {
    customerId,
    tags: customer ? tagsAt(customer.tags, conversion.occurredAt) : [],
    country: customer?.country ?? null,
    verifiedAt: customer?.verifiedAt ?? null,
    excludedFrom: customer?.excludedFrom ?? null,
    firstAt: earlier === 0 ? conversion.occurredAt : (alike[0]?.occurredAt ?? conversion.occurredAt),
    ordinal: earlier + 1,
    history: withHistory ? ordered.filter(hasMoney).map(toEvent) : [],
  };
}

const hasMoney = ({ kind, turnover }: CustomerFact): boolean => kind === 'deposit' || turnover !== '0';
const toEvent = ({ conversionId, kind, occurredAt, amount, turnover }: CustomerFact): CustomerEvent => ({
  conversionId,
  kind,
  occurredAt,
  amount,
  turnover,
});

const before = (a: Placed, b: Placed): boolean => inCanonicalOrder(a, b) < 0;
const inOrder = (facts: readonly CustomerFact[]): CustomerFact[] => [...facts].sort(inCanonicalOrder);
