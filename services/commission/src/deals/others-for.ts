import type { DealTerms } from '@tributary/contracts';
import { type Terms, uplinesAt, versionInForce } from '@tributary/engine';
import type { Tx } from '@tributary/messaging';
import { partnersWithUplines } from '../profiles/partner-store.js';
import { groupBy } from '../shared/domain/group-by.js';
import type { OtherTerms } from './accept-terms.js';
import { latestVersions, versionsFor } from './deal-store.js';

const mostDeals = 10_000;

/** A deal's place, as far as the margin guard is concerned. */
export interface Place {
  brandId: string;
  /** Whose uplines earn of it too; undefined before anybody has it. */
  partnerId?: string | undefined;
  exceptDealId?: string | undefined;
}

/**
 * What else is paid of the same events: by the brand's other deals (the newest ones of very many) where the given terms pay for what
 * partners below bring, and by the deals of the partners above.
 */
export async function othersFor(tx: Tx, { brandId, partnerId, exceptDealId }: Place, terms: DealTerms, now: Date): Promise<OtherTerms> {
  const latest = paysForOthers(terms) ? await latestVersions(tx, { brandId, limit: mostDeals }) : [];
  const active = latest.filter(({ status, dealId }) => status === 'active' && dealId !== exceptDealId).map((deal) => deal.terms);
  const brandTerms = distinct(active);
  if (partnerId === undefined) return { brandTerms, uplineTerms: [] };
  const above = await termsAbove(tx, brandId, [partnerId], now.toISOString());
  return { brandTerms, uplineTerms: above(partnerId) };
}

const paysForOthers = ({ components }: Pick<Terms, 'components'> | DealTerms): boolean =>
  components.some(({ downline }) => downline !== undefined);

/** Most deals of a brand say the same: once is enough. */
const distinct = (all: readonly Terms[]): Terms[] => [...new Map(all.map((terms) => [JSON.stringify(terms), terms])).values()];

/** The same for many deals of a brand that are amended at once: of those the terms that they are to have. */
export async function othersForAll(
  tx: Tx,
  brandId: string,
  amended: readonly { dealId: string; partnerId: string; terms: Terms }[],
  now: Date,
): Promise<(partnerId: string) => Required<OtherTerms>> {
  const next = new Map(amended.map(({ dealId, terms }) => [dealId, terms]));
  const partnerIds = amended.map(({ partnerId }) => partnerId);
  const above = await termsAbove(tx, brandId, partnerIds, now.toISOString(), next);
  const latest = amended.some(({ terms }) => paysForOthers(terms)) ? await latestVersions(tx, { brandId, limit: mostDeals }) : [];
  const active = latest.filter(({ status }) => status === 'active').map(({ dealId, terms }) => next.get(dealId) ?? terms);
  const brandTerms = distinct(active);
  return (partnerId) => ({ brandTerms, uplineTerms: above(partnerId) });
}

/** Terms of the partners who stand above one now, nearest first. */
async function termsAbove(
  tx: Tx,
  brandId: string,
  partnerIds: readonly string[],
  at: string,
  amended: ReadonlyMap<string, Terms> = new Map(),
): Promise<(partnerId: string) => Terms[]> {
  const profiles = await partnersWithUplines(tx, partnerIds);
  const uplines = new Map(partnerIds.map((partnerId) => [partnerId, uplinesAt(partnerId, profiles, at).map((one) => one.partnerId)]));
  const wanted = [...new Set([...uplines.values()].flat())];
  const versions = wanted.length === 0 ? [] : await versionsFor(tx, wanted, []);
  const ofPartner = groupBy(
    versions.filter((version) => version.brandId === brandId),
    (version) => version.partnerId,
  );
  const termsOf = (partnerId: string): Terms[] =>
    [...groupBy(ofPartner.get(partnerId) ?? [], ({ dealId }) => dealId).values()].flatMap((ofOne) => {
      const version = versionInForce(ofOne, at);
      return version?.status === 'active' ? [amended.get(version.dealId) ?? version.terms] : [];
    });
  return (partnerId) => (uplines.get(partnerId) ?? []).flatMap(termsOf);
}
