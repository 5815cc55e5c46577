import type { DealStatus, Terms } from '@tributary/engine';
import { groupBy } from '../../shared/domain/group-by.js';

/** A version of a deal as recorded; the engine's `DealVersion` and who wrote it why. Instants are ISO strings. */
export interface DealVersionRecord {
  dealId: string;
  version: number;
  partnerId: string;
  brandId: string;
  programId: string;
  status: DealStatus;
  effectiveFrom: string;
  recordedAt: string;
  terms: Terms;
  reason: string | null;
  authorId: string;
  /** SHA-256 of the canonical terms document. */
  documentHash: string;
}

export type Decision<T> = { accepted: true; value: T } | { accepted: false; reason: DealRejection };
export type DealRejection = 'deal-already-ended' | 'effective-date-before-start' | 'deal-overlaps';

export interface Amendment {
  effectiveFrom: string;
  terms: Terms;
  reason: string;
  status?: 'active' | 'ended' | undefined;
}

const at = (iso: string): number => Date.parse(iso);

/**
 * The version that supersedes the latest one. A deal that has ended stays so. No version begins before the deal itself did, so that
 * nobody is paid for a time before there was a deal; a draft has not begun, its first activation may lie anywhere.
 */
export function decideAmendment(
  versions: readonly DealVersionRecord[],
  amendment: Amendment,
  stamp: Pick<DealVersionRecord, 'authorId' | 'recordedAt' | 'documentHash'>,
): Decision<DealVersionRecord> {
  const latest = latestOf(versions);
  if (latest.status === 'ended') return { accepted: false, reason: 'deal-already-ended' };
  const starts = versions.filter(({ status }) => status !== 'draft').map(({ effectiveFrom }) => at(effectiveFrom));
  if (starts.length > 0 && at(amendment.effectiveFrom) < Math.min(...starts))
    return { accepted: false, reason: 'effective-date-before-start' };
  const { dealId, partnerId, brandId, programId } = latest;
  const { effectiveFrom, terms, reason, status = 'active' } = amendment;
  return {
    accepted: true,
    value: { dealId, version: latest.version + 1, partnerId, brandId, programId, status, effectiveFrom, terms, reason, ...stamp },
  };
}

export function latestOf(versions: readonly DealVersionRecord[]): DealVersionRecord {
  const [first, ...others] = versions;
  if (first === undefined) throw new Error('a deal has at least one version');
  return others.reduce((latest, version) => (version.version > latest.version ? version : latest), first);
}

/**
 * Whether a deal that begins at `effectiveFrom` stands in the way of another deal of the same partner, brand and programme: at most one
 * may be in force at a time. A draft stands in nobody's way; a deal that ended leaves room from its end on.
 */
export function overlaps(others: readonly DealVersionRecord[], effectiveFrom: string): boolean {
  const byDeal = groupBy(others, ({ dealId }) => dealId);
  return [...byDeal.values()].some((versions) => {
    const latest = latestOf(versions);
    if (latest.status === 'ended') return at(latest.effectiveFrom) > at(effectiveFrom);
    return latest.status === 'active';
  });
}
