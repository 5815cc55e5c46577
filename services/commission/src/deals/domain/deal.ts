import type { DealStatus, Terms } from '@tributary/engine';
import { groupBy } from '../../shared/domain/group-by.js';
import type { StatusChange } from './lifecycle.js';

/** A version of a deal as rating sees it: the engine's `DealVersion` and who wrote it why. Instants are ISO strings. */
export interface RatedVersion {
  dealId: string;
  version: number;
  partnerId: string;
  brandId: string;
  programId: string;
  /** Whether it counts: `draft` does not (also proposed, accepted, declined), `active` and `ended` do. */
  status: DealStatus;
  effectiveFrom: string;
  /** Since when it is known that it counts; of a draft, when it was written. */
  recordedAt: string;
  terms: Terms;
  reason: string | null;
  authorId: string;
  /** SHA-256 of the canonical terms document. */
  documentHash: string;
}

/** The same with its whole story. */
export interface DealVersionRecord extends RatedVersion {
  writtenAt: string;
  /** What its terms were made from. A deal stays with its template, also when it is amended by hand. */
  templateId: string | null;
  templateVersion: number | null;
  /** The bulk amendment that wrote it. */
  batchId: string | null;
  /** What became of it after it was written, first to last. */
  changes: readonly StatusChange[];
}

export type Decision<T> = { accepted: true; value: T } | { accepted: false; reason: DealRejection };
export type DealRejection =
  | 'deal-already-ended'
  | 'effective-date-before-start'
  | 'deal-overlaps'
  | 'deal-version-state-forbids'
  | 'deal-version-superseded'
  | 'four-eyes';

/** How a version is written. A proposed one is a draft with its first change. */
export type WrittenAs = DealStatus | 'proposed';

export interface Amendment {
  effectiveFrom: string;
  terms: Terms;
  reason: string;
  status?: WrittenAs | undefined;
}

/** What a version carries of its writing. */
export type Stamp = Pick<DealVersionRecord, 'authorId' | 'recordedAt' | 'documentHash'>;

const at = (iso: string): number => Date.parse(iso);

/** Whether terms of this status are ever in force. */
export const counts = ({ status }: Pick<RatedVersion, 'status'>): boolean => status !== 'draft';

/** What a version says, without how and by whom it is written. */
export type VersionFields = Omit<DealVersionRecord, 'status' | 'changes' | 'writtenAt' | keyof Stamp>;

/** A version as it is written: nothing has become of it yet, but that it may be proposed at once. */
export function newVersion(fields: VersionFields, as: WrittenAs, { recordedAt, authorId, documentHash }: Stamp): DealVersionRecord {
  const proposed: StatusChange = { status: 'proposed', at: recordedAt, actorId: authorId, note: null };
  return {
    ...fields,
    status: as === 'proposed' ? 'draft' : as,
    recordedAt,
    writtenAt: recordedAt,
    authorId,
    documentHash,
    changes: as === 'proposed' ? [proposed] : [],
  };
}

/**
 * The version that supersedes the latest one. A deal that has ended stays so. No version begins before the deal itself did, so that
 * nobody is paid for a time before there was a deal; a draft has not begun, its first activation may lie anywhere.
 */
export function decideAmendment(versions: readonly DealVersionRecord[], amendment: Amendment, stamp: Stamp): Decision<DealVersionRecord> {
  const latest = latestOf(versions);
  if (versions.some(({ status }) => status === 'ended')) return { accepted: false, reason: 'deal-already-ended' };
  if (beginsBeforeTheDeal(versions, amendment.effectiveFrom)) return { accepted: false, reason: 'effective-date-before-start' };
  const { effectiveFrom, terms, reason, status = 'active' } = amendment;
  const fields = { ...identityOf(latest), version: latest.version + 1, effectiveFrom, terms, reason, batchId: null };
  return { accepted: true, value: newVersion(fields, status, stamp) };
}

/** What every version of a deal has in common. */
export const identityOf = ({ dealId, partnerId, brandId, programId, templateId, templateVersion }: DealVersionRecord) => ({
  dealId,
  partnerId,
  brandId,
  programId,
  templateId,
  templateVersion,
});

/** Whether an instant lies before everything of the deal that counts. */
export function beginsBeforeTheDeal(versions: readonly RatedVersion[], effectiveFrom: string): boolean {
  const starts = versions.filter(counts).map((version) => at(version.effectiveFrom));
  return starts.length > 0 && at(effectiveFrom) < Math.min(...starts);
}

export function latestOf<V extends Pick<RatedVersion, 'version'>>(versions: readonly V[]): V {
  const [first, ...others] = versions;
  if (first === undefined) throw new Error('a deal has at least one version');
  return others.reduce((latest, version) => (version.version > latest.version ? version : latest), first);
}

/**
 * Whether a deal that begins at `effectiveFrom` stands in the way of another deal of the same partner, brand and programme: at most one
 * may be in force at a time. A draft stands in nobody's way; a deal that ended leaves room from its end on.
 */
export function overlaps(others: readonly RatedVersion[], effectiveFrom: string): boolean {
  const byDeal = groupBy(others.filter(counts), ({ dealId }) => dealId);
  return [...byDeal.values()].some((versions) => {
    const latest = latestOf(versions);
    return latest.status === 'active' || at(latest.effectiveFrom) > at(effectiveFrom);
  });
}

/** Versions of deals that are for the same licence: deals for different ones never rate the same event. */
export const sameLicence = <V extends Pick<RatedVersion, 'terms'>>(versions: readonly V[], { licence }: Terms): V[] =>
  versions.filter(({ terms }) => terms.licence === licence);
