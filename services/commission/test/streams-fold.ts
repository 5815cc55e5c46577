import type { ConversionData } from '@tributary/contracts';
import {
  type Conversion,
  circumstancesAt,
  type DealVersion,
  type FoldInput,
  type FoldResult,
  type FxRate,
  foldConversion,
  foldStream,
  isRefundKind,
  type Profiles,
  type RunningScope,
  runningEntitlement,
  type StreamPlace,
  type StreamRecord,
  type StreamTerms,
  withDefaults,
} from '@tributary/engine';
import { add, parseFraction, toFraction } from '@tributary/money';
import { groupBy } from '../src/shared/domain/group-by.js';
import type { Facts, Places } from './streams-story.js';

/** Everything that is known in the end. */
export interface Known extends Facts {
  places: Places;
  versions: readonly DealVersion[];
  rates: readonly FxRate[];
}

/**
 * What each scope is entitled to: every conversion folded from the beginning, every stream as a whole; first those that go by events, then
 * those that go by what others earn.
 */
export function netsOf(known: Known): Record<string, bigint> {
  const originals = known.conversions.filter(({ kind }) => !isRefundKind(kind));
  const inputs = originals.map((one) => inputOf(known, one));
  const places: Record<string, StreamPlace> = {};
  for (const byEarnings of [false, true]) {
    const records = inputs.flatMap((input) => foldConversion({ ...input, streamed: places }).records);
    const wanted = records.filter(({ earned }) => (earned !== undefined) === byEarnings);
    for (const stream of groupBy(wanted, ({ stream: key }) => key).values()) {
      for (const { record, place } of foldStream(stream, (one) => termsOf(known, one)).lines)
        if (record.scope !== null) places[record.scope] = place;
    }
  }
  return sumUp(inputs.map((input) => foldConversion({ ...input, streamed: places })));
}

function sumUp(results: readonly FoldResult[]): Record<string, bigint> {
  const nets: Record<string, bigint> = {};
  const running = new Map<string, RunningScope>();
  for (const scope of results.flatMap(({ scopes }) => scopes)) {
    if (scope.type === 'conversion') nets[scope.scope] = scope.entitlement;
    else {
      const sum = add(parseFraction(running.get(scope.scope)?.exact ?? '0'), parseFraction(scope.exact));
      running.set(scope.scope, { ...scope, exact: toFraction(sum) });
    }
  }
  for (const { scope, exact, rounding } of running.values()) nets[scope] = runningEntitlement({ sum: exact, rounding });
  return Object.fromEntries(Object.entries(nets).filter(([, net]) => net !== 0n));
}

function termsOf({ versions, places }: Known, { dealId, dealVersion, component: name }: StreamRecord): StreamTerms {
  const version = versions.find((one) => one.dealId === dealId && one.version === dealVersion);
  const terms = version && withDefaults(version.terms);
  const component = terms?.components.find((one) => one.name === name);
  const brand = places.brands.find(({ brandId }) => brandId === version?.brandId);
  if (!terms || !component || !brand) throw new Error(`no terms for ${name} in version ${dealVersion} of ${dealId}`);
  return { component, timeZone: terms.timeZone ?? brand.timeZone };
}

function inputOf(known: Known, original: ConversionData): FoldInput {
  const brand = known.places.brands.find(({ brandId }) => brandId === original.brandId);
  const conversion = toConversion(original);
  return {
    original: conversion,
    refunds: refundsOf(known, original.conversionId).map(toConversion),
    versions: known.versions,
    brandCurrency: brand?.currency,
    timeZone: brand?.timeZone,
    otherBrands: Object.fromEntries(known.places.brands.map((one) => [one.brandId, one])),
    circumstances: circumstancesAt(conversion, profilesOf(known, original), true),
  };
}

const refundsOf = ({ conversions }: Known, conversionId: string): ConversionData[] =>
  conversions.filter(({ originalConversionId }) => originalConversionId === conversionId);

const toConversion = ({ amount, ...rest }: ConversionData): Conversion =>
  ({ ...rest, amount: amount === null ? null : BigInt(amount) }) as Conversion;

function profilesOf(known: Known, { customerId, brandId }: ConversionData): Profiles {
  const customer = customerId === null ? undefined : known.customers.get(customerId);
  const theirs = known.conversions.filter(
    (one) => customerId !== null && one.customerId === customerId && one.brandId === brandId && !isRefundKind(one.kind),
  );
  return {
    partners: new Map(
      [...known.partners.values()].map(({ partnerId, tags, tiers = [], parents = [] }) => [
        partnerId,
        {
          partnerId,
          tags,
          tiers: tiers.map(({ tier, ...span }) => ({ value: tier, ...span })),
          parents: parents.map(({ parentId, ...span }) => ({ value: parentId, ...span })),
        },
      ]),
    ),
    customer: customer
      ? {
          customerId: customer.customerId,
          tags: customer.tags,
          country: customer.country,
          verifiedAt: customer.kycVerifiedAt,
          excludedFrom: customer.excludedFrom,
        }
      : null,
    facts: theirs.map((one) => ({ ...one, amount: `${leftOf(known, one)}`, turnover: `${one.details?.turnover ?? 0}` })),
    touches: [],
    rates: known.rates,
  };
}

function leftOf(known: Known, { conversionId, amount }: ConversionData): number {
  const back = refundsOf(known, conversionId).reduce((sum, refund) => sum + (refund.amount ?? amount ?? 0), 0);
  return Math.max((amount ?? 0) - back, 0);
}
