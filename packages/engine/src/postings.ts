import { instantMs, openPeriodFrom, type Period, periodOf } from '@tributary/calendar';
import { add, parseFraction, type RoundingMode, round, subtract, toFraction } from '@tributary/money';
import type { ComponentStatement, MonthExplanation } from './engine-1/month/types.js';
import type { Explanation, FoldResult, ScopeIdentity, ScopeResult } from './types.js';

/** What the journal holds for a scope: its net, and the conversion's first posting into it, which its corrections point at. */
export interface PostedScope extends ScopeIdentity {
  net: bigint;
  /** Null where all there is was posted for others: into a running scope, in which this conversion's part has come to nothing so far. */
  originalPostingId: string | null;
}

/** A running scope as stored: the exact sum over all conversions, and what the conversion in hand put into it (`"0"` if nothing). */
export interface RunningState extends ScopeIdentity {
  rounding: RoundingMode;
  sum: string;
  contribution: string;
}

export type PostingReason = 'accrual' | 'refund' | 'chargeback' | 'amendment' | 're-rating' | 'late-fact' | 'reattribution' | 'statement';

/** The fact that made the fold run: its time names the period, its nature the reason. */
export interface Cause {
  reason: PostingReason;
  occurredAt: string;
}

/** One line for the append-only journal: the signed difference that makes the scope's net its entitlement. */
export interface Posting extends ScopeIdentity {
  amount: bigint;
  period: Period;
  /** The first posting for the same conversion into its scope, which this one corrects; null where this one is the first. */
  adjusts: string | null;
  reason: PostingReason;
  /** When its scope was earned, where that is later than the conversion; else null. */
  earnedAt: string | null;
  /** When its cause occurred, or when it was earned, whichever is later. */
  occurredAt: string;
  explanation: PostingExplanation;
}

export interface MonthOfPosting {
  component: string;
  fold: Pick<MonthExplanation, 'explanationVersion' | 'engineVersion' | 'inputs' | 'rates'>;
  /** null: the month no longer has the component, and so entitles to nothing. */
  statement: ComponentStatement | null;
}

/** Why a posting has its amount: `entitlement - postedBefore`. Plain JSON; `recomputePosting` works it out again. */
export interface PostingExplanation {
  /** The fold's explanation of the scope; null when the fold no longer names it, and so entitles it to nothing. */
  fold: Explanation | null;
  /** What the fold says of the conversion instead, when it no longer names the scope. */
  withdrawn: { outcome: string; reason: string | null; dealId: string | null; dealVersion: number | null } | null;
  /** Of a running scope: its exact sum without this conversion, and with it. */
  running: { without: string; sum: string; rounding: RoundingMode } | null;
  /** Of a month's scope: the component, what the month is worked out from, and the component's section of the statement. */
  month?: MonthOfPosting | undefined;
  /** Minor units as strings. */
  entitlement: string;
  postedBefore: string;
  amount: string;
}

export interface PlanInput {
  fold: FoldResult;
  /** Every scope in which the journal already holds postings for this conversion, and the posted running scopes of `running`. */
  posted: readonly PostedScope[];
  /** The running scopes that the fold names or that this conversion contributed to before. */
  running?: readonly RunningState[];
  cause: Cause;
  /** The brand's zone: it says in which month an instant falls. */
  timeZone: string;
  closedPeriods: ReadonlySet<Period>;
}

export interface Plan {
  postings: readonly Posting[];
  /** Running scopes to store again. */
  running: readonly RunningState[];
}

/** What is still to post so that a scope's net is its entitlement; null when nothing is. */
export function difference(entitlement: bigint, posted: bigint): bigint | null {
  return entitlement === posted ? null : entitlement - posted;
}

/** The entitlement of a running scope: its exact sum, rounded. */
export const runningEntitlement = (state: Pick<RunningState, 'sum' | 'rounding'>): bigint =>
  round(parseFraction(state.sum), state.rounding);

/**
 * The postings that bring the journal to what the fold says. Scopes that the fold no longer names (another deal,
 * partner or currency since) come down to zero. A posting goes into the month of its cause, or in which it was earned where that is
 * later, while that is open, else into the first open month after it: closed periods never change.
 */
