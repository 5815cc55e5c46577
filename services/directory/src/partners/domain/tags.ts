import type { Decision } from '../../shared/domain/decision.js';

/** A tag over time: half open, `[effectiveFrom, effectiveTo)`. */
export interface TagSpan {
  tag: string;
  effectiveFrom: Date;
  effectiveTo: Date | null;
}

/** Whether the span covers the instant. */
export function covers(span: TagSpan, at: Date): boolean {
  return span.effectiveFrom <= at && (span.effectiveTo === null || at < span.effectiveTo);
}

/** The tags in force at an instant, sorted. */
export function tagsAt(spans: readonly TagSpan[], at: Date): string[] {
  return [...new Set(spans.filter((span) => covers(span, at)).map((span) => span.tag))].sort();
}

/** Sets a tag from an instant on. A span that covers it already is left as it is; one that begins later is drawn forward. */
export function setTag(spans: readonly TagSpan[], tag: string, from: Date): TagSpan {
  const covering = spans.find((span) => span.tag === tag && covers(span, from));
  if (covering) return covering;
  const next = spans.filter((span) => span.tag === tag && span.effectiveFrom > from).sort(byStart)[0];
  return { tag, effectiveFrom: from, effectiveTo: next?.effectiveFrom ?? null };
}

/** Ends a tag from an instant on. */
export function endTag(spans: readonly TagSpan[], tag: string, from: Date): Decision<TagSpan> {
  const covering = spans.find((span) => span.tag === tag && covers(span, from));
  if (!covering) return { rejected: 'tag-not-set', pointer: '/tag' };
  return { accepted: { ...covering, effectiveTo: from } };
}

const byStart = (a: TagSpan, b: TagSpan) => a.effectiveFrom.getTime() - b.effectiveFrom.getTime();
