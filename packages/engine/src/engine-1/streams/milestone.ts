import { addDays, instantMs } from '@tributary/calendar';
import { add, compare, parseFraction, type Rational, rational, round, subtract, toExactText, toFraction, zero } from '@tributary/money';
import type { Milestone, NormalComponent, StreamPlace, StreamRecord } from '../../types.js';
import type { StreamAmount } from './amount-at.js';
import type { FoldedStream, StreamLine, StreamState } from './fold-stream.js';
import type { Entry } from './metered.js';
import type { Trail } from './trail.js';

/** How far a partner below has come, up to some record of its stream. Plain JSON. */
export interface MilestoneState {
  /** What it has earned, as a fraction string, before anything was taken back. */
  readonly earned: string;
  /** What refunds change: which of them count depends on who asks. */
  readonly refunds: readonly Change[];
  readonly reached: boolean;
}
interface Change {
  readonly at: string;
  readonly by: string;
}

const start: MilestoneState = { earned: '0', refunds: [], reached: false };
const forEver = '9999-12-31T23:59:59.999Z';

const milestoneOf = ({ terms }: Entry): Milestone | undefined => terms.component.downline?.milestone;
export const isOnTheWay = (entry: Entry): boolean => milestoneOf(entry) !== undefined;

/**
 * The conversion that reaches a milestone is the first that earned anything and by which what they have all earned together comes to it,
 * with every refund from until `reversibleDays` after it. It is reached once: what comes after it counts no more.
 */
export function foldMilestone(entries: readonly Entry[], from: StreamState): FoldedStream {
  const lines: StreamLine[] = [];
  let state = from.milestone ?? start;
  for (const entry of entries) {
    const { record, terms } = entry;
    const milestone = milestoneOf(entry);
    if (milestone === undefined) throw new Error(`${record.component} of version ${record.dealVersion} has no milestone`);
    const { before, own, after } = comeTo(state, entry, milestone);
    const place: StreamPlace = {
      before: [toFraction(before)],
      reached: null,
      room: [],
      sumBefore: '0',
      bandBefore: state.reached ? 1 : null,
      weights: [toFraction(own)],
    };
    const amount = atMilestone({ ...record, weights: place.weights ?? [] }, terms.component, milestone, place);
    lines.push({ record, place, ...amount });
    state = state.reached || amount.reason === null ? { ...after, refunds: [], reached: true } : after;
  }
  return { lines, state: { ...from, milestone: state }, fromTheStart: false };
}

interface ComeTo {
  before: Rational;
  own: Rational;
  after: MilestoneState;
}

/** What has been earned before a record and by it, as far as it counts for this record. */
function comeTo(state: MilestoneState, { record, terms }: Entry, { reversibleDays: days }: Milestone): ComeTo {
  const gross = parseFraction(state.earned);
  if (state.reached) return { before: gross, own: zero, after: state };
  const until = days === undefined ? forEver : addDays(record.occurredAt, days, terms.timeZone);
  const [first, ...refunds] = changesOf(record);
  const earned = parseFraction(first?.by ?? '0');
  return {
    before: sumUntil(until, gross, state.refunds),
    own: sumUntil(until, earned, refunds),
    after: { earned: toFraction(add(gross, earned)), refunds: [...state.refunds, ...refunds], reached: false },
  };
}

/** What refunds until an instant leave of it. */
const sumUntil = (until: string, whole: Rational, refunds: readonly Change[]): Rational =>
  refunds.reduce((sum, { at, by }) => (instantMs(at) <= instantMs(until) ? add(sum, parseFraction(by)) : sum), whole);

/** What a conversion earned, and by how much each refund changed it. */
const changesOf = ({ earned = [] }: StreamRecord): Change[] =>
  earned.map(({ at, total }, index) => ({
    at,
    by: toFraction(subtract(parseFraction(total), parseFraction(earned[index - 1]?.total ?? '0'))),
  }));

/** The bonus at a record's place: all of it where the milestone is reached, else nothing. */
export function atMilestone(
  { weights, whole }: Pick<StreamRecord, 'weights' | 'whole'>,
  { rounding }: NormalComponent,
  { earned, reversibleDays }: Milestone,
  place: StreamPlace,
  trail?: Trail,
): StreamAmount {
  const before = parseFraction(place.before[0] ?? '0');
  const own = parseFraction(weights[0] ?? '0');
  const after = add(before, own);
  const passed = place.bandBefore !== null;
  // What came back as a whole brings nothing nearer: not even a milestone that an amendment has lowered meanwhile.
  const reached = !passed && own.n > 0n && compare(after, rational(BigInt(earned))) >= 0;
  const exact = reached ? parseFraction(whole.plain) : zero;
  const refunds = reversibleDays === undefined ? 'all refunds' : `refunds until ${reversibleDays} days after it`;
  const detail = passed
    ? `${earned} was reached before`
    : `${toExactText(before)} becomes ${toExactText(after)} of ${earned}, ${refunds} counted`;
  trail?.rules.push({ rule: 'milestone', passed: reached, detail });
  if (reached) trail?.steps.push({ step: 'milestone', formula: 'once for each partner below', value: toExactText(exact) });
  const reason = reached ? null : passed ? 'milestone-passed' : 'milestone-not-reached';
  return { exact, entitlement: round(exact, rounding), reason, takes: [], band: null };
}
