import { instantMs } from '@tributary/calendar';
import type { Conversion, DealVersion } from './types.js';

/**
 * The version of one deal in force at `asOf`, as known at `knownAt` (default: all that is recorded). The latest
 * recorded version wins from its own `effectiveFrom` on, also over versions that would begin later but were recorded
 * before it. Drafts never count. An `ended` version is returned: the deal was in force and pays nothing.
 */
export function versionInForce(versions: readonly DealVersion[], asOf: string, knownAt?: string): DealVersion | undefined {
  const at = instantMs(asOf);
  const isKnown = knownAt === undefined ? () => true : ({ recordedAt }: DealVersion) => instantMs(recordedAt) <= instantMs(knownAt);
  return versions
    .filter((version) => version.status !== 'draft' && instantMs(version.effectiveFrom) <= at && isKnown(version))
    .reduce<DealVersion | undefined>(
      (latest, version) => (latest === undefined || version.version > latest.version ? version : latest),
      undefined,
    );
}

export type DealChoice = { deal: DealVersion } | { deal: null; reason: 'no-deal-in-force' | 'deal-ended' };

/**
 * The one deal version that a conversion is rated by: of its partner, brand and programme, in force when it occurred.
 * A deal for the event's licence goes before one for any, one for the programme before one for the whole brand; then the
 * one effective most recently; then, so that every run chooses alike, the greater deal id. Where its terms let existing
 * customers keep theirs, a customer whose first event (`customerSince`) was before it is rated by the version of then.
 */
export function dealFor(conversion: Conversion, versions: readonly DealVersion[], customerSince: string | null = null): DealChoice {
  const byDeal = new Map<string, DealVersion[]>();
  for (const version of versions.filter((one) => covers(one, conversion))) {
    byDeal.set(version.dealId, [...(byDeal.get(version.dealId) ?? []), version]);
  }
  // Only then the licence: a version for another one has taken the place of those before it all the same.
  const inForce = [...byDeal.values()]
    .flatMap((ofOneDeal) => versionInForce(ofOneDeal, conversion.occurredAt) ?? [])
    .filter((version) => isForLicence(version, conversion));
  const [deal] = inForce.filter(({ status }) => status === 'active').sort(bySpecificity);
  if (deal) return { deal: kept(deal, byDeal.get(deal.dealId) ?? [], conversion, customerSince) };
  return { deal: null, reason: inForce.length > 0 ? 'deal-ended' : 'no-deal-in-force' };
}

/** The version that an existing customer keeps: the one in force when the customer first came, else the one of now. */
function kept(deal: DealVersion, versions: readonly DealVersion[], conversion: Conversion, customerSince: string | null): DealVersion {
  if (deal.terms.existingCustomers !== 'keep-their-terms' || customerSince === null) return deal;
  if (instantMs(customerSince) >= instantMs(deal.effectiveFrom)) return deal;
  const then = versionInForce(versions, customerSince);
  return then?.status === 'active' && isForLicence(then, conversion) ? then : deal;
}

const covers = (deal: DealVersion, conversion: Conversion): boolean =>
  deal.partnerId === conversion.partnerId &&
  deal.brandId === conversion.brandId &&
  (deal.programId === null || deal.programId === conversion.programId);

const isForLicence = ({ terms: { licence } }: DealVersion, { details }: Conversion): boolean =>
  licence === undefined || licence === details?.licence;

function bySpecificity(a: DealVersion, b: DealVersion): number {
  const [licenceA, licenceB] = [a.terms.licence === undefined, b.terms.licence === undefined];
  if (licenceA !== licenceB) return licenceA ? 1 : -1;
  if ((a.programId === null) !== (b.programId === null)) return a.programId === null ? 1 : -1;
  const later = instantMs(b.effectiveFrom) - instantMs(a.effectiveFrom);
  if (later !== 0) return later;
  return a.dealId < b.dealId ? 1 : -1;
}
