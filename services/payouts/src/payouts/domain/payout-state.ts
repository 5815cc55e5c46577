import type { Costs } from '../../rails/domain/rail.js';

export const payoutStatuses = ['draft', 'approved', 'cleared', 'submitted', 'unknown', 'settled', 'failed', 'returned'] as const;
export type PayoutStatus = (typeof payoutStatuses)[number];

/** What somebody who should know says of a payout: the rail's answer, a look-up, a callback, a settlement report. */
export type ReportedOutcome = 'submitted' | 'unknown' | 'settled' | 'failed' | 'returned';
export interface Report {
  outcome: ReportedOutcome;
  reference: string | null;
  reason: string | null;
}

/** What is said of one payout. */
export interface PayoutReport extends Report, Costs {
  payoutId: string;
}

/** The steps that a report adds, in order; none when it says nothing new; `conflict` when it contradicts what is final. */
export type Advance = { steps: ReportedOutcome[] } | { conflict: string };

/** What each report means in each state: the steps it adds, or the contradiction it is. */
const transitions: Readonly<Record<PayoutStatus, Readonly<Record<ReportedOutcome, ReportedOutcome[] | string>>>> = {
  draft: notSent('draft'),
  approved: notSent('approved'),
  cleared: {
    submitted: ['submitted'],
    unknown: ['unknown'],
    settled: ['submitted', 'settled'],
    failed: ['failed'],
    returned: ['submitted', 'settled', 'returned'],
  },
  unknown: { submitted: ['submitted'], unknown: [], settled: ['settled'], failed: ['failed'], returned: ['settled', 'returned'] },
  submitted: { submitted: [], unknown: [], settled: ['settled'], failed: ['failed'], returned: ['settled', 'returned'] },
  settled: { submitted: [], unknown: [], settled: [], failed: 'a settled payout is reported as failed', returned: ['returned'] },
  failed: {
    submitted: [],
    unknown: [],
    settled: 'a failed payout is reported as settled',
    failed: [],
    returned: 'a failed payout is reported as returned',
  },
  returned: { submitted: [], unknown: [], settled: [], failed: 'a returned payout is reported as failed', returned: [] },
};

function notSent(status: PayoutStatus): Record<ReportedOutcome, ReportedOutcome[] | string> {
  const conflict = `a payout that is ${status} has not been sent`;
  return { submitted: conflict, unknown: conflict, settled: conflict, failed: ['failed'], returned: conflict };
}

/**
 * The state machine of a payout: monotone, so that reports may come repeated and in any order. `settled` and `failed` are final
 * but for a return, which is a new fact and implies the settlement that it undoes.
 */
export function advance(status: PayoutStatus, outcome: ReportedOutcome): Advance {
  const next = transitions[status][outcome];
  return typeof next === 'string' ? { conflict: next } : { steps: next };
}

/** Whether nothing more is expected of it (a return may still come). */
export const isOver = (status: PayoutStatus): boolean => status === 'settled' || status === 'failed' || status === 'returned';

/** Whether no rail has it yet, as far as we know. */
export const isUnsent = (status: PayoutStatus | undefined): boolean => status === 'draft' || status === 'approved' || status === 'cleared';

const minuteMs = 60_000;
/** When to ask the rail again after so many look-ups: soon at first, then ever more seldom, at least every ten minutes. */
export function nextLookupDelayMs(lookups: number): number {
  return Math.min(1000 * 2 ** Math.min(lookups, 20), 10 * minuteMs);
}
