import {
  type Circumstances,
  type Conversion,
  type DealVersion,
  type FoldInput,
  type StreamRecord,
  type StreamTerms,
  type Terms,
  withDefaults,
} from '@tributary/engine';
import { amendedFrom, conversionOf, dealKind, isAmended, type Place, type Size, type Told, termsOf, toldAs } from './story.js';

const start = '2026-01-01T00:00:00.000Z';

export const everyDeal = ({ partners }: Size): [number, number][] =>
  Array.from({ length: partners * 2 }, (_, index) => [index >> 1, index % 2]);

export const dealIdOf = (partner: number, brand: number): string => `deal-${partner}-${brand}`;

/** What stands around the facts of a story: deals, and who stands above whom. */
export function settingOf(size: Size) {
  const place: Place = {
    brandIds: ['brand-0', 'brand-1'],
    programIds: ['program-0', 'program-1'],
    partnerIds: Array.from({ length: size.partners }, (_, index) => `partner-${index}`),
  };
  const versions = new Map(everyDeal(size).map(([partner, brand]) => [dealIdOf(partner, brand), versionsOf(place, partner, brand)]));
  const around = new Map(everyDeal(size).map(([partner, brand]) => [dealIdOf(partner, brand), aroundOf(place, versions, partner, brand)]));
  const terms = new Map(
    [...versions.values()]
      .flat()
      .flatMap((version) =>
        withDefaults(version.terms).components.map((component): [string, StreamTerms] => [
          `${version.dealId} ${version.version} ${component.name}`,
          { component, timeZone: 'UTC' },
        ]),
      ),
  );
  const termsOfRecord = ({ dealId, dealVersion, component }: StreamRecord): StreamTerms =>
    there(terms.get(`${dealId} ${dealVersion} ${component}`));
  return {
    place,
    versions: (partner: number, brand: number): readonly DealVersion[] => there(versions.get(dealIdOf(partner, brand))),
    termsOfRecord,
    isRetroactive: (record: StreamRecord): boolean => termsOfRecord(record).component.tiers?.retroactive === 'all',
    /** A fact with what takes it back: the one after it, where that does. */
    inputOf(told: Told): FoldInput {
      const next = told.no + 1 < size.events ? toldAs(told.no + 1, size) : null;
      const refunds = next?.of === told.no ? [factOf(next, place)] : [];
      return { original: factOf(told, place), refunds, ...there(around.get(dealIdOf(told.partner, told.brand))) };
    },
  };
}
export type Setting = ReturnType<typeof settingOf>;

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the story has no such deal');
  return value;
}

function factOf(told: Told, place: Place): Conversion {
  const { amount, details, ...fact } = conversionOf(told, place);
  return { ...fact, amount: amount === null ? null : BigInt(amount), details: (details ?? null) as Conversion['details'] };
}

function versionsOf({ partnerIds, brandIds }: Place, partner: number, brand: number): DealVersion[] {
  const kind = dealKind(partner, brand);
  return [1, ...(isAmended(partner, brand) ? [2] : [])].map((version) => ({
    dealId: dealIdOf(partner, brand),
    version,
    partnerId: partnerIds[partner] ?? '',
    brandId: brandIds[brand] ?? '',
    programId: null,
    effectiveFrom: version === 1 ? start : amendedFrom(kind),
    recordedAt: start,
    terms: termsOf(kind, partner, version) as Terms,
    status: 'active',
  }));
}

function aroundOf({ partnerIds }: Place, versions: ReadonlyMap<string, DealVersion[]>, partner: number, brand: number) {
  const above = Array.from({ length: partner % 3 }, (_, index) => partner - 1 - index);
  const uplines = above.map((one) => ({ partnerId: partnerIds[one] ?? '', tier: null, since: start }));
  const circumstances: Circumstances = { partner: { tags: [], tier: null }, uplines, customer: null, touches: [], rates: [] };
  const involved = [partner, ...above].flatMap((one) => versions.get(dealIdOf(one, brand)) ?? []);
  return { versions: involved, circumstances, brandCurrency: 'EUR', timeZone: 'UTC' };
}