export function planPostings({ fold, posted, running = [], cause, timeZone, closedPeriods }: PlanInput): Plan {
  const postedBy = new Map(posted.map((scope) => [scope.scope, scope]));
  const storedRunning = running.map((state) => [state.scope, state] as const);
  const changedRunning = nextRunning(fold.scopes, new Map(storedRunning));

  const wanted = new Map<string, { identity: ScopeIdentity; entitlement: bigint; running?: RunningState }>();
  const explained = new Map(fold.scopes.map(({ scope, explanation }) => [scope, explanation]));
  for (const scope of posted) wanted.set(scope.scope, { identity: scope, entitlement: 0n });
  for (const scope of fold.scopes) {
    if (scope.type === 'conversion') wanted.set(scope.scope, { identity: scope, entitlement: scope.entitlement });
  }
  for (const state of changedRunning) {
    wanted.set(state.scope, {
      identity: state,
      entitlement: runningEntitlement(state),
      running: state,
    });
  }

  const earned = new Map(fold.scopes.map(({ scope, earnedAt }) => [scope, earnedAt]));
  const postings = [...wanted.values()].flatMap(({ identity, entitlement, running: state }) => {
    const before = postedBy.get(identity.scope);
    const amount = difference(entitlement, before?.net ?? 0n);
    if (amount === null) return [];
    const { fold: why, withdrawn } = whyEntitled(fold, explained.get(identity.scope));
    const explanation: PostingExplanation = {
      fold: why,
      withdrawn,
      running: state
        ? {
            without: toFraction(subtract(parseFraction(state.sum), parseFraction(state.contribution))),
            sum: state.sum,
            rounding: state.rounding,
          }
        : null,
      entitlement: `${entitlement}`,
      postedBefore: `${before?.net ?? 0n}`,
      amount: `${amount}`,
    };
    const earnedAt = earned.get(identity.scope) ?? null;
    const occurredAt = laterOf(cause.occurredAt, earnedAt);
    const period = openPeriodFrom(periodOf(occurredAt, timeZone), closedPeriods);
    // What others have made earn for the first time has been accrued, not corrected.
    const reason = !state && !before && cause.reason === 're-rating' ? 'accrual' : cause.reason;
    const adjusts = before?.originalPostingId ?? null;
    const { scope, partnerId, dealId, dealVersion, component, currency } = identity;
    return [
      { scope, partnerId, dealId, dealVersion, component, currency, amount, period, adjusts, reason, earnedAt, occurredAt, explanation },
    ];
  });
  return { postings, running: changedRunning };
}

/** What was earned after the conversion may be refunded later still. */
const laterOf = (at: string, earnedAt: string | null): string => (earnedAt !== null && instantMs(earnedAt) > instantMs(at) ? earnedAt : at);

const whyEntitled = (
  { outcome, reason, deal }: FoldResult,
  explanation: Explanation | undefined,
): Pick<PostingExplanation, 'fold' | 'withdrawn'> =>
  explanation
    ? { fold: explanation, withdrawn: null }
    : { fold: null, withdrawn: { outcome, reason, dealId: deal?.dealId ?? null, dealVersion: deal?.version ?? null } };

/** Each running scope with the old contribution of this conversion taken out and the new one put in. */
function nextRunning(scopes: readonly ScopeResult[], stored: ReadonlyMap<string, RunningState>): RunningState[] {
  const states = new Map<string, RunningState>();
  for (const state of stored.values()) states.set(state.scope, { ...state, ...withContribution(state, '0') });
  for (const scope of scopes) {
    if (scope.type !== 'running') continue;
    const before = stored.get(scope.scope) ?? { sum: '0', contribution: '0' };
    states.set(scope.scope, { ...identityOf(scope), rounding: scope.rounding, ...withContribution(before, scope.exact) });
  }
  return [...states.values()];
}

const withContribution = ({ sum, contribution }: { sum: string; contribution: string }, next: string) => ({
  sum: toFraction(add(subtract(parseFraction(sum), parseFraction(contribution)), parseFraction(next))),
  contribution: next,
});

const identityOf = ({ scope, partnerId, dealId, dealVersion, component, currency }: ScopeIdentity): ScopeIdentity => ({
  scope,
  partnerId,
  dealId,
  dealVersion,
  component,
  currency,
});
