export const payoutStatuses = ['draft', 'approved', 'cleared', 'submitted', 'unknown', 'settled', 'failed', 'returned'] as const;
export type PayoutStatus = (typeof payoutStatuses)[number];

/** What somebody who should know says of a payout: the rail's answer, a look-up, a callback, a settlement report. */
export type ReportedOutcome = 'submitted' | 'unknown' | 'settled' | 'failed' | 'returned';
export interface Report {
  outcome: ReportedOutcome;
  reference: string | null;
  reason: string | null;
}

/** The steps that a report adds, in order; none when it says nothing new; `conflict` when it contradicts what is final. */
export type Advance = { steps: ReportedOutcome[] } | { conflict: string };

const nothing: Advance = { steps: [] };

/**
 * The state machine of a payout: monotone, so that reports may come repeated and in any order. `settled` and `failed` are final
 * but for a return, which is a new fact and implies the settlement that it undoes.
 */
export function advance(status: PayoutStatus, outcome: ReportedOutcome): Advance {
  switch (status) {
    case 'draft':
    case 'approved':
      return outcome === 'failed' ? { steps: ['failed'] } : { conflict: `a payout that is ${status} has not been sent` };
    case 'cleared':
      return outcome === 'returned'
        ? { steps: ['submitted', 'settled', 'returned'] }
        : outcome === 'settled'
          ? { steps: ['submitted', 'settled'] }
          : { steps: [outcome] };
    case 'unknown':
      return outcome === 'unknown' ? nothing : outcome === 'returned' ? { steps: ['settled', 'returned'] } : { steps: [outcome] };
    case 'submitted':
      if (outcome === 'submitted' || outcome === 'unknown') return nothing;
      return outcome === 'returned' ? { steps: ['settled', 'returned'] } : { steps: [outcome] };
    case 'settled':
      if (outcome === 'returned') return { steps: ['returned'] };
      return outcome === 'failed' ? { conflict: 'a settled payout is reported as failed' } : nothing;
    case 'failed':
      return outcome === 'settled' || outcome === 'returned' ? { conflict: `a failed payout is reported as ${outcome}` } : nothing;
    case 'returned':
      return outcome === 'failed' ? { conflict: 'a returned payout is reported as failed' } : nothing;
  }
}

/** Whether nothing more is expected of it (a return may still come). */
export const isOver = (status: PayoutStatus): boolean => status === 'settled' || status === 'failed' || status === 'returned';

const minuteMs = 60_000;
/** When to ask the rail again after so many look-ups: soon at first, then ever more seldom, at least every ten minutes. */
export function nextLookupDelayMs(lookups: number): number {
  return Math.min(1000 * 2 ** Math.min(lookups, 20), 10 * minuteMs);
}
