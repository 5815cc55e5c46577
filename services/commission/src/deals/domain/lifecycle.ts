import { beginsBeforeTheDeal, counts, type DealRejection, type DealVersionRecord, type RatedVersion } from './deal.js';

/** What can become of a version after it was written. Each happens at most once. */
export type Change = 'proposed' | 'accepted' | 'active' | 'declined';

export interface StatusChange {
  status: Change;
  at: string;
  actorId: string;
  note: string | null;
}

/** Where a version stands. `superseded` is never stored: it follows from the versions after it. */
export type Stage = 'draft' | 'proposed' | 'accepted' | 'declined' | 'active' | 'superseded' | 'ended';

const from: Record<Change, readonly Stage[]> = {
  proposed: ['draft'],
  accepted: ['proposed'],
  active: ['draft', 'accepted'],
  declined: ['draft', 'proposed', 'accepted'],
};

const ms = (iso: string): number => Date.parse(iso);

/** A version as it counts: one activated later has counted, as far as anybody could know, since then. */
export function counted<V extends RatedVersion>(written: V, changes: readonly StatusChange[]): V {
  const activation = changes.find(({ status }) => status === 'active');
  return activation === undefined ? written : { ...written, status: 'active', recordedAt: activation.at };
}

/**
 * The stage of a version at an instant. One that counts is superseded once a later version counts too, or at once when that one leaves
 * it no time at all.
 */
export function stageOf(version: DealVersionRecord, all: readonly RatedVersion[], asOf: string): Stage {
  if (version.status === 'ended') return 'ended';
  if (version.status === 'draft') return waitingStage(version.changes);
  const until = Math.max(ms(asOf), ms(version.effectiveFrom));
  return laterThan(version, all).some(({ effectiveFrom }) => ms(effectiveFrom) <= until) ? 'superseded' : 'active';
}

function waitingStage(changes: readonly StatusChange[]): Stage {
  const done = new Set(changes.map(({ status }) => status));
  if (done.has('declined')) return 'declined';
  if (done.has('accepted')) return 'accepted';
  return done.has('proposed') ? 'proposed' : 'draft';
}

const laterThan = (version: RatedVersion, all: readonly RatedVersion[]): RatedVersion[] =>
  all.filter((other) => counts(other) && other.version > version.version);

/** Who let a version count: who accepted it, else who activated it, else, written as active, its author. Null while nobody has. */
export function approverOf({ status, changes, authorId }: DealVersionRecord): string | null {
  const by = (change: Change) => changes.find((one) => one.status === change)?.actorId;
  return by('accepted') ?? by('active') ?? (status === 'draft' ? null : authorId);
}

/** When what became of a version. What was written as active or ended has counted since. */
export function datesOf({ status, changes, writtenAt }: DealVersionRecord) {
  const when = (change: Change): string | null => changes.find((one) => one.status === change)?.at ?? null;
  return {
    proposedAt: when('proposed'),
    acceptedAt: when('accepted'),
    declinedAt: when('declined'),
    activatedAt: when('active') ?? (status === 'draft' ? null : writtenAt),
  };
}

/**
 * What one change makes of a version of a deal, or why it cannot be. Nobody accepts what he wrote; what would never be in force, because
 * a later version counts from before it, is not activated.
 */
export function decideChange(
  versions: readonly DealVersionRecord[],
  version: DealVersionRecord,
  change: StatusChange,
): { accepted: true; value: DealVersionRecord } | { accepted: false; reason: DealRejection } {
  const refused = (reason: DealRejection) => ({ accepted: false as const, reason });
  if (!from[change.status].includes(stageOf(version, versions, version.effectiveFrom))) return refused('deal-version-state-forbids');
  if (change.status === 'accepted' && change.actorId === version.authorId) return refused('four-eyes');
  if (change.status === 'active') {
    const { effectiveFrom } = version;
    if (laterThan(version, versions).some((later) => ms(later.effectiveFrom) <= ms(effectiveFrom)))
      return refused('deal-version-superseded');
    if (beginsBeforeTheDeal(versions, effectiveFrom)) return refused('effective-date-before-start');
  }
  const changes = [...version.changes, change];
  return { accepted: true, value: { ...counted(version, changes), changes } };
}
