import { type StreamRecord, type StreamTerms, type Terms, withDefaults } from '@tributary/engine';
import { groupBy } from '../shared/domain/group-by.js';

/** The terms of records, and those of every version that may have rated another record of their streams. */
export interface TermsOfStreams {
  of: (record: StreamRecord) => StreamTerms;
  every: (record: StreamRecord) => readonly StreamTerms[];
}

interface Version {
  dealId: string;
  version: number;
  brandId: string;
  terms: Terms;
}

/** The terms by which records are rated: those of the deal version that each names. */
export function termsOfStreams(versions: readonly Version[], zoneOfBrand: (brandId: string) => string): TermsOfStreams {
  const byKey = new Map(versions.map((one) => [`${one.dealId} ${one.version}`, one]));
  const byDeal = groupBy([...byKey.values()], ({ dealId }) => dealId);
  const termsIn = ({ terms, brandId }: Version, name: string): StreamTerms | undefined => {
    const complete = withDefaults(terms);
    const component = complete.components.find((one) => one.name === name);
    return component && { component, timeZone: complete.timeZone ?? zoneOfBrand(brandId) };
  };
  return {
    of: ({ dealId, dealVersion, component: name }) => {
      const version = byKey.get(`${dealId} ${dealVersion}`);
      if (version === undefined) throw new Error(`version ${dealVersion} of deal ${dealId} is not loaded`);
      const found = termsIn(version, name);
      if (found === undefined) throw new Error(`version ${dealVersion} of deal ${dealId} has no component ${name}`);
      return found;
    },
    // A name may have been a scale's in one version and a milestone's in another: those are streams of their own.
    every: ({ dealId, component: name, earned }) =>
      (byDeal.get(dealId) ?? [])
        .flatMap((version) => termsIn(version, name) ?? [])
        .filter(({ component: { downline } }) => (downline?.milestone === undefined) === (earned === undefined)),
  };
}
