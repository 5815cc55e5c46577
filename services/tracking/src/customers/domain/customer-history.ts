import type { Assignment } from '../../conversions/domain/assignment.js';

/** One thing recorded of a customer. What is recorded later (has the greater number) holds. */
export interface Change {
  number: number;
  change: 'tag-set' | 'tag-ended' | 'key-added' | 'verified' | 'excluded' | 'reassigned';
  /** The tag, the kind of verification or the partner. */
  value: string | null;
  programId: string | null;
  effectiveFrom: Date;
  reason: string | null;
  recordedAt: Date;
  recordedBy: string;
}

/** A tag over time, half open. */
export interface TagSpan {
  tag: string;
  effectiveFrom: Date;
  effectiveTo: Date | null;
  /** When it was last said when it begins or ends. */
  recordedAt: Date;
}

const covers = (span: TagSpan, at: Date): boolean => span.effectiveFrom <= at && (span.effectiveTo === null || at < span.effectiveTo);

/** Whether the customer carries the tag at an instant. */
export const carries = (spans: readonly TagSpan[], tag: string, at: Date): boolean =>
  spans.some((span) => span.tag === tag && covers(span, at));

const holdsAfter = (span: TagSpan, at: Date): boolean => span.effectiveTo === null || span.effectiveTo > at;

/** Whether the customer carries the tag at an instant or will later: then it can be ended. */
export const carriesFrom = (spans: readonly TagSpan[], tag: string, at: Date): boolean =>
  spans.some((span) => span.tag === tag && holdsAfter(span, at));

/**
 * The tags over time that the changes, in order, come to. A tag set before one that begins later reaches up to it; one that ends does so
 * for good, whatever spans were recorded before.
 */
export function tagSpans(changes: readonly Change[]): TagSpan[] {
  let spans: TagSpan[] = [];
  for (const { change, value: tag, effectiveFrom: from, recordedAt } of changes) {
    if (tag === null || (change !== 'tag-set' && change !== 'tag-ended')) continue;
    if (change === 'tag-set' && !carries(spans, tag, from)) {
      const later = spans.filter((span) => span.tag === tag && span.effectiveFrom > from).map((span) => span.effectiveFrom);
      spans.push({ tag, effectiveFrom: from, effectiveTo: earliest(later), recordedAt });
    } else if (change === 'tag-ended') {
      spans = spans
        .map((span) => (span.tag === tag && holdsAfter(span, from) ? { ...span, effectiveTo: from, recordedAt } : span))
        .filter((span) => span.effectiveTo === null || span.effectiveFrom < span.effectiveTo);
    }
  }
  return spans;
}

const earliest = (instants: readonly Date[]): Date | null =>
  instants.reduce<Date | null>((first, at) => (first === null || at < first ? at : first), null);

/** What the changes come to, as other services are told of it. */
export function standingOf(changes: readonly Change[]) {
  const times = (change: Change['change']) => changes.filter((one) => one.change === change).map((one) => one.effectiveFrom);
  return {
    tags: tagSpans(changes),
    kycVerifiedAt: earliest(times('verified')),
    excludedFrom: earliest(times('excluded')),
  };
}

/** The reassignments among the changes, in the order of recording. */
export const reassignmentsIn = (changes: readonly Change[]): (Assignment & { recordedAt: Date; reason: string })[] =>
  changes.flatMap(({ change, value, programId, effectiveFrom, recordedAt, reason }) =>
    change === 'reassigned' && value !== null && programId !== null
      ? [{ partnerId: value, programId, effectiveFrom, recordedAt, reason: reason ?? '' }]
      : [],
  );
