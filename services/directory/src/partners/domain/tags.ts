import type { Decision } from '../../shared/domain/decision.js';
import type { PartnerChange } from './changes.js';

/** A tag over time: half open, `[effectiveFrom, effectiveTo)`. */
export interface TagSpan {
  tag: string;
  effectiveFrom: Date;
  effectiveTo: Date | null;
  /** When its beginning was recorded, or its end when it has one that was. */
  recordedAt: Date;
}

/** Whether the span covers the instant. */
export function covers(span: TagSpan, at: Date): boolean {
  return span.effectiveFrom <= at && (span.effectiveTo === null || at < span.effectiveTo);
}

/** The tags in force at an instant, sorted. */
export function tagsAt(spans: readonly TagSpan[], at: Date): string[] {
  return [...new Set(spans.filter((span) => covers(span, at)).map((span) => span.tag))].sort();
}

/** Sets a tag from an instant on. A span that covers it already is left as it is; before one that begins later it reaches up to that. */
export function setTag(spans: readonly TagSpan[], tag: string, from: Date, recordedAt: Date): TagSpan {
  const covering = spans.find((span) => span.tag === tag && covers(span, from));
  if (covering) return covering;
  const next = spans.filter((span) => span.tag === tag && span.effectiveFrom > from).sort(byStart)[0];
  return { tag, effectiveFrom: from, effectiveTo: next?.effectiveFrom ?? null, recordedAt };
}

/**
 * Ends a tag from an instant on: whatever was recorded before, it holds neither then nor later. Answers the span that ends there; where
 * the tag would only have begun later, one that holds at no instant.
 */
export function endTag(spans: readonly TagSpan[], tag: string, from: Date, recordedAt: Date): Decision<TagSpan> {
  const covering = spans.find((span) => span.tag === tag && covers(span, from));
  if (covering) return { accepted: { ...covering, effectiveTo: from, recordedAt } };
  if (!spans.some((span) => span.tag === tag && holdsAfter(span, from))) return { rejected: 'tag-not-set', pointer: '/tag' };
  return { accepted: { tag, effectiveFrom: from, effectiveTo: from, recordedAt } };
}

const holdsAfter = (span: TagSpan, at: Date): boolean => span.effectiveTo === null || span.effectiveTo > at;

/** The tags over time that changes, in the order of recording, come to. Spans that hold at no instant are left out. */
export function tagSpans(changes: readonly PartnerChange[]): TagSpan[] {
  let spans: TagSpan[] = [];
  for (const { change, value: tag, effectiveFrom, recordedAt } of changes) {
    if (tag === null || (change !== 'tag-set' && change !== 'tag-ended')) continue;
    if (change === 'tag-set') {
      const span = setTag(spans, tag, effectiveFrom, recordedAt);
      if (!spans.includes(span)) spans.push(span);
    } else {
      spans = spans
        .map((span) => (span.tag === tag && holdsAfter(span, effectiveFrom) ? { ...span, effectiveTo: effectiveFrom, recordedAt } : span))
        .filter((span) => span.effectiveTo === null || span.effectiveFrom < span.effectiveTo);
    }
  }
  return spans;
}

const byStart = (a: TagSpan, b: TagSpan) => a.effectiveFrom.getTime() - b.effectiveFrom.getTime();
